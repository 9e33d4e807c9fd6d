/**
 * Nodes that hold their real identity keys but not to the protocol. Their own machines run as honest ones do; what they send is altered on its
 * way and signed again, with the transcript digest that the honest nodes have, so that only the intended fault is seen.
 */
import { toHex } from '../../src/bytes.ts'
import { nextTranscript } from '../../src/crypto/transcript.ts'
import { signedBodyDigest } from '../../src/wire/body-digest.ts'
import { decodeEnvelope, peekFrame, sealEnvelope } from '../../src/wire/envelope.ts'
import type { Identity } from '../../src/wire/identity.ts'
import { type Envelope, type EnvelopeHeader, FRAME, type ValidatorId } from '../../src/wire/message.ts'
import { type Delivery, NETWORK } from './network.ts'

/** Stages of SharedSecret that leave the transcript as it is. */
const PRIVATE_STAGE = 3

export interface Changes {
  readonly body?: Uint8Array
  readonly header?: Partial<Omit<EnvelopeHeader, 'bodyDigest'>>
}

export interface Tampering {
  readonly envelope: Envelope
  /** whose copy it is */
  readonly recipient: ValidatorId
  /** the altered message, validly signed by its author */
  reseal(changes: Changes): Uint8Array
}

/** What the recipient gets instead: several messages, or none. */
export type Corruption = (tampering: Tampering) => readonly Uint8Array[]

export class Adversary {
  readonly #identities: ReadonlyMap<ValidatorId, Identity>
  readonly #corruptions = new Map<ValidatorId, Corruption>()
  /** digests of broadcast bodies by sid, stage and author, as the honest nodes saw them */
  readonly #digests = new Map<string, Map<ValidatorId, Uint8Array>>()

  constructor(identities: ReadonlyMap<ValidatorId, Identity>) {
    this.#identities = identities
  }

  get corrupted(): readonly ValidatorId[] {
    return [...this.#corruptions.keys()].sort()
  }

  corrupt(id: ValidatorId, corruption: Corruption): void {
    this.#corruptions.set(id, corruption)
  }

  reform(): void {
    this.#corruptions.clear()
  }

  /** For `NetworkOptions.intercept`. */
  readonly intercept = (delivery: Delivery): readonly Delivery[] => {
    const corruption = this.#corruptions.get(delivery.from)
    const frame = peekFrame(delivery.bytes)?.frame
    // Its machine is honest and would tell the truth to whoever asks for certificates.
    if (frame === FRAME.answer && corruption !== undefined) return []
    if (frame !== FRAME.envelope) return [delivery]
    const envelope = decodeEnvelope(new Uint8Array(delivery.bytes), NETWORK)
    const messages =
      corruption === undefined
        ? [delivery.bytes]
        : corruption({ envelope, recipient: delivery.to, reseal: (changes) => this.reseal(envelope, changes) })
    for (const bytes of messages) this.#observe(bytes)
    return messages.map((bytes) => ({ ...delivery, bytes }))
  }

  reseal(envelope: Envelope, { body = envelope.body, header }: Changes): Uint8Array {
    const identity = this.#identities.get(envelope.header.from)
    if (identity === undefined) throw new Error(`no identity ${envelope.header.from}`)
    const { bodyDigest: _, ...rest } = envelope.header
    const previousTranscript = this.#transcriptBefore(envelope.header) ?? rest.previousTranscript
    return sealEnvelope(identity, NETWORK, { ...rest, previousTranscript, ...header }, body).bytes
  }

  #observe(bytes: Uint8Array): void {
    let envelope: Envelope
    try {
      envelope = decodeEnvelope(new Uint8Array(bytes), NETWORK)
    } catch {
      // A lie that is no envelope.
      return
    }
    const { header, body } = envelope
    if (header.to !== null) return
    const key = `${toHex(header.sid)} ${header.stage}`
    const authors = this.#digests.get(key) ?? new Map<ValidatorId, Uint8Array>()
    this.#digests.set(key, authors)
    authors.set(header.from, signedBodyDigest(header, body))
  }

  #transcriptBefore({ sid, stage }: EnvelopeHeader): Uint8Array | undefined {
    let transcript = sid
    for (let earlier = 1; earlier < stage; earlier++) {
      if (earlier === PRIVATE_STAGE) continue
      const authors = this.#digests.get(`${toHex(sid)} ${earlier}`)
      if (authors === undefined) return undefined
      const inOrder = [...authors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, digest]) => digest)
      transcript = nextTranscript(sid, earlier, transcript, inOrder)
    }
    return transcript
  }
}

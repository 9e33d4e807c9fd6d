/**
 * Nodes that hold their real identity keys but not to the protocol. Their own machines run as honest ones do; what they send is altered on its
 * way and signed again, with the transcript digest that the honest nodes have, so that only the intended fault is seen. And what they get is signed
 * again with the digest that they have themselves, and views and aborts are kept from them: a liar does not stop because it sees its own lie.
 */
import { equalBytes, toHex } from '../../src/bytes.ts'
import { isSideStage } from '../../src/ceremony/side-messages.ts'
import { nextTranscript } from '../../src/crypto/transcript.ts'
import { signedBodyDigest } from '../../src/wire/body-digest.ts'
import { decodeEnvelope, peekFrame, sealEnvelope } from '../../src/wire/envelope.ts'
import type { Identity } from '../../src/wire/identity.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, FRAME, type ValidatorId } from '../../src/wire/message.ts'
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
  /** digests of broadcast bodies by whose eyes (a corrupted node's, or '': the honest nodes'), sid, stage and author */
  readonly #digests = new Map<string, Map<ValidatorId, Uint8Array>>()

  readonly #aborts: boolean

  /** @param aborts whether aborts of honest nodes arrive; where they do not, every node has to find for itself what is wrong */
  constructor(identities: ReadonlyMap<ValidatorId, Identity>, aborts: boolean) {
    this.#identities = identities
    this.#aborts = aborts
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
    // Nor does it help anybody with what it has of others, which was made for its eyes.
    if (corruption !== undefined && envelope.header.from !== delivery.from) return []
    if (corruption !== undefined) this.#observe(delivery.bytes, delivery.from)
    // The machine underneath would tell everybody that it has failed, sometimes before the fault itself arrives.
    if (corruption !== undefined && isSideStage(envelope.header.stage)) return []
    if (!this.#aborts && envelope.header.stage === ABORT_STAGE) return []
    const messages =
      corruption === undefined
        ? [delivery.bytes]
        : corruption({ envelope, recipient: delivery.to, reseal: (changes) => this.reseal(envelope, changes) }).map((bytes) =>
            bytes === envelope.bytes ? this.#unaltered(envelope) : bytes,
          )
    for (const bytes of messages) this.#observe(bytes)
    if (!this.#corruptions.has(delivery.to)) return messages.map((bytes) => ({ ...delivery, bytes }))
    return messages.flatMap((bytes) => this.#deceive(delivery.to, bytes).map((seen) => ({ ...delivery, bytes: seen })))
  }

  /** A message with nothing wrong in it, not even a digest that follows from what its author's machine has not seen itself say. */
  #unaltered(envelope: Envelope): Uint8Array {
    const common = this.#transcriptBefore(envelope.header)
    const honest = common === undefined || equalBytes(common, envelope.header.previousTranscript)
    return honest ? envelope.bytes : this.reseal(envelope, {})
  }

  /** What a corrupted node's machine gets of a message. */
  #deceive(id: ValidatorId, bytes: Uint8Array): readonly Uint8Array[] {
    const envelope = decoded(bytes)
    if (envelope === null) return [bytes]
    if (isSideStage(envelope.header.stage)) return []
    this.#observe(bytes, id)
    const own = this.#transcriptBefore(envelope.header, id)
    const common = this.#transcriptBefore(envelope.header)
    const differs = own !== undefined && common !== undefined && !equalBytes(own, common)
    return [differs ? this.reseal(envelope, { header: { previousTranscript: own } }) : bytes]
  }

  reseal(envelope: Envelope, { body = envelope.body, header }: Changes): Uint8Array {
    const identity = this.#identities.get(envelope.header.from)
    if (identity === undefined) throw new Error(`no identity ${envelope.header.from}`)
    const { bodyDigest: _, ...rest } = envelope.header
    const previousTranscript = this.#transcriptBefore(envelope.header) ?? rest.previousTranscript
    return sealEnvelope(identity, NETWORK, { ...rest, previousTranscript, ...header }, body).bytes
  }

  #observe(bytes: Uint8Array, eyes: ValidatorId = ''): void {
    const envelope = decoded(bytes)
    if (envelope === null) return
    const { header, body } = envelope
    if (header.to !== null) return
    const key = `${eyes} ${toHex(header.sid)} ${header.stage}`
    const authors = this.#digests.get(key) ?? new Map<ValidatorId, Uint8Array>()
    this.#digests.set(key, authors)
    authors.set(header.from, signedBodyDigest(header, body))
  }

  #transcriptBefore({ sid, stage }: EnvelopeHeader, eyes: ValidatorId = ''): Uint8Array | undefined {
    let transcript = sid
    for (let earlier = 1; earlier < stage; earlier++) {
      if (earlier === PRIVATE_STAGE) continue
      const authors = this.#digests.get(`${eyes} ${toHex(sid)} ${earlier}`)
      if (authors === undefined) return undefined
      const inOrder = [...authors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, digest]) => digest)
      transcript = nextTranscript(sid, earlier, transcript, inOrder)
    }
    return transcript
  }
}

/** Null: a lie that is no envelope. */
function decoded(bytes: Uint8Array): Envelope | null {
  try {
    return decodeEnvelope(new Uint8Array(bytes), NETWORK)
  } catch {
    return null
  }
}

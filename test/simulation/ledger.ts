/**
 * What must not come twice in all runs of a process: a nonce commitment with two challenges, and any other point that an honest node is to have
 * drawn freshly (constant terms, encryption keys, points of proofs).
 */
import { decodeCommitments } from '../../src/wire/bodies.ts'
import { type Envelope, STAGE_NUMBER } from '../../src/wire/message.ts'

const POINT = 64
const SCALAR = 32
/** R and z of a proof of knowledge */
const PROOF = POINT + SCALAR
/** characters of a point that tell it from all others: 96 bits */
const SHORT = 12

function short(bytes: Uint8Array, from = 0): string {
  return String.fromCharCode(...bytes.subarray(from, from + SHORT))
}

/** The pairs that a one-round signing uses: from `firstSlot` on of that preprocessing, one a message. */
export interface NamedSlots {
  readonly ceremonyId: bigint
  readonly firstSlot: number
}

/** What an honest node's envelope does with nonces; null: nothing. */
function actOf({ header, body }: Envelope): 'commit' | 'reveal' | 'answer' | null {
  const { kind, stage } = header
  if (kind === 'keygen') return stage === STAGE_NUMBER.sharedSecret.Commitments ? 'reveal' : null
  if (kind === 'preprocess') return stage === 1 ? 'commit' : null
  switch (stage) {
    case 1:
      // Stinson-Strobl begins with a hash, which is shorter than any pair.
      return body.length % (2 * POINT) === 0 ? 'commit' : null
    case 2:
      // Shares are whole scalars; commitments have 100 bytes and a multiple of 32 besides.
      return body.length % SCALAR === 0 ? 'answer' : 'reveal'
    case 5:
      return 'answer'
    default:
      return null
  }
}

export class NonceLedger {
  /** where each point was committed: ceremony, author, place */
  readonly #committed = new Map<string, string>()
  /** ceremony, digest and share that left for each nonce commitment */
  readonly #challenged = new Map<string, string>()
  /** nonce commitments of each author in a ceremony, to find those that its share used */
  #nonces = new Map<string, string[]>()

  /** Every point that an honest node drew, and none of them may be in another process's ledger. */
  points(): readonly string[] {
    return [...this.#committed.keys()]
  }

  /**
   * @param sent what honest nodes sent in one run, each envelope once
   * @param slotsOf the preprocessed nonces that a one-round signing names; undefined for every other sid
   */
  enter(run: string, sent: Iterable<Envelope>, slotsOf: (sid: Uint8Array) => NamedSlots | undefined = () => undefined): string[] {
    const violations: string[] = []
    this.#nonces = new Map()
    for (const envelope of sent) {
      switch (actOf(envelope)) {
        case 'commit':
          this.#commit(run, envelope, violations)
          break
        case 'reveal':
          this.#reveal(run, envelope, violations)
          break
        case 'answer':
          this.#answer(envelope, slotsOf(envelope.header.sid), violations)
          break
        case null:
      }
    }
    return violations
  }

  /** FROST's pairs: two points for each message, or for each slot. */
  #commit(run: string, { header, body }: Envelope, violations: string[]): void {
    const points = Array.from({ length: body.length / POINT }, (_, i) => short(body, i * POINT))
    points.forEach((point, i) => {
      this.#fresh(point, `${run} ${header.ceremonyId} ${header.from} nonce ${i}`, violations)
    })
    const hiding = points.filter((_, i) => i % 2 === 0)
    this.#nonces.set(`${short(header.sid)} ${header.from}`, hiding)
    if (header.kind === 'preprocess') this.#nonces.set(`slots ${header.ceremonyId} ${header.from}`, hiding)
  }

  /** One scalar for each message. What else it depends on, the message, key and signers, is in the sid. */
  #answer({ header, body }: Envelope, slots: NamedSlots | undefined, violations: string[]): void {
    const { ceremonyId, from, sid, previousTranscript } = header
    const made = this.#nonces.get(slots === undefined ? `${short(sid)} ${from}` : `slots ${slots.ceremonyId} ${from}`)
    const nonces = made?.slice(slots?.firstSlot ?? 0)
    const count = body.length / SCALAR
    if (nonces === undefined || nonces.length < count) {
      violations.push(`${from} sent ${count} shares in ${ceremonyId} over ${nonces?.length ?? 'no'} commitments`)
      return
    }
    nonces.slice(0, count).forEach((nonce, position) => {
      const challenge = `${short(sid)}${short(previousTranscript)}${short(body, position * SCALAR)}`
      const known = this.#challenged.get(nonce)
      if (known !== undefined && known !== challenge) violations.push(`${from} used a nonce of ${ceremonyId} for two challenges`)
      this.#challenged.set(nonce, challenge)
    })
  }

  #reveal(run: string, { header, body }: Envelope, violations: string[]): void {
    const { encryptionKey, commitments, proofs, coefficients } = decodeCommitments(body)
    const place = `${run} ${header.ceremonyId} ${header.from}`
    this.#fresh(short(encryptionKey), `${place} key`, violations)
    for (let at = 0; at < proofs.length; at += PROOF) this.#fresh(short(proofs, at), `${place} proof ${at}`, violations)
    for (let at = 0; at < commitments.length; at += POINT) this.#fresh(short(commitments, at), `${place} coefficient ${at}`, violations)
    // A signing's constant terms are what its LocalSig answers with.
    const constants = Array.from({ length: commitments.length / (coefficients * POINT) }, (_, k) =>
      short(commitments, k * coefficients * POINT),
    )
    if (header.kind === 'sign') this.#nonces.set(`${short(header.sid)} ${header.from}`, constants)
  }

  #fresh(point: string, place: string, violations: string[]): void {
    const known = this.#committed.get(point)
    if (known !== undefined && known !== place) violations.push(`a point of ${place} was that of ${known}`)
    this.#committed.set(point, place)
  }
}

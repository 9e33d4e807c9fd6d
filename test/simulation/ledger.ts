/**
 * What must not come twice in all runs of a process: a nonce commitment with two challenges, and any other point that an honest node is to have
 * drawn freshly (constant terms, encryption keys, points of proofs).
 */
import { decodeCommitments } from '../../src/wire/bodies.ts'
import type { Envelope } from '../../src/wire/message.ts'

const POINT = 64
const PAIR = 2 * POINT
/** characters of a point that tell it from all others: 96 bits */
const SHORT = 12

function short(bytes: Uint8Array, from = 0): string {
  return String.fromCharCode(...bytes.subarray(from, from + SHORT))
}

export class NonceLedger {
  /** where each point was committed: ceremony, author, place */
  readonly #committed = new Map<string, string>()
  /** the digest under which a share left for each nonce commitment */
  readonly #challenged = new Map<string, string>()
  /** nonce commitments of each author in a signing, to find those that its share used */
  #nonces = new Map<string, string[]>()

  /** Every point that an honest node drew, and none of them may be in another process's ledger. */
  points(): readonly string[] {
    return [...this.#committed.keys()]
  }

  /** @param sent what honest nodes sent in one run, each envelope once */
  enter(run: string, sent: Iterable<Envelope>): string[] {
    const violations: string[] = []
    this.#nonces = new Map()
    for (const envelope of sent) {
      const { kind, stage } = envelope.header
      if (kind === 'sign' && stage === 1) this.#commit(run, envelope, violations)
      else if (kind === 'sign' && stage === 2) this.#challenge(envelope, violations)
      else if (kind === 'keygen' && stage === 2) this.#reveal(run, envelope, violations)
    }
    return violations
  }

  #commit(run: string, { header, body }: Envelope, violations: string[]): void {
    const points = Array.from({ length: body.length / POINT }, (_, i) => short(body, i * POINT))
    points.forEach((point, i) => {
      this.#fresh(point, `${run} ${header.ceremonyId} ${header.from} nonce ${i}`, violations)
    })
    this.#nonces.set(
      `${short(header.sid)} ${header.from}`,
      Array.from({ length: body.length / PAIR }, (_, i) => short(body, i * PAIR)),
    )
  }

  #challenge({ header, body }: Envelope, violations: string[]): void {
    const nonces = this.#nonces.get(`${short(header.sid)} ${header.from}`)
    if (nonces === undefined) {
      violations.push(`${header.from} sent a share in ${header.ceremonyId} without a commitment`)
      return
    }
    nonces.forEach((nonce, position) => {
      const challenge = `${short(header.sid)}${short(header.previousTranscript)}${short(body, position * 32)}`
      const known = this.#challenged.get(nonce)
      if (known !== undefined && known !== challenge)
        violations.push(`${header.from} used a nonce of ${header.ceremonyId} for two challenges`)
      this.#challenged.set(nonce, challenge)
    })
  }

  #reveal(run: string, { header, body }: Envelope, violations: string[]): void {
    const { encryptionKey, commitments, proofs } = decodeCommitments(body)
    const place = `${run} ${header.ceremonyId} ${header.from}`
    this.#fresh(short(encryptionKey), `${place} key`, violations)
    this.#fresh(short(proofs), `${place} proof`, violations)
    for (let at = 0; at < commitments.length; at += POINT) this.#fresh(short(commitments, at), `${place} coefficient ${at}`, violations)
  }

  #fresh(point: string, place: string, violations: string[]): void {
    const known = this.#committed.get(point)
    if (known !== undefined && known !== place) violations.push(`a point of ${place} was that of ${known}`)
    this.#committed.set(point, place)
  }
}

/** What a dishonest dealer publishes: a dealing of any size, valid in itself, altered as told, with the hash commitment that opens to it. */
import { concatBytes, toHex } from '../../src/bytes.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import { type CommitmentsBody, encodeCommitments, hashCommitmentOf } from '../../src/wire/bodies.ts'
import { seededRandom } from '../helpers/random.ts'
import type { Corruption } from '../simulation/adversary.ts'

/** A stage-2 body with `count` coefficients and a valid proof of knowledge of the first. */
export function makeReveal(kernel: Kernel, sid: Uint8Array, index: number, count: number): CommitmentsBody {
  const random = seededRandom(`dealing ${toHex(sid)} ${index}`)
  // A proof needs a constant term, also if it is not published.
  const minSigners = Math.max(count, 1)
  const args = {
    sid,
    index,
    positions: 1,
    minSigners,
    coefficients: randomScalars(random, minSigners),
    proofNonces: randomScalars(random, 1),
    encryptionSecret: randomScalars(random, 1),
  }
  const { encryptionKey, commitments, proofs } = runJob<'dealCommitments'>(kernel, { name: 'dealCommitments', args })
  return { blind: random(32), encryptionKey, positions: 1, coefficients: count, commitments: commitments.slice(0, 64 * count), proofs }
}

export interface DealingAttack {
  readonly kernel: Kernel
  /** the attacker's, 1..n */
  readonly index: number
  readonly count: number
  /** what is changed in the dealing before the hash is made over it */
  readonly alter?: (body: CommitmentsBody) => CommitmentsBody
  /** what is changed in the encoded body before the hash is made over it */
  readonly alterBytes?: (body: Uint8Array) => Uint8Array
}

/** Stages 1 and 2 of the attack; then silence. */
export function dealing({ kernel, index, count, alter = (body) => body, alterBytes = (bytes) => bytes }: DealingAttack): Corruption {
  return ({ envelope, reseal }) => {
    const { sid, stage } = envelope.header
    const reveal = alterBytes(encodeCommitments(alter(makeReveal(kernel, sid, index, count))))
    if (stage === 1) return [reseal({ body: hashCommitmentOf(sid, index, reveal) })]
    return stage === 2 ? [reseal({ body: reveal })] : []
  }
}

/** The same bytes with one item of a batch replaced. */
export function replaceItem(batch: Uint8Array, at: number, item: Uint8Array): Uint8Array {
  return concatBytes(batch.subarray(0, at), item, batch.subarray(at + item.length))
}

export function flipped(bytes: Uint8Array, at = bytes.length - 1, bits = 1): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[at] = (copy[at] ?? 0) ^ bits
  return copy
}

/** What no decoder of a peer's point may take: off the curve, the identity, coordinates of p and more. */
export const BAD_POINTS: Readonly<Record<string, (honest: Uint8Array) => Uint8Array>> = {
  'off the curve': (point) => flipped(point),
  'the identity': () => new Uint8Array(64),
  'out of range': () => new Uint8Array(64).fill(0xff),
}

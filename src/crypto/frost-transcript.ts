/**
 * What all signers of a FROST batch have in common, checked and laid out for the kernel.
 *
 * Every list of (signer, position) items in `frost-*.ts` is signer-major: the item stands at `signer * positions + position`, where `signer` is
 * the place in the ascending list of signers, not the index.
 */
import { assertBytes, concatAll, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { readDistinctIndices } from '../kernel/arguments.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, POINT_BYTES } from '../kernel/contract.ts'
import type { SigningTranscript } from './jobs/contract.ts'
import { assertMessageLength } from './suites/index.ts'

/** D (64) || E (64), both points: what a pair of nonces is published as */
export const COMMITMENT_PAIR_BYTES = 2 * POINT_BYTES

export interface CommitmentPoints {
  /** signers x positions x 64: all D */
  readonly hiding: Batch
  /** signers x positions x 64: all E */
  readonly binding: Batch
  /** signers x positions x 66: D || E, compressed */
  readonly compressed: Batch
}

export type CommitmentsRead =
  | { readonly status: 'read'; readonly points: CommitmentPoints }
  /** places of the signers who sent a point that is off the curve or the identity */
  | { readonly status: 'bad-points'; readonly culprits: readonly number[] }

/**
 * Refuses a transcript whose parts do not belong together. These are the caller's mistakes; a peer's points are judged by `readCommitments`.
 *
 * @throws ERR_INVALID_ARGUMENT, ERR_TOO_LARGE with `field`
 */
export function checkTranscript({ suite, groupPublicKey, signers, commitments, messages }: SigningTranscript): void {
  assertBytes(groupPublicKey, 'groupPublicKey', COMPRESSED_BYTES)
  const indices = readDistinctIndices(signers, 'signers')
  indices.forEach((index, i) => {
    if (i > 0 && index < (indices[i - 1] ?? 0)) throw invalidArgument(`signers[${i}]`, 'must be ascending')
  })
  if (messages.length === 0) throw invalidArgument('messages', 'must have at least one message')
  messages.forEach((message, i) => {
    assertBytes(message, `messages[${i}]`)
    assertMessageLength(suite, message.length, `messages[${i}]`)
  })
  if (commitments.length !== signers.length) throw invalidArgument('commitments', 'must have one entry a signer')
  for (const [i, entry] of commitments.entries()) assertBytes(entry, `commitments[${i}]`, messages.length * COMMITMENT_PAIR_BYTES)
}

/** Places of the signers among whose points, laid end to end, one is off the curve or the identity. */
export function badSignersOf(kernel: Kernel, points: Batch, signers: number): readonly number[] {
  const valid = kernel.checkPoints(points)
  const ofEach = valid.length / signers
  return Array.from({ length: signers }, (_, signer) => signer).filter((signer) =>
    valid.subarray(signer * ofEach, (signer + 1) * ofEach).includes(0),
  )
}

/** Checks every point (RFC 9591 section 5.2: DeserializeElement refuses the identity) and splits D from E. */
export function readCommitments(kernel: Kernel, { commitments, messages }: SigningTranscript): CommitmentsRead {
  const positions = messages.length
  const all = concatAll(commitments)
  const culprits = badSignersOf(kernel, all, commitments.length)
  // defence: valid-nonce-points
  if (culprits.length > 0) return { status: 'bad-points', culprits }
  const items = commitments.length * positions
  const hiding = new Uint8Array(items * POINT_BYTES)
  const binding = new Uint8Array(items * POINT_BYTES)
  for (let item = 0; item < items; item++) {
    const pair = itemOf(all, item, COMMITMENT_PAIR_BYTES)
    hiding.set(pair.subarray(0, POINT_BYTES), item * POINT_BYTES)
    binding.set(pair.subarray(POINT_BYTES), item * POINT_BYTES)
  }
  return { status: 'read', points: { hiding, binding, compressed: kernel.compress(all) } }
}

/** The items of all signers at one position, laid end to end. */
export function columnOf(batch: Batch, position: number, positions: number, itemBytes: number): Uint8Array<ArrayBuffer> {
  const signers = batch.length / (positions * itemBytes)
  const column = new Uint8Array(signers * itemBytes)
  for (let signer = 0; signer < signers; signer++) {
    column.set(itemOf(batch, signer * positions + position, itemBytes), signer * itemBytes)
  }
  return column
}

/** `item` laid end to end `count` times. */
export function repeatBytes(item: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(item.length * count)
  for (let i = 0; i < count; i++) out.set(item, i * item.length)
  return out
}

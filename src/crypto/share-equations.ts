/**
 * Which signature shares satisfy z G == D + rho E + m Y (RFC 9591 section 5.4). The nonce point D + rho E is never computed by itself: a
 * share alone is one sum of two multiples and one of G, with shared doublings, and shares together are one weighted sum (BIP-340, "Batch
 * Verification"; Bellare, Garay, Rabin, EUROCRYPT 1998).
 *
 * Weights of 128 bits come from a hash of all equations, so that nobody who makes a share knows its weight before all are fixed, and every node
 * that judges the same shares gets the same answer. Over any fixed set of shares, one of them false, the sum is zero for at most one in 2^128
 * of the weights of that one. Only a sum that is zero decides anything for many; a share is called false by its own equation alone.
 */
import { concatAll, concatBytes, equalBytes, itemOf } from '../bytes.ts'
import { type Batch, type Kernel, type Mask, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { repeatBytes } from './frost-transcript.ts'
import { isBelowOrder, isZero, MINUS_ONE } from './group-order.ts'
import { negatePoint } from './point-encoding.ts'
import { sumOfBatch } from './polynomial.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'
import { weightScalars } from './weights.ts'

export interface ShareEquations {
  /** D and E, signers x positions x 64: points that were checked, the suite's sign applied */
  readonly hiding: Batch
  readonly binding: Batch
  /** rho, z and m, signers x positions x 32; a z of q or more is false */
  readonly factors: Batch
  readonly shares: Batch
  readonly multipliers: Batch
  /** Y, signers x 64 */
  readonly keys: Batch
  readonly positions: number
}

/** Items of which sums are made together: more would not be cheaper an item. */
const CHUNK = 1024
/** Fewer are judged singly: the smaller the sum, the less it saves. */
const SEARCH_FROM = 24
/** No sum of fewer is tried. */
const LEAF = 4

/** @returns signers x positions bytes: 1 for a share that satisfies its equation */
export function judgeEquations(kernel: Kernel, equations: ShareEquations): Mask {
  const { hiding, binding, factors, shares, multipliers, keys, positions } = equations
  const count = shares.length / SCALAR_BYTES
  const valid = new Uint8Array(count)
  const candidates: number[] = []
  const canonical = shares.slice()
  for (let item = 0; item < count; item++) {
    const share = itemOf(canonical, item, SCALAR_BYTES)
    if (isBelowOrder(share)) candidates.push(item)
    else share.fill(0)
  }
  const responses = kernel.scalarMul(repeatBytes(MINUS_ONE, count), canonical)
  let allWeights: Batch | null = null

  const keyOf = (item: number) => itemOf(keys, Math.floor(item / positions), POINT_BYTES)

  /** rho E + m Y - z G == -D */
  function holdsAlone(item: number): boolean {
    const points = concatBytes(itemOf(binding, item, POINT_BYTES), keyOf(item))
    const scalars = concatBytes(itemOf(factors, item, SCALAR_BYTES), itemOf(multipliers, item, SCALAR_BYTES))
    const sum = kernel.msmVar(points, scalars, itemOf(responses, item, SCALAR_BYTES))
    negatePoint(sum)
    return equalBytes(sum, itemOf(hiding, item, POINT_BYTES))
  }

  /** sum a D + sum (a rho) E + sum (a m) Y - (sum a z) G == O; the keys of neighbours that are one signer's are one point */
  function holdTogether(items: readonly number[]): boolean {
    allWeights ??= weightsOf(equations)
    const weights = pick(allWeights, items, SCALAR_BYTES)
    const weighted = kernel.scalarMul(weights, pick(multipliers, items, SCALAR_BYTES))
    const points = [pick(hiding, items, POINT_BYTES), pick(binding, items, POINT_BYTES)]
    const scalars = [weights, kernel.scalarMul(weights, pick(factors, items, SCALAR_BYTES))]
    for (let from = 0, to = 0; from < items.length; from = to) {
      const first = items[from] ?? 0
      const next = (Math.floor(first / positions) + 1) * positions
      while (to < items.length && (items[to] ?? 0) < next) to++
      points.push(keyOf(first))
      scalars.push(sumOfBatch(kernel, weighted.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES)))
    }
    const total = sumOfBatch(kernel, kernel.scalarMul(weights, pick(responses, items, SCALAR_BYTES)))
    return isZero(kernel.msmVar(concatAll(points), concatAll(scalars), total))
  }

  const judgeAlone = (items: readonly number[]) => {
    for (const item of items) valid[item] = holdsAlone(item) ? 1 : 0
  }
  const judgeTogether = (items: readonly number[]) => {
    if (!holdTogether(items)) return false
    for (const item of items) valid[item] = 1
    return true
  }

  for (let from = 0; from < candidates.length; from += CHUNK) {
    const items = candidates.slice(from, from + CHUNK)
    // What is judged first is judged anyway if most are false: then no sum of many holds, and none is tried.
    const probes = items.length < SEARCH_FROM ? items : [1, 2].flatMap((third) => items[Math.floor((third * items.length) / 3)] ?? [])
    judgeAlone(probes)
    const rest = items.filter((item) => !probes.includes(item))
    judgeAlone(probes.some((item) => valid[item] === 1) ? search(rest, judgeTogether) : rest)
  }
  return valid
}

/**
 * Sums of quarters, then of the halves of what fails. Sums must earn what they cost: one of L shares takes L of the credit, one that holds gives
 * 2 L. If most shares are false the credit is soon spent.
 *
 * @returns the items that no sum showed to hold
 */
function search(items: readonly number[], hold: (part: readonly number[]) => boolean): number[] {
  let credit = items.length >> 1
  const undecided: number[] = []
  const parts = [0, 1, 2, 3].map((quarter) => ({
    part: items.slice((items.length * quarter) >> 2, (items.length * (quarter + 1)) >> 2),
    fails: false,
  }))
  /** null when the credit does not suffice */
  const tried = (part: readonly number[]): boolean | null => {
    if (part.length < LEAF || credit < part.length) return null
    const holds = hold(part)
    credit += holds ? part.length : -part.length
    return holds
  }
  for (const { part, fails } of parts) {
    const holds = fails ? false : tried(part)
    if (holds === true) continue
    const middle = part.length >> 1
    const left = part.slice(0, middle)
    const leftHolds = holds === null ? null : tried(left)
    if (leftHolds === null) undecided.push(...part)
    else {
      // Where the left half holds, the right one is known to fail.
      if (!leftHolds) parts.push({ part: left, fails: true })
      parts.push({ part: part.slice(middle), fails: leftHolds })
    }
  }
  return undecided
}

function pick(batch: Batch, items: readonly number[], itemBytes: number): Batch {
  return concatAll(items.map((item) => itemOf(batch, item, itemBytes)))
}

/** From the hash of everything that is judged. */
function weightsOf({ hiding, binding, factors, shares, multipliers, keys, positions }: ShareEquations): Batch {
  const count = shares.length / SCALAR_BYTES
  const sizes = concatBytes(uintBytes(count, 4), uintBytes(positions, 4))
  const key = taggedHash(TAGS.shareWeights, sizes, hiding, binding, factors, shares, multipliers, keys)
  return weightScalars(key, count)
}

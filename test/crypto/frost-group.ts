/** A dealt key of any suite, and a signing with the jobs alone, with a place to tamper between the rounds. */
import { concatBytes, copyBytes, itemOf } from '../../src/bytes.ts'
import type { SigningTranscript } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { hasLowX, hasOddY } from '../../src/crypto/point-encoding.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import type { Kernel, Suite } from '../../src/kernel/contract.ts'
import type { RandomSource } from '../helpers/random.ts'

export interface Group {
  readonly suite: Suite
  readonly groupPublicKey: Uint8Array
  readonly shares: ReadonlyMap<number, Uint8Array>
  /** compressed */
  readonly verifyingShares: ReadonlyMap<number, Uint8Array>
}

/** What a test must have; the type checker cannot know it. */
export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('missing in the test')
  return value
}

/**
 * Draws until the group key is one that its suite signs with: for `evm`, with a low x, as keygen would scale it.
 *
 * @param oddKey draws until the group key has this parity; either when left out
 */
export function dealGroup(
  kernel: Kernel,
  random: RandomSource,
  { suite, t, indices, oddKey }: { suite: Suite; t: number; indices: readonly number[]; oddKey?: boolean },
): Group {
  for (;;) {
    const coefficients = randomScalars(random, t)
    const secret = copyBytes(itemOf(coefficients, 0, 32))
    const groupPublicKey = kernel.compress(kernel.baseMul(secret))
    if (oddKey !== undefined && hasOddY(groupPublicKey) !== oddKey) continue
    if (suite === 'evm' && !hasLowX(groupPublicKey)) continue
    const values = kernel.evaluatePolynomial(coefficients, indices)
    const points = kernel.compress(kernel.baseMul(values))
    return {
      suite,
      groupPublicKey,
      shares: new Map(indices.map((index, i) => [index, copyBytes(itemOf(values, i, 32))])),
      verifyingShares: new Map(indices.map((index, i) => [index, copyBytes(itemOf(points, i, 33))])),
    }
  }
}

export interface RoundOne {
  readonly transcript: SigningTranscript
  readonly nonces: readonly Uint8Array[]
}

export function roundOne(kernel: Kernel, random: RandomSource, group: Group, signers: readonly number[], messages: Uint8Array[]): RoundOne {
  const made = signers.map((index) => {
    const randomness = random(64 * messages.length)
    return runJob(kernel, { name: 'commitNonces', args: { suite: group.suite, share: must(group.shares.get(index)), randomness } })
  })
  return {
    transcript: {
      suite: group.suite,
      groupPublicKey: group.groupPublicKey,
      signers,
      commitments: made.map(({ commitments }) => commitments),
      messages,
    },
    nonces: made.map(({ nonces }) => nonces),
  }
}

export interface RoundTwo {
  readonly signatureShares: Uint8Array[]
  readonly groupCommitments: Uint8Array
  readonly challenges: Uint8Array
}

/** All shares; asserts that all signers computed the same R and challenge. */
export function roundTwo(kernel: Kernel, group: Group, { transcript, nonces }: RoundOne): RoundTwo {
  const results = transcript.signers.map((index, place) => {
    const args = { ...transcript, index, share: must(group.shares.get(index)), nonces: must(nonces[place]) }
    const result = runJob(kernel, { name: 'signShares', args })
    if (result.status !== 'signed') throw new Error(result.status)
    return result
  })
  const { groupCommitments, challenges } = must(results[0])
  for (const result of results) {
    if (!equal(result.groupCommitments, groupCommitments) || !equal(result.challenges, challenges)) throw new Error('signers differ')
  }
  return { signatureShares: results.map((result) => result.signatureShares), groupCommitments, challenges }
}

export function aggregateAll(kernel: Kernel, group: Group, { signatureShares, groupCommitments, challenges }: RoundTwo) {
  const { suite, groupPublicKey } = group
  return runJob(kernel, { name: 'aggregate', args: { suite, groupPublicKey, groupCommitments, challenges, signatureShares } })
}

export function blameAll(
  kernel: Kernel,
  group: Group,
  transcript: SigningTranscript,
  signatureShares: readonly Uint8Array[],
  groupCommitments: Uint8Array,
) {
  const verifyingShares = concatBytes(...transcript.signers.map((index) => must(group.verifyingShares.get(index))))
  return runJob(kernel, { name: 'findBadShares', args: { ...transcript, verifyingShares, signatureShares, groupCommitments } }).invalid
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

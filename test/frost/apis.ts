/** `quorate/frost` as the tests use it: the public functions, which run on the WebAssembly kernel, and the same operations on the baseline. */
import { systemRandom } from '../../src/crypto/random-scalars.ts'
import { dealWith } from '../../src/frost/dealer.ts'
import type { FrostCommitment, FrostNonces, FrostPublic, FrostShare } from '../../src/frost/index.ts'
import * as published from '../../src/frost/index.ts'
import { commitWith } from '../../src/frost/nonces.ts'
import { aggregateWith, signWith, verifyShareWith, verifyWith } from '../../src/frost/signing.ts'
import { createBaselineKernel } from '../../src/kernel/baseline/index.ts'

export type FrostApi = Omit<typeof published, 'QuorateError'>

export interface NamedApi {
  readonly name: string
  readonly frost: FrostApi
}

export function apis(): NamedApi[] {
  const kernel = createBaselineKernel()
  const onBaseline: FrostApi = {
    trustedDealer: (a) => dealWith(kernel, systemRandom, a),
    commit: (a) => commitWith(kernel, systemRandom, a),
    sign: (a) => signWith(kernel, a),
    verifyShare: (a) => verifyShareWith(kernel, a),
    aggregate: (a) => aggregateWith(kernel, a),
    verify: (a) => verifyWith(kernel, a),
  }
  return [
    { name: 'the published functions', frost: published },
    { name: 'the baseline kernel', frost: onBaseline },
  ]
}
/** What a test must have; the type checker cannot know it. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing in the test')
  return value
}

/** Round one of some signers. */
export function commitAll(frost: FrostApi, keys: FrostPublic, shares: readonly FrostShare[]) {
  const nonces = shares.map((share): FrostNonces => frost.commit({ suite: keys.suite, share }))
  const commitments = nonces.map(({ commitment }): FrostCommitment => commitment)
  return { nonces, commitments }
}

/** Both rounds of some signers. */
export function signAll(frost: FrostApi, keys: FrostPublic, shares: readonly FrostShare[], message: Uint8Array) {
  const { nonces, commitments } = commitAll(frost, keys, shares)
  const signatureShares = new Map(
    shares.map((share, i) => [share.identifier, frost.sign({ keys, commitments, message, share, nonces: must(nonces[i]) })]),
  )
  return { commitments, signatureShares }
}

/** No job leaves a secret in an array that it made, whether it ends well or the kernel fails in the middle of it. */
import { describe, expect, it } from 'vitest'
import { copyBytes } from '../../../src/bytes.ts'
import { MINUS_ONE } from '../../../src/crypto/group-order.ts'
import { type Job, type JobName, SHARE_FAULT } from '../../../src/crypto/jobs/contract.ts'
import { jobs, runJob } from '../../../src/crypto/jobs/index.ts'
import { evaluateForEach, sumCommitments } from '../../../src/crypto/polynomial.ts'
import { randomScalars } from '../../../src/crypto/random-scalars.ts'
import { reduceWide } from '../../../src/crypto/suites/index.ts'
import type { Suite } from '../../../src/kernel/contract.ts'
import { bytesIn, KernelFailure, leftIn, secretsOf, watch } from '../../helpers/leftovers.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { dealAll, kernels, makeParties, present, receivedAt, type Shape, sidOf } from '../ceremony.ts'
import { dealGroup, roundOne } from '../frost-group.ts'

const kernel = present(kernels[1])[1]
const seed = testSeed()
const shape: Shape = { n: 4, t: 2, positions: 3 }
const sid = sidOf(`${seed} leftovers`)
const parties = makeParties(kernel, sid, shape, seededRandom(`${seed} leftovers`))
const dealt = dealAll(kernel, sid, shape, parties)
const self = present(parties[0])
const others = parties.slice(1)
const common = { sid, index: 1, positions: 3, minSigners: 2 }

const received = receivedAt(kernel, sid, 3, self, others, dealt)
/** The second of the others seems to have published something else than it dealt. */
const otherCommitments = others.map(({ dealing }, i) => (i === 1 ? self.dealing.commitments : dealing.commitments))

function openShares(normaliseFor: Suite | null, commitments = others.map(({ dealing }) => dealing.commitments)): Job {
  const args = {
    ...received,
    minSigners: 2,
    ownShares: present(dealt.own.get(1)),
    sumCommitments: sumCommitments(kernel, [self.dealing.commitments, ...commitments]),
    verifyingIndices: [1, 2, 3, 4],
    verifyingShares: null,
    normaliseFor,
  }
  return { name: 'openShares', args }
}

const group = dealGroup(kernel, seededRandom(`${seed} nonces`), { suite: 'bip340', t: 2, indices: [1, 2] })
const share = present(group.shares.get(1))

const dealing: Readonly<Record<string, Job>> = {
  dealCommitments: {
    name: 'dealCommitments',
    args: { ...common, coefficients: self.coefficients, proofNonces: self.proofNonces, encryptionSecret: self.encryptionSecret },
  },
  dealShares: {
    name: 'dealShares',
    args: {
      ...common,
      coefficients: self.coefficients,
      encryptionSecret: self.encryptionSecret,
      encryptionKey: self.dealing.encryptionKey,
      recipients: others.map(({ index, dealing: { encryptionKey } }) => ({ index, encryptionKey })),
      verify: { sumCommitments: self.dealing.commitments, indices: [1, 2, 3, 4] },
    },
  },
  'openShares, a nonce': openShares(null),
  'openShares, a bip340 key': openShares('bip340'),
  'openShares, an evm key': openShares('evm'),
  'openShares with a bad share': openShares(null, otherCommitments),
  sumShares: { name: 'sumShares', args: received },
  commitNonces: {
    name: 'commitNonces',
    args: { suite: 'bip340', share, randomness: seededRandom(`${seed} randomness`)(3 * 64) },
  },
}

function secretResultsOf(name: JobName, result: unknown): readonly Uint8Array[] {
  const definition = jobs[name] as { secretsOfResult(result: unknown): readonly Uint8Array[] }
  return definition.secretsOfResult(result)
}

describe.each(Object.entries(dealing))('%s', (_, job) => {
  const clean = watch(kernel, (watched) => runJob(watched, job) as unknown)
  const results = bytesIn(clean.result)
  const handedOver = secretResultsOf(job.name, clean.result)
  const secrets = secretsOf(
    clean.calls,
    results.filter((bytes) => !handedOver.includes(bytes)),
  )

  it('leaves no secret behind at its end', () => {
    expect(clean.error).toBeUndefined()
    expect(secrets.length).toBeGreaterThan(3)
    expect(leftIn(clean.arrays, secrets, [...results, ...bytesIn(job.args)])).toEqual([])
  })

  it('leaves no secret behind when any one call of the kernel throws', () => {
    for (let failAt = 0; failAt < clean.calls.length; failAt++) {
      const failed = watch(kernel, (watched) => runJob(watched, job) as unknown, failAt)
      expect(failed.error, `call ${failAt}`).toBeInstanceOf(KernelFailure)
      expect(leftIn(failed.arrays, secrets, bytesIn(job.args)), `call ${failAt}`).toEqual([])
    }
  })

  it('does not change its arguments, also then', () => {
    const before = bytesIn(job.args).map((bytes) => copyBytes(bytes))
    for (let failAt = 0; failAt < clean.calls.length; failAt++) watch(kernel, (watched) => runJob(watched, job) as unknown, failAt)
    expect(bytesIn(job.args)).toEqual(before)
  })
})

describe('findBadDealers', () => {
  const args = { ...received, minSigners: 2, commitments: otherCommitments }
  // The kernel adds none of them up here: they are named.
  const secrets = others.flatMap(({ coefficients }) =>
    evaluateForEach(kernel, coefficients, 2, [1]).flatMap((values) =>
      [0, 32, 64].map((at) => Buffer.from(values.subarray(at, at + 32)).toString('hex')),
    ),
  )

  it('leaves no share of any dealer behind, whichever call of the kernel throws', () => {
    const clean = watch(kernel, (watched) => runJob(watched, { name: 'findBadDealers', args }))
    expect([...present(clean.result).faults]).toEqual([SHARE_FAULT.none, SHARE_FAULT.wrongShare, SHARE_FAULT.none])
    for (let failAt = 0; failAt <= clean.calls.length; failAt++) {
      const ended = watch(kernel, (watched) => runJob(watched, { name: 'findBadDealers', args }), failAt)
      expect(leftIn(ended.arrays, secrets, bytesIn(args)), `call ${failAt}`).toEqual([])
    }
  })
})

describe('makeComplaints', () => {
  const nonces = randomScalars(seededRandom(`${seed} dleq`), others.length)
  const args = {
    sid,
    index: 1,
    encryptionKey: self.dealing.encryptionKey,
    encryptionSecret: self.encryptionSecret,
    dealers: others.map(({ dealing: { index, encryptionKey } }) => ({ index, encryptionKey })),
    nonces,
  }
  const clean = watch(kernel, (watched) => runJob(watched, { name: 'makeComplaints', args }))
  const responses = present(clean.result).map(({ proof }) => proof.slice(128))
  const nonceOf = (i: number) => copyBytes(nonces, 32 * i, 32 * i + 32)
  // Challenge times secret: who has one has the secret, since challenges are public.
  const products = responses.map((response, i) => kernel.scalarAdd(response, kernel.scalarMul(MINUS_ONE, nonceOf(i))))
  const secrets = [self.encryptionSecret, ...others.map((_, i) => nonceOf(i)), ...products].map((bytes) =>
    Buffer.from(bytes).toString('hex'),
  )

  it('leaves neither the encryption secret nor a nonce nor what gives them away, whichever call of the kernel throws', () => {
    expect(leftIn(clean.arrays, secrets, [])).not.toEqual([])
    for (let failAt = 0; failAt <= clean.calls.length; failAt++) {
      const ended = watch(kernel, (watched) => runJob(watched, { name: 'makeComplaints', args }), failAt)
      expect(leftIn(ended.arrays, secrets, bytesIn(args)), `call ${failAt}`).toEqual([])
    }
  })
})

describe('signShares', () => {
  const { transcript, nonces } = roundOne(kernel, seededRandom(`${seed} sign`), group, [1, 2], [new Uint8Array(3), new Uint8Array(4)])
  const args = { ...transcript, index: 1, share, nonces: present(nonces[0]) }
  // The multipliers go through the same operations and are public: here the secrets are named.
  const secrets = [share, ...[0, 32, 64, 96].map((at) => args.nonces.subarray(at, at + 32))].map((bytes) =>
    Buffer.from(bytes).toString('hex'),
  )

  it('leaves neither share nor nonces behind, whichever call of the kernel throws', () => {
    const clean = watch(kernel, (watched) => runJob(watched, { name: 'signShares', args }))
    expect(clean.result?.status).toBe('signed')
    for (let failAt = 0; failAt <= clean.calls.length; failAt++) {
      const ended = watch(kernel, (watched) => runJob(watched, { name: 'signShares', args }), failAt)
      expect(leftIn(ended.arrays, secrets, bytesIn(args)), `call ${failAt}`).toEqual([])
    }
  })
})

it('the search finds what is left: a function that forgets its halves', () => {
  const wide = seededRandom(`${seed} wide`)(48)
  const clean = watch(kernel, (watched) => reduceWide(watched, wide))
  const secrets = secretsOf(clean.calls, [])
  expect(leftIn(clean.arrays, secrets, [wide, ...bytesIn(clean.result)])).toEqual([])
  const forgetful = watch(kernel, () => [copyBytes(wide), wide.slice(), Uint8Array.from(wide)].map(() => 0))
  const made = forgetful.arrays.filter(({ buffer }) => buffer !== wide.buffer)
  expect(new Set(made.map(({ buffer }) => buffer)).size).toBe(3)
  for (const bytes of made) expect(leftIn([bytes], secrets, [wide]).length).toBeGreaterThan(0)
})

import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../../src/bytes.ts'
import type { Job, JobArgs, JobName } from '../../../src/crypto/jobs/contract.ts'
import { jobs, runJob } from '../../../src/crypto/jobs/index.ts'
import { evaluateForEach, sumCommitments } from '../../../src/crypto/polynomial.ts'
import { randomScalars } from '../../../src/crypto/random-scalars.ts'
import { bytesIn, leftIn, watch } from '../../helpers/leftovers.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { baseline, dealAll, makeParties, present, receivedAt, type Shape, sidOf } from '../ceremony.ts'

const seed = testSeed()
const shape: Shape = { n: 3, t: 2, positions: 2 }
const sid = sidOf(`${seed} secrets`)
const parties = makeParties(baseline, sid, shape, seededRandom(`${seed} secrets`))
const dealt = dealAll(baseline, sid, shape, parties)
const self = present(parties[0])
const others = parties.slice(1)

/** Operations that are allowed to take their time from their inputs. */
const PUBLIC = new Set([
  'baseMulVar',
  'mulVar',
  'msmVar',
  'sum',
  'evaluateInExponent',
  'verifySignatureShares',
  'verifySignatures',
  'checkPoints',
])

const received = receivedAt(baseline, sid, 2, self, others, dealt)
const dleqNonces = randomScalars(seededRandom(`${seed} dleq`), others.length)

const plainArgs = {
  dealCommitments: {
    sid,
    index: 1,
    positions: 2,
    minSigners: 2,
    coefficients: self.coefficients,
    proofNonces: self.proofNonces,
    encryptionSecret: self.encryptionSecret,
  },
  dealShares: {
    sid,
    index: 1,
    positions: 2,
    minSigners: 2,
    coefficients: self.coefficients,
    encryptionSecret: self.encryptionSecret,
    encryptionKey: self.dealing.encryptionKey,
    recipients: others.map(({ index, dealing }) => ({ index, encryptionKey: dealing.encryptionKey })),
    verify: { sumCommitments: self.dealing.commitments, indices: [1, 2, 3] },
  },
  openShares: {
    ...received,
    minSigners: 2,
    ownShares: present(dealt.own.get(1)),
    sumCommitments: sumCommitments(
      baseline,
      parties.map(({ dealing }) => dealing.commitments),
    ),
    verifyingIndices: [1, 2, 3],
    verifyingShares: null,
    normaliseFor: 'bip340',
  },
  sumShares: received,
  findBadDealers: { ...received, minSigners: 2, commitments: [present(others[1]), self].map(({ dealing }) => dealing.commitments) },
  makeComplaints: {
    sid,
    index: 1,
    encryptionKey: self.dealing.encryptionKey,
    encryptionSecret: self.encryptionSecret,
    dealers: others.map(({ index, dealing }) => ({ index, encryptionKey: dealing.encryptionKey })),
    nonces: dleqNonces,
  },
} satisfies {
  [N in 'dealCommitments' | 'dealShares' | 'openShares' | 'sumShares' | 'findBadDealers' | 'makeComplaints']: JobArgs<N>
}

function chunks(bytes: Uint8Array, size: number): string[] {
  return Array.from({ length: bytes.length / size }, (_, i) => toHex(bytes.subarray(i * size, (i + 1) * size)))
}

/** Everything that must not stay behind: our scalars, every value of a polynomial that we saw, our sums, the Diffie-Hellman points. */
function secretScalars(): string[] {
  const values = parties.flatMap(({ coefficients }) => evaluateForEach(baseline, coefficients, 2, [1, 2, 3]))
  const sums = (['secp256k1-sha256', 'bip340'] as const).map((normaliseFor) => {
    const opened = runJob(baseline, { name: 'openShares', args: { ...plainArgs.openShares, normaliseFor } })
    if (opened.status !== 'shared') throw new Error(`test: it ended as ${opened.status}`)
    return opened.shares
  })
  const partial = present(runJob(baseline, { name: 'sumShares', args: received }).shares ?? undefined)
  const all = [self.coefficients, self.proofNonces, self.encryptionSecret, dleqNonces, ...sums, partial, ...values]
  return all.flatMap((bytes) => chunks(bytes, 32))
}

/** The x of each Diffie-Hellman point: a compressed point is a byte and this. */
const sharedPoints = chunks(
  baseline.mul(
    concatBytes(...others.map(({ dealing }) => dealing.encryptionKey)),
    concatBytes(self.encryptionSecret, self.encryptionSecret),
  ),
  64,
).map((point) => point.slice(0, 64))

const scalars = secretScalars()

describe.each(Object.keys(plainArgs) as (keyof typeof plainArgs)[])('%s', (name) => {
  /** A complaint publishes the Diffie-Hellman point, and nothing else. */
  const secrets = name === 'makeComplaints' ? scalars : [...scalars, ...sharedPoints]

  function run() {
    const job: Job = { name, args: plainArgs[name] } as Job
    const { result, calls, arrays } = watch(baseline, (kernel): unknown => runJob(kernel, job))
    return { calls, arrays, kept: [...bytesIn(job.args), ...bytesIn(result)] }
  }

  it('C7: gives no secret to an operation whose time may depend on it', () => {
    const { calls } = run()
    for (const { operation, before } of calls) {
      if (!PUBLIC.has(operation)) continue
      for (const input of before) for (const secret of secrets) expect(input.includes(secret), `${operation} saw a secret`).toBe(false)
    }
    expect(calls.length).toBeGreaterThan(0)
  })

  it('leaves no secret in an array that it made', () => {
    const { arrays, kept } = run()
    expect(leftIn(arrays, secrets, [])).not.toEqual([])
    expect(leftIn(arrays, secrets, kept)).toEqual([])
  })

  it('does not change its arguments', () => {
    const before = bytesIn(plainArgs[name]).map(toHex)
    run()
    expect(bytesIn(plainArgs[name]).map(toHex)).toEqual(before)
  })

  it('names its secret arguments, and only those', () => {
    const definition = jobs[name] as { secretsOf(args: unknown): readonly Uint8Array[] }
    const named = definition.secretsOf(plainArgs[name])
    for (const bytes of named) {
      const items = bytes.length % 33 === 0 ? chunks(bytes, 33).map((point) => point.slice(2)) : chunks(bytes, 32)
      expect(items.every((item) => secrets.includes(item))).toBe(true)
    }
    const rest = bytesIn(plainArgs[name]).filter((bytes) => !named.includes(bytes))
    for (const bytes of rest) for (const secret of secrets) expect(toHex(bytes).includes(secret)).toBe(false)
  })

  it('names the secrets of its result, and only those', () => {
    const result: unknown = runJob(baseline, { name, args: plainArgs[name] } as Job)
    const definition = jobs[name] as { secretsOfResult(result: unknown): readonly Uint8Array[] }
    const named = definition.secretsOfResult(result)
    const counts = { dealCommitments: 0, dealShares: 2, openShares: 1, sumShares: 1, findBadDealers: 0, makeComplaints: 0 }
    expect(named.length).toBe(counts[name])
    const rest = bytesIn(result).filter((bytes) => !named.includes(bytes))
    for (const bytes of rest) for (const secret of secrets) expect(toHex(bytes).includes(secret)).toBe(false)
  })

  it('returns exact-size memory that shares nothing with its arguments', () => {
    const args = bytesIn(plainArgs[name])
    for (const bytes of bytesIn(runJob(baseline, { name, args: plainArgs[name] } as Job))) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
      expect(bytes.buffer.byteLength).toBe(bytes.length)
      expect(args.some((arg) => arg.buffer === bytes.buffer)).toBe(false)
    }
  })
})

describe('openShares with faulty dealers', () => {
  const cases = {
    'an undecryptable share': {
      dealers: received.dealers.map((dealer, i) => (i === 0 ? { ...dealer, ciphertext: new Uint8Array(80) } : dealer)),
    },
    'a wrong share': {
      sumCommitments: sumCommitments(
        baseline,
        [self, self, self].map(({ dealing }) => dealing.commitments),
      ),
    },
  }
  it.each(Object.entries(cases))('leaves no secret of the honest ones behind: %s', (_, changes) => {
    const args = { ...plainArgs.openShares, ...changes }
    const { result, arrays } = watch(baseline, (kernel) => runJob(kernel, { name: 'openShares', args }))
    expect(result).toEqual({ status: 'bad-shares' })
    expect(leftIn(arrays, [...scalars, ...sharedPoints], bytesIn(args))).toEqual([])
  })
})

describe('the table of jobs', () => {
  it('finds each job under its own name', () => {
    const names = Object.keys(jobs).sort() as JobName[]
    expect(names).toEqual(
      [
        'aggregate',
        'aggregateLocally',
        'checkDealings',
        'checkNonces',
        'commitNonces',
        'dealCommitments',
        'dealShares',
        'findBadDealers',
        'findBadLocalShares',
        'findBadShares',
        'judgeComplaints',
        'makeComplaints',
        'openShares',
        'signLocally',
        'signShares',
        'sumShares',
      ].sort(),
    )
  })

  it('estimates grow with the ceremony', () => {
    const larger = { ...plainArgs.dealCommitments, minSigners: 20 }
    expect(jobs.dealCommitments.estimateMicros(larger)).toBeGreaterThan(jobs.dealCommitments.estimateMicros(plainArgs.dealCommitments))
    const dealings = Array.from({ length: 50 }, () => self.dealing)
    const check = { sid, positions: 2, minSigners: 2, weightSeed: new Uint8Array(32), ownCommitments: null }
    expect(jobs.checkDealings.estimateMicros({ ...check, dealings })).toBeGreaterThan(
      jobs.checkDealings.estimateMicros({ ...check, dealings: dealings.slice(0, 2) }),
    )
    expect(jobs.dealShares.estimateMicros(plainArgs.dealShares)).toBeGreaterThan(0)
    expect(jobs.openShares.estimateMicros(plainArgs.openShares)).toBeGreaterThan(0)
  })

  it('wiping what a job names leaves none of its secrets in the arguments', () => {
    const args = structuredClone(plainArgs.openShares)
    for (const bytes of jobs.openShares.secretsOf(args)) bytes.fill(0)
    for (const bytes of bytesIn(args))
      for (const secret of [...scalars, ...sharedPoints]) expect(toHex(copyBytes(bytes)).includes(secret)).toBe(false)
  })
})

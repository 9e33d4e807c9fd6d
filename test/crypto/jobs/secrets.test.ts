import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../../src/bytes.ts'
import type { Job, JobArgs, JobName } from '../../../src/crypto/jobs/contract.ts'
import { jobs, runJob } from '../../../src/crypto/jobs/index.ts'
import { evaluateForEach } from '../../../src/crypto/polynomial.ts'
import type { Kernel } from '../../../src/kernel/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { baseline, dealAll, makeParties, present, type Shape, shared, sidOf } from '../ceremony.ts'

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

interface Call {
  readonly operation: string
  readonly inputs: readonly Uint8Array[]
  readonly copies: readonly string[]
  readonly output: Uint8Array | null
}

function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(bytesIn)
  return []
}

/** Every array that `set` copies from or to while `run` runs: the ones a kernel never sees. */
function filledDuring<T>(run: () => T): { result: T; filled: Uint8Array[] } {
  const filled: Uint8Array[] = []
  const original = Uint8Array.prototype.set
  Uint8Array.prototype.set = function set(...args): void {
    filled.push(this, ...bytesIn(args))
    original.apply(this, args)
  }
  try {
    return { result: run(), filled }
  } finally {
    // The method is inherited from %TypedArray%: our own property goes away again.
    delete (Uint8Array.prototype as Partial<Uint8Array>).set
  }
}

/** The baseline, remembering every array that went in and out. */
function spiedKernel(): { kernel: Kernel; calls: Call[] } {
  const calls: Call[] = []
  const kernel = new Proxy(baseline, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        const inputs = bytesIn(args)
        const copies = inputs.map(toHex)
        const output: unknown = Reflect.apply(value, target, args)
        calls.push({ operation: String(name), inputs, copies, output: output instanceof Uint8Array ? output : null })
        return output
      }
    },
  })
  return { kernel, calls }
}

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
  },
  openShares: {
    sid,
    index: 1,
    positions: 2,
    minSigners: 2,
    encryptionSecret: self.encryptionSecret,
    encryptionKey: self.dealing.encryptionKey,
    ownShares: present(dealt.own.get(1)),
    ownCommitments: self.dealing.commitments,
    dealers: others.map(({ index, dealing }) => ({
      index,
      encryptionKey: dealing.encryptionKey,
      commitments: dealing.commitments,
      ciphertext: present(dealt.ciphertexts.get(index)?.get(1)),
    })),
    verifyingIndices: [1, 2, 3],
    normaliseFor: 'bip340',
  },
} satisfies { [N in 'dealCommitments' | 'dealShares' | 'openShares']: JobArgs<N> }

function chunks(bytes: Uint8Array, size: number): string[] {
  return Array.from({ length: bytes.length / size }, (_, i) => toHex(bytes.subarray(i * size, (i + 1) * size)))
}

/** Everything that must not stay behind: our scalars, every value of a polynomial that we saw, our sums, the Diffie-Hellman points. */
function secretScalars(): string[] {
  const values = parties.flatMap(({ coefficients }) => evaluateForEach(baseline, coefficients, 2, [1, 2, 3]))
  const sums = (['secp256k1-sha256', 'bip340'] as const).map((normaliseFor) => {
    const opened = runJob(baseline, { name: 'openShares', args: { ...plainArgs.openShares, normaliseFor } })
    return shared(opened).shares
  })
  const all = [self.coefficients, self.proofNonces, self.encryptionSecret, ...sums, ...values]
  return all.flatMap((bytes) => chunks(bytes, 32))
}

const sharedPoints = chunks(
  baseline.mul(
    concatBytes(...others.map(({ dealing }) => dealing.encryptionKey)),
    concatBytes(self.encryptionSecret, self.encryptionSecret),
  ),
  64,
).map((point) => point.slice(0, 64))

const secrets = [...secretScalars(), ...sharedPoints]

function expectNothingLeft(calls: readonly Call[], filled: readonly Uint8Array[], kept: readonly Uint8Array[]): void {
  const buffers = new Set(kept.map((bytes) => bytes.buffer))
  const seen = [
    ...calls.flatMap(({ operation, inputs, output }) => [...inputs, ...bytesIn(output)].map((bytes) => ({ operation, bytes }))),
    ...filled.map((bytes) => ({ operation: 'a copy', bytes })),
  ]
  for (const { operation, bytes } of seen) {
    if (buffers.has(bytes.buffer)) continue
    const left = toHex(bytes)
    for (const secret of secrets) expect(left.includes(secret), `${operation} left a secret behind`).toBe(false)
  }
}

describe.each(Object.keys(plainArgs) as (keyof typeof plainArgs)[])('%s', (name) => {
  function run(): { calls: Call[]; filled: Uint8Array[]; kept: Uint8Array[] } {
    const { kernel, calls } = spiedKernel()
    const job: Job = { name, args: plainArgs[name] } as Job
    const { result, filled } = filledDuring(() => runJob(kernel, job))
    return { calls, filled, kept: [...bytesIn(job.args), ...bytesIn(result)] }
  }

  it('C7: gives no secret to an operation whose time may depend on it', () => {
    const { calls } = run()
    for (const { operation, copies } of calls) {
      if (!PUBLIC.has(operation)) continue
      for (const copy of copies) for (const secret of secrets) expect(copy.includes(secret), `${operation} saw a secret`).toBe(false)
    }
    expect(calls.length).toBeGreaterThan(0)
  })

  it('leaves no secret in an array that it made', () => {
    const { calls, filled, kept } = run()
    expect(filled.length).toBeGreaterThan(0)
    expectNothingLeft(calls, filled, kept)
  })

  it('does not change its arguments', () => {
    const before = bytesIn(plainArgs[name]).map(toHex)
    run()
    expect(bytesIn(plainArgs[name]).map(toHex)).toEqual(before)
  })

  it('names its secret arguments, and only those', () => {
    const definition = jobs[name] as { secretsOf(args: unknown): readonly Uint8Array[] }
    const named = definition.secretsOf(plainArgs[name])
    for (const bytes of named) expect(chunks(bytes, 32).every((chunk) => secrets.includes(chunk))).toBe(true)
    const rest = bytesIn(plainArgs[name]).filter((bytes) => !named.includes(bytes))
    for (const bytes of rest) for (const secret of secrets) expect(toHex(bytes).includes(secret)).toBe(false)
  })

  it('names the secrets of its result, and only those', () => {
    const result: unknown = runJob(baseline, { name, args: plainArgs[name] } as Job)
    const definition = jobs[name] as { secretsOfResult(result: unknown): readonly Uint8Array[] }
    const named = definition.secretsOfResult(result)
    expect(named.length).toBe(name === 'dealCommitments' ? 0 : 1)
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
    'an undecryptable share': { 0: { ciphertext: new Uint8Array(80) } },
    'a wrong share': { 1: { commitments: present(others[0]).dealing.commitments } },
  }
  it.each(Object.entries(cases))('leaves no secret of the honest ones behind: %s', (_, changes) => {
    const dealers = plainArgs.openShares.dealers.map((dealer, i) => ({ ...dealer, ...(changes as Record<number, object>)[i] }))
    const args = { ...plainArgs.openShares, dealers }
    const { kernel, calls } = spiedKernel()
    const { result, filled } = filledDuring(() => runJob(kernel, { name: 'openShares', args }))
    expect(result.status).toBe('bad-shares')
    expectNothingLeft(calls, filled, bytesIn(args))
  })
})

describe('the table of jobs', () => {
  it('finds each job under its own name', () => {
    const names = Object.keys(jobs).sort() as JobName[]
    expect(names).toEqual(
      ['aggregate', 'checkDealings', 'commitNonces', 'dealCommitments', 'dealShares', 'findBadShares', 'openShares', 'signShares'].sort(),
    )
  })

  it('estimates grow with the ceremony', () => {
    const larger = { ...plainArgs.dealCommitments, minSigners: 20 }
    expect(jobs.dealCommitments.estimateMicros(larger)).toBeGreaterThan(jobs.dealCommitments.estimateMicros(plainArgs.dealCommitments))
    const dealings = Array.from({ length: 50 }, () => self.dealing)
    const check = { sid, positions: 2, minSigners: 2, weightSeed: new Uint8Array(32) }
    expect(jobs.checkDealings.estimateMicros({ ...check, dealings })).toBeGreaterThan(
      jobs.checkDealings.estimateMicros({ ...check, dealings: dealings.slice(0, 2) }),
    )
    expect(jobs.dealShares.estimateMicros(plainArgs.dealShares)).toBeGreaterThan(0)
    expect(jobs.openShares.estimateMicros(plainArgs.openShares)).toBeGreaterThan(0)
  })

  it('wiping what a job names leaves none of its secrets in the arguments', () => {
    const args = structuredClone(plainArgs.openShares)
    for (const bytes of jobs.openShares.secretsOf(args)) bytes.fill(0)
    for (const bytes of bytesIn(args)) for (const secret of secrets) expect(toHex(copyBytes(bytes)).includes(secret)).toBe(false)
  })
})

/** SingleWork in pieces gives what it gives in one piece: results, errors, and nothing secret left over. */
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { Executor } from '../../src/pool/executor.ts'
import { copyPlain } from '../../src/pool/plain.ts'
import { failureOfWhole, splitWork } from '../../src/pool/split.ts'
import type { Outcome, SingleWork } from '../../src/pool/work.ts'
import { present } from '../crypto/ceremony.ts'
import { bytesIn, leftIn, watch } from '../helpers/leftovers.ts'
import { kernel, scalars } from './support.ts'
import { faulty, jobs, operations, type Sample } from './work-samples.ts'

const executor = new Executor(() => kernel)
/** On copies: the executor wipes what it is given. */
const execute = (work: Sample): Outcome => executor.execute({ ...work, args: copyPlain<unknown>(work.args, []) } as SingleWork).outcome

function inPieces(work: Sample, count: number): Outcome {
  const split = present(splitWork(work, count, 'integer') ?? undefined)
  expect(split.pieces.length).toBeGreaterThanOrEqual(2)
  expect(split.pieces.length).toBeLessThanOrEqual(count)
  const outcomes = split.pieces.map(execute)
  const failure = failureOfWhole(split, outcomes)
  if (failure !== null) return failure
  return executor.finish((own) =>
    split.combine(
      own,
      outcomes.map((outcome) => (outcome.ok ? outcome.value : undefined)),
      split.kept,
    ),
  )
}

describe.each(Object.entries({ ...operations, ...jobs }))('%s', (_, work) => {
  test('gives in 2, 3 and 7 pieces what it gives whole', () => {
    const whole = execute(work)
    expect(whole.ok).toBe(true)
    for (const count of [2, 3, 7]) expect(inPieces(work, count), `${count} pieces`).toEqual(whole)
  })

  test('gives exact-size arrays that share nothing with the arguments', () => {
    const outcome = inPieces(work, 3)
    const given = new Set(bytesIn(work.args).map(({ buffer }) => buffer))
    for (const bytes of outcome.ok ? bytesIn(outcome.value) : []) {
      expect(bytes.buffer.byteLength).toBe(bytes.length)
      expect(given.has(bytes.buffer)).toBe(false)
    }
  })

  test('does not change its arguments', () => {
    const before = structuredClone(work.args)
    inPieces(work, 2)
    expect(work.args).toEqual(before)
  })
})

describe.each(Object.entries(faulty))('a bad value: %s', (_, work) => {
  test('is the same error in pieces', () => {
    const whole = execute(work)
    expect(whole).toMatchObject({ ok: false, code: 'ERR_INVALID_ARGUMENT' })
    for (const count of [2, 3, 5]) expect(inPieces(work, count), `${count} pieces`).toEqual(whole)
  })
})

describe('what is not cut', () => {
  const single: Readonly<Record<string, SingleWork>> = {
    'a ping': { type: 'ping' },
    'one item': { type: 'operation', name: 'baseMul', args: [scalars(1)] },
    // Errors of two dealers that cancel in one call pass there, and would not in two.
    'a check of a sum of shares': {
      type: 'operation',
      name: 'verifyShares',
      args: [kernel.baseMul(scalars(8)), 2, 1, scalars(4)],
    },
    'Lagrange coefficients': { type: 'operation', name: 'lagrange', args: [[1, 2, 3, 4]] },
    'one vector at a run of indices': {
      type: 'operation',
      name: 'evaluateInExponent',
      args: [kernel.baseMul(scalars(4)), 4, [3, 4, 5, 6]],
    },
    'a sum of few rows': { type: 'operation', name: 'sum', args: [kernel.baseMul(scalars(8)), 4] },
    'one signature': {
      ...present(jobs['signShares']),
      args: { ...(present(jobs['signShares']).args as object), messages: [new Uint8Array(1)] },
    } as SingleWork,
    'blame: whether somebody sent a bad point decides for all positions': { type: 'job', name: 'findBadShares', args: {} },
    'arguments of another size': { type: 'operation', name: 'msmVar', args: [scalars(8), scalars(3)] },
    'no arguments': { type: 'operation', name: 'verifySignatures', args: [] },
  }
  test.each(Object.entries(single))('%s', (_, work) => {
    expect(splitWork(work, 4, 'integer')).toBeNull()
  })
})

test('a lost thread is the failure of the whole, whatever the other pieces say', () => {
  const split = present(splitWork(present(faulty['a scalar']), 3, 'integer') ?? undefined)
  const lost: Outcome = { ok: false, code: 'ERR_WORKER_LOST', field: null, message: 'lost' }
  const outcomes = split.pieces.map(execute)
  expect(failureOfWhole(split, [present(outcomes[0]), lost, present(outcomes[2])])).toBe(lost)
  expect(
    failureOfWhole(split, [
      { ok: true, value: 0 },
      { ok: true, value: 0 },
    ]),
  ).toBeNull()
})

test('J7: secrets that do not fit each other are not copied for a cut that does not come', () => {
  const given = present(jobs['dealCommitments']).args as { proofNonces: Uint8Array; encryptionSecret: Uint8Array; coefficients: Uint8Array }
  const secrets = [given.coefficients, given.proofNonces, given.encryptionSecret].map((bytes) => toHex(bytes.subarray(0, 32)))
  const lacking = { proofNonces: new Uint8Array(0), encryptionSecret: new Uint8Array(0), coefficients: given.coefficients.slice(32) }
  for (const [name, bytes] of Object.entries(lacking)) {
    const args = { ...given, [name]: bytes }
    const { result, arrays } = watch(kernel, () => splitWork({ type: 'job', name: 'dealCommitments', args }, 3, 'integer'))
    expect(result).toBeNull()
    expect(leftIn(arrays, secrets, bytesIn(args))).toEqual([])
  }
})

test('a share of ours that each piece of dealing made is wiped in all but one', () => {
  const work = present(jobs['dealShares without verifying shares'])
  const split = present(splitWork(work, 3, 'integer') ?? undefined)
  const values = split.pieces.map(execute).map((outcome) => (outcome.ok ? outcome.value : null)) as {
    ownShares: Uint8Array
    sharedPoints: Uint8Array
  }[]
  const result = split.combine(kernel, values, undefined) as { ownShares: Uint8Array }
  const zero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)
  expect(values.map(({ sharedPoints }) => zero(sharedPoints))).toEqual([true, true, true])
  expect(values.map(({ ownShares }) => zero(ownShares))).toEqual([false, true, true])
  expect(result.ownShares).toBe(values[0]?.ownShares)
})

test('the piece with the verifying shares has fewer recipients than the others, and more where evaluation is faster', () => {
  const [key, sumCommitments] = [kernel.baseMul(scalars(1)), kernel.baseMul(scalars(20))]
  const recipients = Array.from({ length: 40 }, (_, i) => ({ index: i + 2, encryptionKey: key }))
  const verify = { sumCommitments, indices: Array.from({ length: 41 }, (_, i) => i + 1) }
  const common = { sid: scalars(1), index: 1, positions: 1, minSigners: 20, coefficients: scalars(20) }
  const args = { ...common, encryptionSecret: scalars(1), encryptionKey: key, recipients, verify }
  const recipientsOf = (count: number, name: 'integer' | 'fma'): number[] =>
    present(splitWork({ type: 'job', name: 'dealShares', args }, count, name) ?? undefined).pieces.map((piece) => {
      const given = piece.args as typeof args
      return given.recipients.length
    })
  const [first = 0, last = 0] = recipientsOf(2, 'integer')
  expect(first + last).toBe(40)
  expect(last).toBeGreaterThan(0)
  expect(first).toBeGreaterThan(last)
  expect(recipientsOf(2, 'fma')[1]).toBeGreaterThan(last)
  // With many threads the verifying shares alone are more than a piece's part.
  expect(recipientsOf(8, 'integer').at(-1)).toBe(0)
})

test('nonces that repeat over the border of two pieces are refused as a whole would', () => {
  const args = { suite: 'bip340', share: scalars(1), randomness: new Uint8Array(4 * 64).map((_, i) => (i % 128) + 1) }
  const work: Sample = { type: 'job', name: 'commitNonces', args }
  const whole = execute(work)
  expect(whole).toMatchObject({ ok: false, field: 'randomness' })
  expect(inPieces(work, 2)).toEqual(whole)
})

import { describe, expect, test } from 'vitest'
import { invalidArgument, QuorateError } from '../../src/errors.ts'
import { createBaselineKernel } from '../../src/kernel/baseline/index.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import { Executor, wipeResult } from '../../src/pool/executor.ts'
import { errorOf, failureOf, type SingleWork, type Work } from '../../src/pool/work.ts'

const baseline = createBaselineKernel()
const scalar = (value: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? value : 0))
const commitWork = (): SingleWork & { args: { share: Uint8Array; randomness: Uint8Array } } => ({
  type: 'job',
  name: 'commitNonces',
  args: { suite: 'bip340', share: scalar(7), randomness: Uint8Array.from({ length: 64 }, (_, i) => i) } as {
    share: Uint8Array
    randomness: Uint8Array
  },
})

describe('J7: secrets after work', () => {
  test('J7: the copies of a job are wiped where it says they are secret, and the result is not', () => {
    const work = commitWork()
    const { outcome, buffers } = new Executor(() => baseline).execute(work)
    expect(work.args.share).toEqual(new Uint8Array(32))
    expect(work.args.randomness).toEqual(new Uint8Array(64))
    if (!outcome.ok) throw errorOf(outcome)
    const { nonces, commitments } = outcome.value as { nonces: Uint8Array; commitments: Uint8Array }
    expect(nonces.some((byte) => byte !== 0)).toBe(true)
    expect(buffers).toEqual(expect.arrayContaining([nonces.buffer, commitments.buffer]))
    wipeResult(work, outcome.value)
    expect(nonces).toEqual(new Uint8Array(64))
    expect(commitments.some((byte) => byte !== 0)).toBe(true)
  })

  test('J7: all copies of an operation are wiped, also when it fails', () => {
    const scalars = scalar(3)
    new Executor(() => baseline).execute({ type: 'operation', name: 'baseMul', args: [scalars] })
    expect(scalars).toEqual(new Uint8Array(32))
    const bad = new Uint8Array(32).fill(0xff)
    const { outcome } = new Executor(() => baseline).execute({ type: 'operation', name: 'baseMul', args: [bad] })
    expect(outcome).toMatchObject({ ok: false, code: 'ERR_INVALID_ARGUMENT', field: 'scalars[0]' })
    expect(bad).toEqual(new Uint8Array(32))
    const input = { hiding: scalar(1), share: scalar(2) }
    new Executor(() => baseline).execute({ type: 'operation', name: 'signatureShares', args: [input] })
    expect(input).toEqual({ hiding: new Uint8Array(32), share: new Uint8Array(32) })
  })

  test('a result that is an argument passed through survives the wiping', () => {
    const kernel: Kernel = { ...baseline, scalarAdd: (a) => a }
    const { outcome } = new Executor(() => kernel).execute({ type: 'operation', name: 'scalarAdd', args: [scalar(5), scalar(0)] })
    expect(outcome).toEqual({ ok: true, value: scalar(5) })
  })

  test('malformed arguments of a job end as a failure, and are wiped', () => {
    const share = scalar(9)
    const { outcome } = new Executor(() => baseline).execute({ type: 'job', name: 'dealCommitments', args: null })
    expect(outcome.ok).toBe(false)
    const { outcome: second } = new Executor(() => baseline).execute({ type: 'job', name: 'signShares', args: { share } })
    expect(second.ok).toBe(false)
    expect(share).toEqual(new Uint8Array(32))
  })
})

describe('J10: an instance after a trap', () => {
  test('J10: is dropped, and the next work gets a new one; an ordinary error keeps it', () => {
    let made = 0
    let trap = true
    const executor = new Executor(() => {
      made++
      return {
        ...baseline,
        scalarMul(a, b) {
          if (trap) throw new RangeError('secret 123456789')
          return baseline.scalarMul(a, b)
        },
      }
    })
    const work = (): Work => ({ type: 'operation', name: 'scalarMul', args: [scalar(2), scalar(3)] })
    const { outcome } = executor.execute(work())
    expect(outcome).toMatchObject({ ok: false, code: 'ERR_WORKER_LOST' })
    expect(JSON.stringify(outcome)).not.toContain('123456789')
    expect(JSON.stringify(outcome)).toMatch(/RangeError at [\w.]*scalarMul/)
    trap = false
    expect(executor.execute(work()).outcome).toEqual({ ok: true, value: scalar(6) })
    expect(made).toBe(2)
    executor.execute({ type: 'operation', name: 'scalarInvert', args: [scalar(0)] })
    executor.execute(work())
    expect(made).toBe(2)
  })

  test('a kernel that cannot be made is the answer to all work', () => {
    const executor = new Executor(() => {
      throw new QuorateError('ERR_KERNEL_INTEGRITY')
    })
    expect(executor.execute({ type: 'ping' }).outcome).toMatchObject({ ok: false, code: 'ERR_KERNEL_INTEGRITY' })
    expect(executor.execute(commitWork()).outcome).toMatchObject({ ok: false, code: 'ERR_KERNEL_INTEGRITY' })
  })
})

test('an error crosses as a value and comes back the same', () => {
  for (const error of [invalidArgument('scalars[2]', 'must be below the group order'), new QuorateError('ERR_MALFORMED')]) {
    const back = errorOf(structuredClone(failureOf(error)))
    expect(back).toBeInstanceOf(QuorateError)
    expect({ code: back.code, field: back.field, message: back.message }).toEqual({
      code: error.code,
      field: error.field,
      message: error.message,
    })
  }
})

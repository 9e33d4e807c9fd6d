import { afterAll, describe, expect, it } from 'vitest'
import { QuorateError } from '../../src/errors.ts'
import { productBackends } from './backends.ts'
import { type AnyKernel, bytesIn } from './conformance.ts'
import { asCall, baseline, OPERATIONS, type Refusal, refusals } from './refusals.ts'

const backends = await productBackends()
const table = refusals()

/** The error of a call that must fail, thrown or rejected. */
async function failure(kernel: AnyKernel, { operation, args }: Pick<Refusal, 'operation' | 'args'>): Promise<unknown> {
  try {
    await invoke(kernel, operation, args)
  } catch (error) {
    return error
  }
  return null
}

/** With arguments of any type: TypeScript would refuse them, a JavaScript caller's run-time must. */
async function invoke(kernel: AnyKernel, operation: Refusal['operation'], args: readonly unknown[]): Promise<unknown> {
  const method: (...args: never[]) => unknown = kernel[operation]
  return await Reflect.apply(method, kernel, args)
}

afterAll(async () => {
  for (const backend of backends) await backend.close()
})

describe.each(backends)('$name refuses with ERR_INVALID_ARGUMENT and names the field', ({ kernel }) => {
  it.each(OPERATIONS)('$operation', async (operation) => {
    const rows = table.filter((refusal) => refusal.operation === operation.operation)
    expect(rows.length).toBeGreaterThan(10)
    const good = asCall(operation, operation.good)
    const answer = bytesIn(await invoke(baseline, operation.operation, good))
    for (const refusal of rows) {
      const error = await failure(kernel, refusal)
      expect(error, refusal.title).toBeInstanceOf(QuorateError)
      if (!(error instanceof QuorateError)) continue
      expect([error.code, error.field], refusal.title).toEqual(['ERR_INVALID_ARGUMENT', refusal.field])
    }
    // A refused call leaves nothing behind that would spoil the next one.
    expect(bytesIn(await invoke(kernel, operation.operation, good))).toEqual(answer)
  })
})

describe.each(backends)('$name on what is allowed', ({ kernel }) => {
  it('takes no g, and no binding nonces', async () => {
    for (const operation of OPERATIONS) {
      if (operation.operation !== 'msmVar' && operation.operation !== 'signatureShares') continue
      const values = operation.operation === 'msmVar' ? operation.good.with(2, undefined) : operation.good.with(1, null).with(2, null)
      const args = asCall(operation, values)
      const expected = bytesIn(await invoke(baseline, operation.operation, args))
      expect(bytesIn(await invoke(kernel, operation.operation, args))).toEqual(expected)
    }
  })

  it('takes a view into a larger array of its own memory', async () => {
    const scalars = new Uint8Array(200).fill(1)
    const view = scalars.subarray(5, 69)
    expect(await kernel.baseMulVar(view)).toEqual(baseline.baseMulVar(new Uint8Array(view)))
  })
})

it('an error about a secret scalar does not hold the scalar', async () => {
  const secret = new Uint8Array(32).fill(0xfe, 1)
  secret[0] = 0xff
  secret.fill(0xff, 1, 16)
  for (const { kernel } of backends) {
    const error = await failure(kernel, { operation: 'baseMul', args: [secret] })
    expect(error).toBeInstanceOf(QuorateError)
    expect(String(error).toLowerCase()).not.toContain('fefe')
  }
})

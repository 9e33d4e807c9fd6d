/** The base field: chains of dependent operations, as point formulas have them. Ours loop inside the module, because no caller crosses for one product. */
import { compileKernelModule } from '../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../src/kernel/wasm/instance.ts'
import { byPeers, type Context, scalars } from '../context.ts'
import type { CaseSource, Contender } from '../model.ts'

const TIMES = 2_000
/** `fieldTest` of assembly/operations/conformance.ts */
const OPERATION = { mul: 15, sqr: 16 } as const
const FIELD_BYTES = 32

/** a and b are below 2^255, hence below p. */
function ours(instance: KernelInstance, operation: number, a: Uint8Array, b: Uint8Array): Omit<Contender, 'impl'> {
  const unused = new Uint8Array(2 * FIELD_BYTES)
  const run = (): void => {
    instance.exports.fieldTest(operation, TIMES)
  }
  instance.put(a, b, unused)
  return {
    items: TIMES,
    run,
    result: () => {
      run()
      const out = new Uint8Array(FIELD_BYTES)
      instance.get(out, 0, FIELD_BYTES)
      return out
    },
  }
}

export function fieldSuite(context: Context): CaseSource[] {
  const a = scalars('field/a', 1)
  const b = scalars('field/b', 1)
  const instances = async (): Promise<KernelInstance> => new KernelInstance(await compileKernelModule())
  return [
    {
      id: 'field/mul',
      unit: 'ns',
      what: 'a product modulo p, in a chain',
      build: async () => ({
        timer: 'benchmark',
        contenders: [
          { impl: 'quorate-integer', ...ours(await instances(), OPERATION.mul, a, b) },
          ...byPeers(context, 'fieldMul', (operation) => operation(a, b, TIMES)),
        ],
      }),
    },
    {
      id: 'field/sqr',
      unit: 'ns',
      what: 'a square modulo p, in a chain',
      build: async () => ({
        timer: 'benchmark',
        contenders: [
          { impl: 'quorate-integer', ...ours(await instances(), OPERATION.sqr, a, b) },
          ...byPeers(context, 'fieldSqr', (operation) => operation(a, TIMES)),
        ],
      }),
    },
  ]
}

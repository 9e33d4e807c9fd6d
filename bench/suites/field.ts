/** The base field: chains of dependent operations, as point formulas have them. Ours loop inside the module, because no caller crosses for one product. */
import { compileKernelModule } from '../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../src/kernel/wasm/instance.ts'
import { byPeers, type Context, scalars } from '../context.ts'
import type { CaseSource, Contender } from '../model.ts'

const TIMES = 2_000
const FIELD_BYTES = 32
/** `fieldTest` and `pairTest` of assembly/operations */
const OPERATIONS = { 'field/mul': { chain: 15, pair: 0 }, 'field/sqr': { chain: 16, pair: 1 } } as const

type FieldRow = keyof typeof OPERATIONS

function output(instance: KernelInstance): Uint8Array {
  const out = new Uint8Array(FIELD_BYTES)
  instance.get(out, 0, FIELD_BYTES)
  return out
}

/** The limbs that every module has. a and b are below 2^255, hence below p. */
function integerField(row: FieldRow, a: Uint8Array, b: Uint8Array): Contender {
  const instance = new KernelInstance(compileKernelModule('integer'))
  const { chain } = OPERATIONS[row]
  instance.put(a, b, new Uint8Array(2 * FIELD_BYTES))
  const run = (): unknown => instance.exports.fieldTest(chain, TIMES)
  const result = (): Uint8Array => {
    run()
    return output(instance)
  }
  return { impl: 'quorate-integer', items: TIMES, run, result }
}

/**
 * Two lanes at once, which have no chain: the operation is repeated on the same operands, as a batch has it whose items do not depend on each
 * other. Compared is a chain, in both lanes.
 */
function pairField(row: FieldRow, a: Uint8Array, b: Uint8Array): Contender {
  const instance = new KernelInstance(compileKernelModule('fma'))
  const { pair } = OPERATIONS[row]
  const unused = new Uint8Array(2 * FIELD_BYTES)
  instance.put(a, b, unused, a, b, unused)
  const result = (): Uint8Array => {
    instance.exports.pairTest(pair, TIMES)
    return output(instance)
  }
  return { impl: 'quorate-fma', items: 2 * TIMES, run: () => instance.exports.pairTest(pair, -TIMES), result }
}

export function fieldSuite(context: Context): CaseSource[] {
  const a = scalars('field/a', 1)
  const b = scalars('field/b', 1)
  const ours = (row: FieldRow): Contender[] => [
    ...(context.own.kernel.info.name === 'fma' ? [pairField(row, a, b)] : []),
    integerField(row, a, b),
  ]
  return [
    {
      id: 'field/mul',
      unit: 'ns',
      what: 'a product modulo p',
      build: () => ({
        timer: 'benchmark',
        contenders: [...ours('field/mul'), ...byPeers(context, 'fieldMul', (operation) => operation(a, b, TIMES))],
      }),
    },
    {
      id: 'field/sqr',
      unit: 'ns',
      what: 'a square modulo p',
      build: () => ({
        timer: 'benchmark',
        contenders: [...ours('field/sqr'), ...byPeers(context, 'fieldSqr', (operation) => operation(a, TIMES))],
      }),
    },
  ]
}

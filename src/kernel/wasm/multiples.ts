/** Multiplication of points: `baseMul` and `mul` take secret scalars and call other exports of the module than their `Var` forms. */
import { concatBytes } from '../../bytes.ts'
import { checkMsm, checkMul, checkScalars, checkSum } from '../arguments.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../contract.ts'
import { chunksOf, refused, runItemwise } from './chunks.ts'
import type { KernelInstance } from './instance.ts'
import { refuseBadValues } from './values.ts'

const BASE_ITEMS = 1024
/** tables of odd multiples are 2.3 kB an item: this many stay in the second-level cache */
const VARIABLE_ITEMS = 256
/** two halves an item, each copied in bucket order: 7 MB of scratch */
const MSM_ITEMS = 8192
const SUM_POINTS = 16_384
const SUM_COLUMNS = 8192

export type Multiplications = Pick<Kernel, 'baseMul' | 'baseMulVar' | 'mul' | 'mulVar' | 'msmVar' | 'sum'>

export function multiplications(instance: KernelInstance): Multiplications {
  const { exports } = instance

  function base(batch: Batch, call: (n: number) => number): Uint8Array<ArrayBuffer> {
    return runItemwise(instance, {
      n: checkScalars(batch),
      limit: BASE_ITEMS,
      inputs: [{ batch, itemBytes: SCALAR_BYTES }],
      outputItemBytes: POINT_BYTES,
      call,
      refuse: () => refuseBadValues(instance, { scalars: batch, field: 'scalars' }),
    })
  }

  function variable(points: Batch, scalars: Batch, call: (n: number) => number): Uint8Array<ArrayBuffer> {
    return runItemwise(instance, {
      n: checkMul(points, scalars),
      limit: VARIABLE_ITEMS,
      inputs: [
        { batch: points, itemBytes: POINT_BYTES },
        { batch: scalars, itemBytes: SCALAR_BYTES },
      ],
      outputItemBytes: POINT_BYTES,
      call,
      refuse: () => refuseBadValues(instance, { points, field: 'points' }, { scalars, field: 'scalars' }),
    })
  }

  /** sum k_i P_i of one chunk, and g G */
  function partial(points: Batch, scalars: Batch, from: number, count: number, g: Uint8Array | undefined): Uint8Array<ArrayBuffer> | null {
    const out = new Uint8Array(POINT_BYTES)
    return instance.use(POINT_BYTES, () => {
      const own = scalars.subarray(from * SCALAR_BYTES, (from + count) * SCALAR_BYTES)
      instance.put(points.subarray(from * POINT_BYTES, (from + count) * POINT_BYTES), own, ...(g === undefined ? [] : [g]))
      if (exports.msmVar(count, g === undefined ? 0 : 1) !== 1) return null
      instance.get(out, 0, POINT_BYTES)
      return out
    })
  }

  function msmVar(points: Batch, scalars: Batch, g?: Uint8Array): Uint8Array<ArrayBuffer> {
    checkMsm(points, scalars, g)
    const n = scalars.length / SCALAR_BYTES
    const parts: Uint8Array<ArrayBuffer>[] = []
    const limit = Math.ceil(n / Math.ceil(n / MSM_ITEMS))
    for (const { from, count } of chunksOf(n, limit)) {
      const part = partial(points, scalars, from, count, from === 0 ? g : undefined)
      if (part === null) {
        refused(() =>
          refuseBadValues(
            instance,
            { points, field: 'points' },
            { scalars, field: 'scalars' },
            ...(g === undefined ? [] : [{ scalars: g, field: 'g', single: true }]),
          ),
        )
      }
      parts.push(part)
    }
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : sum(concatBytes(...parts), 1)
  }

  /** the sum of rows [from, from + count) over columns [left, left + width), after the row `before` if there is one */
  function sumBlock(
    points: Batch,
    columns: number,
    left: number,
    width: number,
    from: number,
    count: number,
    before: Batch | null,
  ): Uint8Array<ArrayBuffer> | null {
    const extra = before === null ? 0 : 1
    const out = new Uint8Array(width * POINT_BYTES)
    return instance.use(out.length, () => {
      instance.putRows(count + extra, width * POINT_BYTES, (i) => {
        if (before !== null && i === count) return before
        const start = ((from + i) * columns + left) * POINT_BYTES
        return points.subarray(start, start + width * POINT_BYTES)
      })
      if (exports.sumColumns(count + extra, width) !== 1) return null
      instance.get(out, 0, out.length)
      return out
    })
  }

  function sum(points: Batch, columns: number): Uint8Array<ArrayBuffer> {
    const rowCount = checkSum(points, columns)
    const out = new Uint8Array(columns * POINT_BYTES)
    for (const { from: left, count: width } of chunksOf(columns, SUM_COLUMNS)) {
      let total: Uint8Array<ArrayBuffer> | null = null
      // one place is for the sum of the blocks before
      for (const { from, count } of chunksOf(rowCount, Math.floor(SUM_POINTS / width) - 1)) {
        total = sumBlock(points, columns, left, width, from, count, total)
        if (total === null) refused(() => refuseBadValues(instance, { points, field: 'points' }))
      }
      if (total !== null) out.set(total, left * POINT_BYTES)
    }
    return out
  }

  return {
    baseMul: (scalars) => base(scalars, (n) => exports.baseMul(n)),
    baseMulVar: (scalars) => base(scalars, (n) => exports.baseMulVar(n)),
    mul: (points, scalars) => variable(points, scalars, (n) => exports.mul(n)),
    mulVar: (points, scalars) => variable(points, scalars, (n) => exports.mulVar(n)),
    msmVar,
    sum,
  }
}

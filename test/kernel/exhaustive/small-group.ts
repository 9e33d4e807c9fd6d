/**
 * The kernel compiled for a group of 7, 13 or 199 points over the same field, from the same sources but for the constants of assembly/curve.ts,
 * scalar/multiply.ts and scalar/split.ts (scripts/generator). A point is named by its logarithm: i stands for i G, 0 for the identity.
 */
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { concatAll, fromHex } from '../../../src/bytes.ts'
import type { Batch, Kernel } from '../../../src/kernel/contract.ts'
import { kernelOver } from '../../../src/kernel/wasm/index.ts'
import '../../helpers/relaxed-simd.ts'
import { buildTestKernel, instantiate } from '../test-kernels.ts'

/** What assembly/tests/groups.ts exports beside the kernel. */
interface GroupExports {
  addPoints(operation: number, n: number): number
  sumTuples(operation: number, n: number, size: number): number
}

interface Description {
  readonly order: number
  readonly lambda: number
  readonly points: readonly string[]
}

export interface SmallGroup {
  readonly order: number
  readonly lambda: number
  readonly kernel: Omit<Kernel, 'info'>
  /** logarithms -> a batch of points */
  points(logs: readonly number[]): Batch
  /** numbers, reduced here -> a batch of scalars */
  scalars(numbers: readonly number[]): Batch
  /** the numbers of a batch of scalars below 2^16 */
  numbers(batch: Batch): number[]
  /** fails unless the batch holds exactly these points */
  expectPoints(batch: Batch, logs: readonly number[], what: string): void
  /** a + b of each row, with the Z coordinates given */
  add(operation: number, rows: readonly (readonly [a: number, z: number, b: number, w: number])[]): Batch
  /** the sum of k P over each tuple */
  sumTuples(method: 'shared doublings' | 'buckets', tuples: readonly (readonly (readonly [log: number, k: number])[])[]): Batch
  /** the halves of k under the endomorphism */
  split(k: number): readonly [number, number]
}

const ADD_ROWS = 4096
const TUPLES = 2048

/** @param module the release's module that is built for the group */
export async function smallGroup(order: 7 | 13 | 199, module: 'integer' | 'fma' = 'integer'): Promise<SmallGroup> {
  const built = await buildTestKernel(`small-${order}`, module)
  const description = JSON.parse(await readFile(`${built.path}.json`, 'utf8')) as Description
  const encoded = description.points.map((hex) => fromHex(hex, 'point'))
  const instance = await instantiate(built)
  const exports = instance.exports as unknown as GroupExports & typeof instance.exports
  const mod = (n: number) => ((n % order) + order) % order
  const pointOf = (log: number): Uint8Array => encoded[mod(log)] ?? new Uint8Array(64)
  const fieldBytes = (n: number) => {
    const out = new Uint8Array(32)
    new DataView(out.buffer).setUint32(28, n)
    return out
  }
  const scalarOf = (n: number): Uint8Array => fieldBytes(mod(n))

  /** `items` of `itemBytes` each through `call`, chunk by chunk */
  function inChunks(items: readonly Uint8Array[], limit: number, call: (n: number) => number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(items.length * 64)
    for (let from = 0; from < items.length; from += limit) {
      const chunk = items.slice(from, from + limit)
      instance.use(chunk.length * 64, () => {
        instance.put(...chunk)
        expect(call(chunk.length)).toBe(1)
        instance.get(out, from * 64, chunk.length * 64)
      })
    }
    return out
  }

  return {
    order,
    lambda: description.lambda,
    kernel: kernelOver(instance),
    points: (logs) => concatAll(logs.map(pointOf)),
    scalars: (numbers) => concatAll(numbers.map(scalarOf)),
    numbers(batch) {
      const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength)
      return Array.from({ length: batch.length / 32 }, (_, i) => {
        for (let k = 0; k < 28; k += 4) if (view.getUint32(32 * i + k) !== 0) expect.fail(`item ${i} is no small number`)
        return view.getUint32(32 * i + 28)
      })
    },
    expectPoints(batch, logs, what) {
      expect(batch.length, what).toBe(logs.length * 64)
      const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
      logs.forEach((log, i) => {
        if (bytes.compare(pointOf(log), 0, 64, 64 * i, 64 * i + 64) === 0) return
        const found = encoded.findIndex((point) => bytes.compare(point, 0, 64, 64 * i, 64 * i + 64) === 0)
        expect.fail(`${what}: item ${i} of ${logs.length} is ${found < 0 ? 'no point of the group' : `${found} G`}, not ${mod(log)} G`)
      })
    },
    add: (operation, rows) =>
      inChunks(
        rows.map(([a, z, b, w]) => concatAll([pointOf(a), fieldBytes(z), pointOf(b), fieldBytes(w)])),
        ADD_ROWS,
        (n) => exports.addPoints(operation, n),
      ),
    sumTuples(method, tuples) {
      const size = tuples[0]?.length ?? 0
      const operation = method === 'buckets' ? 1 : 0
      return inChunks(
        tuples.map((tuple) => concatAll(tuple.flatMap(([log, k]) => [pointOf(log), scalarOf(k)]))),
        TUPLES,
        (n) => exports.sumTuples(operation, n, size),
      )
    },
    split(k) {
      const out = new Uint8Array(48)
      instance.use(48, () => {
        instance.put(scalarOf(k))
        exports.scalarTest(0)
        instance.get(out, 0, 48)
      })
      const view = new DataView(out.buffer)
      const half = (at: number) => {
        expect(view.getBigUint64(at + 8, true)).toBe(0n)
        const magnitude = Number(view.getBigUint64(at, true))
        return view.getBigInt64(at + 16, true) === 0n ? magnitude : -magnitude
      }
      return [half(0), half(24)]
    },
  }
}

/** 0, 1, ... n - 1 */
export const below = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** All pairs of one of `a` and one of `b`. */
export function pairs<A, B>(a: readonly A[], b: readonly B[]): (readonly [A, B])[] {
  return a.flatMap((x) => b.map((y) => [x, y] as const))
}

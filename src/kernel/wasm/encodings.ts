/** Points in and out of their encodings. Public values. */
import { checkCompressedBatch, checkPointBatch, identityPoint } from '../arguments.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, POINT_BYTES } from '../contract.ts'
import { chunksOf, runItemwise } from './chunks.ts'
import type { KernelInstance } from './instance.ts'
import { refuseBadValues } from './values.ts'

const ITEMS = 4096

export type Encodings = Pick<Kernel, 'checkPoints' | 'compress' | 'decompress'>

export function encodings(instance: KernelInstance): Encodings {
  const { exports } = instance

  function refuseIdentity(points: Batch): void {
    refuseBadValues(instance, { points, field: 'points' })
    const valid = checkPoints(points)
    const i = valid.indexOf(0)
    if (i >= 0) throw identityPoint('points', i)
  }

  function checkPoints(points: Batch): Uint8Array<ArrayBuffer> {
    return runItemwise(instance, {
      n: checkPointBatch(points),
      limit: ITEMS,
      inputs: [{ batch: points, itemBytes: POINT_BYTES }],
      outputItemBytes: 1,
      call: (n) => exports.checkPoints(n),
      refuse: () => {},
    })
  }

  return {
    checkPoints,
    compress(points) {
      return runItemwise(instance, {
        n: checkPointBatch(points),
        limit: ITEMS,
        inputs: [{ batch: points, itemBytes: POINT_BYTES }],
        outputItemBytes: COMPRESSED_BYTES,
        call: (n) => exports.compress(n),
        refuse: () => refuseIdentity(points),
      })
    },
    decompress(points) {
      const n = checkCompressedBatch(points)
      const out = new Uint8Array(n * POINT_BYTES)
      const valid = new Uint8Array(n)
      for (const { from, count } of chunksOf(n, ITEMS)) {
        instance.use(count * (POINT_BYTES + 1), () => {
          instance.put(points.subarray(from * COMPRESSED_BYTES, (from + count) * COMPRESSED_BYTES))
          exports.decompress(count)
          instance.get(out, from * POINT_BYTES, count * POINT_BYTES)
          instance.get(valid, from, count, count * POINT_BYTES)
        })
      }
      return { points: out, valid }
    },
  }
}

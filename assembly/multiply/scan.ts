/** Table lookup by a secret index: every entry is read and masked. Constant time. */
import { AFFINE } from '../memory'

/** r = the affine point `index` (0 <= index < count) of the table */
export function scanTable(r: usize, table: usize, count: i32, index: i64): void {
  let a0 = i64x2.splat(0)
  let a1 = i64x2.splat(0)
  let a2 = i64x2.splat(0)
  let a3 = i64x2.splat(0)
  let a4 = i64x2.splat(0)
  let a5 = i64x2.splat(0)
  let a6 = i64x2.splat(0)
  let a7 = i64x2.splat(0)
  let a8 = i64x2.splat(0)
  let entry = table
  for (let i = 0; i < count; i++) {
    const difference = index ^ <i64>i
    const mask = i64x2.splat(~((difference | (0 - difference)) >> 63))
    a0 = v128.or(a0, v128.and(v128.load(entry, 0), mask))
    a1 = v128.or(a1, v128.and(v128.load(entry, 16), mask))
    a2 = v128.or(a2, v128.and(v128.load(entry, 32), mask))
    a3 = v128.or(a3, v128.and(v128.load(entry, 48), mask))
    a4 = v128.or(a4, v128.and(v128.load(entry, 64), mask))
    a5 = v128.or(a5, v128.and(v128.load(entry, 80), mask))
    a6 = v128.or(a6, v128.and(v128.load(entry, 96), mask))
    a7 = v128.or(a7, v128.and(v128.load(entry, 112), mask))
    a8 = v128.or(a8, v128.and(v128.load(entry, 128), mask))
    entry += AFFINE
  }
  v128.store(r, a0, 0)
  v128.store(r, a1, 16)
  v128.store(r, a2, 32)
  v128.store(r, a3, 48)
  v128.store(r, a4, 64)
  v128.store(r, a5, 80)
  v128.store(r, a6, 96)
  v128.store(r, a7, 112)
  v128.store(r, a8, 128)
}

/**
 * Square roots of public x^3 + b in four lanes at a time: two pairs of the two-lane field side by side, because a squaring waits longer for the one
 * before it than it works, and a second one fits into the wait.
 */
import { B } from '../curve'
import { fieldFromBytes, fieldIsZeroVar, fieldParity } from '../field/element'
import { fieldNegate, fieldNormalise, fieldSet } from '../field/linear'
import { fieldMul, fieldSqr, fieldSqrSub2 } from '../field/multiply'
import { pairMul, pairSqr } from '../field/pair-arithmetic'
import { fieldFromLane, laneFromField } from '../field/pair-convert'
import { AFFINE, FIELD, mark, release, take } from '../memory'
import { pointToBytes } from './codec'

const ELEMENT: usize = 80
/** two pairs */
const GROUP: usize = 160
const LANES: i32 = 4

/** r = a b, both pairs */
function mulBoth(r: usize, a: usize, b: usize): void {
  pairMul(r, a, b)
  pairMul(r + ELEMENT, a + ELEMENT, b + ELEMENT)
}

/** r = a^(2^count), both pairs */
function squareBoth(r: usize, a: usize, count: i32): void {
  pairSqr(r, a)
  pairSqr(r + ELEMENT, a + ELEMENT)
  for (let i = 1; i < count; i++) {
    pairSqr(r, r)
    pairSqr(r + ELEMENT, r + ELEMENT)
  }
}

/** r = a^((p + 1) / 4) in four lanes, by the chain of fieldSqrtVar; `work` is seven groups of working memory. r is not a. */
function rootsOf(r: usize, a: usize, work: usize): void {
  const x2 = work
  const x3 = work + GROUP
  const x22 = work + 2 * GROUP
  const x44 = work + 3 * GROUP
  const x88 = work + 4 * GROUP
  const t = work + 5 * GROUP
  const u = work + 6 * GROUP
  squareBoth(t, a, 1)
  mulBoth(x2, t, a)
  squareBoth(t, x2, 1)
  mulBoth(x3, t, a)
  squareBoth(t, x3, 3)
  mulBoth(t, t, x3)
  squareBoth(t, t, 3)
  mulBoth(t, t, x3)
  squareBoth(t, t, 2)
  mulBoth(u, t, x2)
  squareBoth(t, u, 11)
  mulBoth(x22, t, u)
  squareBoth(t, x22, 22)
  mulBoth(x44, t, x22)
  squareBoth(t, x44, 44)
  mulBoth(x88, t, x44)
  squareBoth(t, x88, 88)
  mulBoth(t, t, x88)
  squareBoth(t, t, 44)
  mulBoth(t, t, x44)
  squareBoth(t, t, 3)
  mulBoth(t, t, x3)
  squareBoth(t, t, 23)
  mulBoth(t, t, x22)
  squareBoth(t, t, 6)
  mulBoth(t, t, x2)
  squareBoth(r, t, 2)
}

/** As decompressVar of codec.ts. */
export function decompressPairsVar(out: usize, mask: usize, bytes: usize, n: i32): void {
  const start = mark()
  const points = take(<usize>LANES * AFFINE)
  const cubes = take(<usize>LANES * FIELD)
  const clear = take(FIELD)
  const check = take(FIELD)
  const operands = take(GROUP)
  const roots = take(GROUP)
  const work = take(7 * GROUP)
  fieldSet(clear, 0)
  for (let first = 0; first < n; first += LANES) {
    const used = min(LANES, n - first)
    let valid = 0
    for (let lane = 0; lane < LANES; lane++) {
      const point = points + <usize>lane * AFFINE
      const cube = cubes + <usize>lane * FIELD
      // an invalid item computes with x = 1, a lane without an item repeats the first
      if (lane < used) {
        const item = bytes + <usize>(first + lane) * 33
        const prefix = load<u8>(item)
        if ((prefix == 2 || prefix == 3) && fieldFromBytes(point, item + 1) != 0) valid |= 1 << lane
        else fieldSet(point, 1)
        fieldSqr(cube, point)
        fieldMul(cube, cube, point)
        // the element stays within the reduced bounds but for b units
        store<i64>(cube, load<i64>(cube) + B)
      }
      laneFromField(operands + (<usize>(lane >> 1) * ELEMENT) + (<usize>(lane & 1) << 3), 16, lane < used ? cube : cubes)
    }
    rootsOf(roots, operands, work)
    for (let lane = 0; lane < used; lane++) {
      const point = points + <usize>lane * AFFINE
      const y = point + FIELD
      const to = out + (<usize>(first + lane) << 6)
      fieldFromLane(y, roots + (<usize>(lane >> 1) * ELEMENT) + (<usize>(lane & 1) << 3), 16)
      fieldSqrSub2(check, y, cubes + <usize>lane * FIELD, clear)
      const good = (valid >> lane) & 1 && fieldIsZeroVar(check)
      if (good) {
        const odd = load<u8>(bytes + <usize>(first + lane) * 33) & 1
        if (<u32>fieldParity(y) != odd) {
          fieldNegate(y, y)
          fieldNormalise(y, y)
        }
        pointToBytes(to, point)
      } else {
        memory.fill(to, 0, 64)
      }
      store<u8>(mask + <usize>(first + lane), <u8>(good ? 1 : 0))
    }
  }
  release(start)
}

/** Additions for secret scalars where an exceptional case can occur: every case is computed and one is selected by masks. Constant time. */
import { LARGE_ORDER } from '../curve'
import { fieldZeroMask } from '../field/element'
import { fieldIsClear } from '../field/linear'
import { TEMP_COMPLETE } from '../memory'
import { addMixedParts, copyJacobian, double, PART_H, PART_R, selectJacobian, setAffine, setInfinity } from './jacobian'

const DOUBLED: usize = TEMP_COMPLETE
const INFINITY: usize = TEMP_COMPLETE + 216
const ENTRY: usize = TEMP_COMPLETE + 432

/** r = r + (x2, y2) for any r (infinity: Z = 0 mod p) and (x2, y2) not infinity */
export function addMixedComplete(r: usize, x2: usize, y2: usize): void {
  if (!LARGE_ORDER && fieldIsClear(y2)) return
  const infinite = fieldZeroMask(r + 144)
  setAffine(ENTRY, x2, y2)
  copyJacobian(DOUBLED, ENTRY)
  double(DOUBLED)
  setInfinity(INFINITY)
  addMixedParts(r, x2, y2)
  const sameX = fieldZeroMask(PART_H) & ~infinite
  const sameY = fieldZeroMask(PART_R)
  selectJacobian(r, DOUBLED, sameX & sameY)
  selectJacobian(r, INFINITY, sameX & ~sameY)
  selectJacobian(r, ENTRY, infinite)
}

/** r = r + (x2, y2) where mask is -1, r unchanged where it is 0 */
export function addMixedMasked(r: usize, x2: usize, y2: usize, mask: i64, backup: usize): void {
  copyJacobian(backup, r)
  addMixedComplete(r, x2, y2)
  selectJacobian(r, backup, ~mask)
}

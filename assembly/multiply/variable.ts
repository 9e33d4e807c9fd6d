/**
 * k P for a secret k and a public P, constant time: k = k1 + k2 lambda, both halves made odd, signed odd digits of 4 bits (32 windows), each
 * looked up by scanning its table, signs applied by masks.
 *
 * Why the incomplete additions are exact: the accumulator is (a + b lambda) P with a and b odd multiples of powers of two, never zero once
 * begun. It equals +-d P or +-d lambda P only if (a -+ d, b) or (a, b -+ d) is in the lattice x + y lambda = 0 mod q. There
 * x^2 - x y + y^2 is a multiple of q, so a nonzero vector has max(|x|, |y|) >= sqrt(q / 3) > 2^127, while |a|, |b| < 2^124 + 16 until the
 * last window. The last window's additions and the two corrections for even halves use the masked complete formulas.
 */
import { fieldNegateMasked } from '../field/linear'
import { TEMP_MULTIPLY } from '../memory'
import { addMixedComplete, addMixedMasked } from '../point/complete'
import { addMixedUnchecked, double, setAffine } from '../point/jacobian'
import { scalarSplit } from '../scalar/split'
import { scanTable } from './scan'
import { LAMBDA_HALF, ODD_MULTIPLES } from './tables'

const SPLIT: usize = TEMP_MULTIPLY
/** |k1| made odd with bit 128 set: the top digit then follows the rule of the others; 24 bytes and 8 of padding */
const FIRST: usize = TEMP_MULTIPLY + 48
const SECOND: usize = TEMP_MULTIPLY + 80
const ENTRY: usize = TEMP_MULTIPLY + 112
const BACKUP: usize = TEMP_MULTIPLY + 256

function recode(words: usize, half: usize): void {
  store<i64>(words, load<i64>(half) | 1, 0)
  store<i64>(words, load<i64>(half, 8), 8)
  store<i64>(words, 1, 16)
  store<i64>(words, 0, 24)
}

/** ENTRY = digit `window` of the half at `words`, times the sign */
function lookUp(words: usize, window: i32, table: usize, sign: i64): void {
  const bit = <usize>window << 2
  const bits = (load<i64>(words + (bit >> 3)) >>> (bit & 7)) & 31
  const digit = (bits | 1) - 16
  const negative = digit >> 63
  scanTable(ENTRY, table, ODD_MULTIPLES, ((digit ^ negative) - negative) >> 1)
  fieldNegateMasked(ENTRY + 72, ENTRY + 72, negative ^ sign)
}

/** r = k P, Jacobian; `table` as tables.ts builds it for a finite P; k canonical. Constant time in k. */
export function mulSecret(r: usize, table: usize, k: usize): void {
  const second = table + LAMBDA_HALF
  scalarSplit(SPLIT, k)
  recode(FIRST, SPLIT)
  recode(SECOND, SPLIT + 24)
  const sign1 = load<i64>(SPLIT, 16)
  const sign2 = load<i64>(SPLIT, 40)
  lookUp(FIRST, 31, table, sign1)
  setAffine(r, ENTRY, ENTRY + 72)
  lookUp(SECOND, 31, second, sign2)
  addMixedUnchecked(r, ENTRY, ENTRY + 72)
  for (let window = 30; window > 0; window--) {
    double(r)
    double(r)
    double(r)
    double(r)
    lookUp(FIRST, window, table, sign1)
    addMixedUnchecked(r, ENTRY, ENTRY + 72)
    lookUp(SECOND, window, second, sign2)
    addMixedUnchecked(r, ENTRY, ENTRY + 72)
  }
  double(r)
  double(r)
  double(r)
  double(r)
  lookUp(FIRST, 0, table, sign1)
  addMixedComplete(r, ENTRY, ENTRY + 72)
  lookUp(SECOND, 0, second, sign2)
  addMixedComplete(r, ENTRY, ENTRY + 72)
  // an even half was raised by one: take P or lambda P off again
  correct(r, table, load<i64>(SPLIT), sign1)
  correct(r, second, load<i64>(SPLIT, 24), sign2)
}

function correct(r: usize, table: usize, low: i64, sign: i64): void {
  memory.copy(ENTRY, table, 144)
  fieldNegateMasked(ENTRY + 72, ENTRY + 72, ~sign)
  addMixedMasked(r, ENTRY, ENTRY + 72, (low & 1) - 1, BACKUP)
}

/**
 * Fixed-base multiplication k G over a table of 52 windows of 5 bits, 16 odd multiples each: entry (i, j) = (2 j + 1) 2^(5 i) G.
 *
 * Constant time: k is made odd by k or q - k (by a mask), then k = sum d_i 2^(5 i) with d_i odd, |d_i| < 32 (no zero digit, so no
 * infinity), each digit looked up by scanning its whole window. Before window i <= 50 is added |acc| < 2^(5 i) <= |entry| and the sum of
 * both is below 2^255 < q, so acc != +-entry and the incomplete formulas are exact. The top window's entry is 2^255 G for every k; there
 * acc = +-entry occurs for k = 0 (as q) and for one more pair of scalars (2^256 - q), so that addition is the masked complete one.
 */
import { BETA, GENERATOR as G } from '../curve'
import { fieldCopy, fieldNegateMasked } from '../field/linear'
import { fieldMul } from '../field/multiply'
import { AFFINE, COMB, JACOBIAN, ODD_G, reset, take, TEMP_COMB } from '../memory'
import { copyAffine, pushAdd, runBatchVar } from '../point/batch'
import { addMixedComplete } from '../point/complete'
import { addMixedUnchecked, addMixedVar, copyJacobian, double, setAffine } from '../point/jacobian'
import { scalarComplement } from '../scalar/multiply'
import { scalarSelect } from '../scalar/element'
import { wordsFromLimbs } from '../words'
import { scanTable } from './scan'
import { jacobianToAffineVar } from '../point/normalise'

export const COMB_WINDOWS: i32 = 52
const WINDOW_BYTES: usize = 16 * AFFINE
/** 2^255 G, the first entry of the top window */
export const COMB_TOP: usize = COMB + 51 * WINDOW_BYTES

const WORDS: usize = TEMP_COMB
const ODD: usize = TEMP_COMB + 48
const ENTRY: usize = TEMP_COMB + 128

/** Builds the comb and the odd multiples of G and lambda G; about half a millisecond, once an instance. */
export function buildTables(): void {
  reset()
  const bases = take(<usize>COMB_WINDOWS * JACOBIAN)
  setAffine(bases, G, G + 72)
  for (let i = 1; i < COMB_WINDOWS; i++) {
    const base = bases + <usize>i * JACOBIAN
    copyJacobian(base, base - JACOBIAN)
    for (let k = 0; k < 5; k++) double(base)
  }
  const affine = take(<usize>COMB_WINDOWS * AFFINE)
  jacobianToAffineVar(affine, bases, COMB_WINDOWS)
  const doubles = take(<usize>COMB_WINDOWS * AFFINE)
  for (let i = 0; i < COMB_WINDOWS; i++) {
    const base = affine + <usize>i * AFFINE
    copyAffine(COMB + <usize>i * WINDOW_BYTES, base)
    pushAdd(doubles + <usize>i * AFFINE, base, base)
  }
  runBatchVar()
  for (let j = 1; j < 16; j++) {
    for (let i = 0; i < COMB_WINDOWS; i++) {
      const entry = COMB + <usize>i * WINDOW_BYTES + <usize>j * AFFINE
      pushAdd(entry, entry - AFFINE, doubles + <usize>i * AFFINE)
    }
    runBatchVar()
  }
  const odd = take(64 * JACOBIAN)
  setAffine(odd, G, G + 72)
  for (let j = 1; j < 64; j++) {
    const entry = odd + <usize>j * JACOBIAN
    copyJacobian(entry, entry - JACOBIAN)
    addMixedVar(entry, doubles, doubles + 72)
  }
  jacobianToAffineVar(ODD_G, odd, 64)
  for (let j = 0; j < 64; j++) {
    const entry = ODD_G + <usize>j * AFFINE
    fieldMul(entry + 64 * AFFINE, entry, BETA)
    fieldCopy(entry + 64 * AFFINE + 72, entry + 72)
  }
}

/** WORDS = the odd one of k and q - k; returns -1 when that is q - k, 0 when it is k: the mask that negates the result. Constant time. */
export function combRecode(k: usize): i64 {
  scalarComplement(ODD, k)
  const even = (load<i64>(k) & 1) - 1
  fieldCopy(ENTRY, k)
  scalarSelect(ENTRY, ODD, even)
  wordsFromLimbs(WORDS, ENTRY)
  store<i64>(WORDS, 0, 32)
  store<i64>(WORDS, 0, 40)
  return even
}

/** bits [5 i, 5 i + 6) of the 256-bit number at WORDS (48 bytes, the last 16 zero); addresses depend on i alone */
function bitsAt(i: i32): i64 {
  const bit = <usize>(5 * i)
  return (load<i64>(WORDS + (bit >> 3)) >>> (bit & 7)) & 63
}

/** r = the affine entry of the digit of `window` <= 50: all sixteen are read */
export function combEntry(r: usize, window: i32): void {
  // odd value v = (bits | 1) in 1..63; d = v - 32; |d| = 2 j + 1: j = (d - 1) / 2 or (-d - 1) / 2
  const digit = (bitsAt(window) | 1) - 32
  const negative = digit >> 63
  const j = ((digit ^ negative) - negative) >> 1
  scanTable(r, COMB + <usize>window * WINDOW_BYTES, 16, j)
  fieldNegateMasked(r + 72, r + 72, negative)
}

/** As `combEntry` for a public scalar: the table is read at the digit. */
export function combEntryVar(r: usize, window: i32): void {
  const digit = (bitsAt(window) | 1) - 32
  const negative = digit >> 63
  const entry = COMB + <usize>window * WINDOW_BYTES + <usize>(((digit ^ negative) - negative) >> 1) * AFFINE
  fieldCopy(r, entry)
  fieldNegateMasked(r + 72, entry + 72, negative)
}

/** r = k G, Jacobian; k canonical and possibly secret (0 gives Z = 0). Constant time. */
export function combMul(r: usize, k: usize): void {
  const even = combRecode(k)
  combEntry(ENTRY, 0)
  setAffine(r, ENTRY, ENTRY + 72)
  for (let i = 1; i < COMB_WINDOWS - 1; i++) {
    combEntry(ENTRY, i)
    addMixedUnchecked(r, ENTRY, ENTRY + 72)
  }
  addMixedComplete(r, COMB_TOP, COMB_TOP + 72)
  fieldNegateMasked(r + 72, r + 72, even)
}

/** As `combMul` for a public k. */
export function combMulVar(r: usize, k: usize): void {
  const even = combRecode(k)
  combEntryVar(ENTRY, 0)
  setAffine(r, ENTRY, ENTRY + 72)
  for (let i = 1; i < COMB_WINDOWS - 1; i++) {
    combEntryVar(ENTRY, i)
    addMixedUnchecked(r, ENTRY, ENTRY + 72)
  }
  addMixedVar(r, COMB_TOP, COMB_TOP + 72)
  fieldNegateMasked(r + 72, r + 72, even)
}

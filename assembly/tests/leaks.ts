/**
 * Functions that let a secret steer what a machine can be seen to do, each in one way: the tests of constant time must find every one. The
 * secrets are `n` scalars of 32 bytes in the input area; `clean` does the same work without a leak.
 */
import { fieldMul } from '../field/multiply'
import { INPUT, OUTPUT, TEMP_OPERATION } from '../memory'
import { scanTable } from '../multiply/scan'
import { limbsFromBytes } from '../words'

const A: usize = TEMP_OPERATION
const TABLE: usize = TEMP_OPERATION + 80

let kept: i64 = 0

function secretAt(i: i32): i64 {
  limbsFromBytes(A, INPUT + (<usize>i << 5))
  return load<i64>(A)
}

export function inputAddress(): usize {
  return INPUT
}

export function clean(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const index = secretAt(i) & 3
    scanTable(OUTPUT, TABLE, 4, index)
    fieldMul(A, A, OUTPUT)
  }
  return 1
}

export function leakBranch(n: i32): i32 {
  for (let i = 0; i < n; i++) if ((secretAt(i) & 1) != 0) fieldMul(A, A, A)
  return 1
}

export function leakSelect(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const secret = secretAt(i)
    store<i64>(OUTPUT, select<i64>(secret + 1, secret ^ 85, (secret & 2) != 0))
  }
  return 1
}

export function leakAddress(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const secret = secretAt(i)
    store<i64>(OUTPUT, load<i64>(TABLE + (<usize>(secret & 15) << 3)))
  }
  return 1
}

export function leakWriteAddress(n: i32): i32 {
  for (let i = 0; i < n; i++) store<i64>(TABLE + (<usize>(secretAt(i) & 15) << 3), 1)
  return 1
}

export function leakLoopCount(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const rounds = <i32>secretAt(i) & 15
    for (let k = 0; k < rounds; k++) fieldMul(A, A, A)
  }
  return 1
}

/** the scalar's low bits decide how much is cleared */
export function leakLength(n: i32): i32 {
  for (let i = 0; i < n; i++) memory.fill(OUTPUT, 0, <usize>(secretAt(i) & 63))
  return 1
}

export function leakDivision(n: i32): i32 {
  for (let i = 0; i < n; i++) store<i64>(OUTPUT, 1000003 / (secretAt(i) | 1))
  return 1
}

@noinline
function squareIf(bit: i32): void {
  if (bit != 0) fieldMul(A, A, A)
}

/** the branch is in another function, on its argument */
export function leakThroughCall(n: i32): i32 {
  for (let i = 0; i < n; i++) squareIf(<i32>secretAt(i) & 1)
  return 1
}

/** the branch is on a bit that was stored and is read again */
export function leakThroughMemory(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    store<i64>(OUTPUT, secretAt(i) & 1)
    if (load<i32>(OUTPUT) != 0) fieldMul(A, A, A)
  }
  return 1
}

@noinline
function keep(value: i64): void {
  kept = value
}

/** the branch is on a global that another function set */
export function leakThroughGlobal(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    keep(secretAt(i))
    if ((kept & 1) != 0) fieldMul(A, A, A)
  }
  return 1
}

/** the bit reaches the branch in the next round of the loop alone */
export function leakNextRound(n: i32): i32 {
  let bit: i64 = 0
  for (let i = 0; i < n; i++) {
    if (bit != 0) fieldMul(A, A, A)
    bit = secretAt(i) & 1
  }
  return 1
}

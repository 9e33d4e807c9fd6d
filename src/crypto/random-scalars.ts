/**
 * Fresh scalars and bytes from an injected source. A source that is seen to fail (wrong length, a repeated block, only values out of range)
 * stops the caller with a typed error: a repeated nonce or coefficient would give the key away.
 */
import { randomFillSync } from 'node:crypto'
import { assertBytes, assertInteger, copyBytes, wipe } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, SCALAR_BYTES } from '../kernel/contract.ts'
import { isBelowOrder, isZero, subtractBytes } from './group-order.ts'

/** Returns `length` bytes that nobody else knows or can predict; a fresh array each time, which the caller wipes. */
export type RandomSource = (length: number) => Uint8Array

/** A block is out of range with probability 2^-128: this many in a row means that the source is broken. */
const MAX_REJECTED = 64
const MAX_SCALARS = 2 ** 24

/** The first block of each source's last draw. It is used for nothing else, so keeping it keeps no secret. */
const lastProbe = new WeakMap<RandomSource, Uint8Array>()

/** The operating system's generator, in exact-size memory. */
export const systemRandom: RandomSource = (length) => {
  assertInteger(length, 'length', 0, 2 ** 30)
  return randomFillSync(new Uint8Array(length))
}

/**
 * `length` bytes of the source as an exact-size copy.
 *
 * @throws ERR_INVALID_ARGUMENT with field `random` when the source returns something else
 */
export function drawBytes(random: RandomSource, length: number): Uint8Array<ArrayBuffer> {
  const drawn: unknown = random(length)
  assertBytes(drawn, 'random', length)
  const own = copyBytes(drawn)
  wipe(drawn)
  return own
}

/** Whether two 32-byte blocks are equal, looking at all bytes. */
function sameBlock(a: Uint8Array, b: Uint8Array): boolean {
  const difference = new Uint8Array(SCALAR_BYTES)
  subtractBytes(a, b, difference)
  const same = isZero(difference)
  wipe(difference)
  return same
}

/** Refuses a source that starts again from the same point at each call, whatever the length it is asked for. */
function checkProbe(random: RandomSource, probe: Uint8Array): void {
  const last = lastProbe.get(random)
  if (last !== undefined && sameBlock(last, probe)) throw invalidArgument('random', 'the source repeats itself')
  lastProbe.set(random, copyBytes(probe))
}

/**
 * `count` scalars, each uniform in 1..q-1, by rejection (no reduction, hence no bias).
 *
 * The source is asked for one block of 32 bytes more than is needed: the first is only compared with the first of the last call, and each block
 * with the one before, so that a source that is constant or restarts is caught even when one scalar is drawn.
 *
 * @returns secret, count x 32
 * @throws ERR_INVALID_ARGUMENT with field `random` when the source fails; nothing drawn is returned then
 */
export function randomScalars(random: RandomSource, count: number): Batch {
  assertInteger(count, 'count', 1, MAX_SCALARS)
  const drawn = drawBytes(random, (count + 1) * SCALAR_BYTES)
  try {
    checkProbe(random, drawn.subarray(0, SCALAR_BYTES))
    for (let i = 1; i <= count; i++) fillScalar(random, drawn, i)
    return copyBytes(drawn, SCALAR_BYTES)
  } finally {
    wipe(drawn)
  }
}

/** Makes block `i` of `drawn` a scalar in 1..q-1 that differs from the block before. */
function fillScalar(random: RandomSource, drawn: Uint8Array, i: number): void {
  const block = drawn.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES)
  if (sameBlock(drawn.subarray((i - 1) * SCALAR_BYTES, i * SCALAR_BYTES), block)) {
    throw invalidArgument('random', 'the source repeats itself')
  }
  for (let rejected = 0; isZero(block) || !isBelowOrder(block); rejected++) {
    if (rejected === MAX_REJECTED) throw invalidArgument('random', 'the source gives no value in range')
    const again = drawBytes(random, SCALAR_BYTES)
    block.set(again)
    wipe(again)
  }
}

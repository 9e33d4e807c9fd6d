/**
 * The memory map: fixed, known at compile time, never grown. No heap: `take` cuts an operation's working areas from the scratch arena and
 * the next operation starts at its beginning again.
 *
 *   0x0000     never used: a null pointer is no data
 *   0x0400     constants (data segments; memoryBase in asconfig.json)
 *   0x4000     temporaries of single functions, 16 KiB
 *   0x8000     tables, built once by `initialise`
 *   0x30000    scratch arena
 *   then       batch area (operations and products of the batch-affine engine), input, output
 */
export const FIELD: usize = 72
export const AFFINE: usize = 144
export const JACOBIAN: usize = 216
/** Offsets inside a point. */
export const X: usize = 0
export const Y: usize = 72
export const Z: usize = 144
export const SCALAR: usize = 72

export const TEMPORARIES: usize = 0x4000
export const TEMPORARIES_BYTES: usize = 0x4000
export const TEMP_INVERSE: usize = 0x4000
export const TEMP_POWER: usize = 0x4400
export const TEMP_CODEC: usize = 0x4800
export const TEMP_JACOBIAN: usize = 0x4c00
export const TEMP_COMPLETE: usize = 0x5000
export const TEMP_BATCH: usize = 0x5400
export const TEMP_COMB: usize = 0x5800
export const TEMP_MULTIPLY: usize = 0x5c00
export const TEMP_SCALAR: usize = 0x6000
export const TEMP_OPERATION: usize = 0x6400
export const TEMP_STRAUSS: usize = 0x6800
export const TEMP_BUCKETS: usize = 0x6c00
/** the two-lane field's row barriers and constants, and the two-lane engine */
export const TEMP_PAIR: usize = 0x7800
export const TEMP_BATCH_PAIR: usize = 0x7900
export const TEMP_BATCH_POINT: usize = 0x7f00

export const COMB: usize = 0x8000
/** 52 windows of 16 affine points: 119,808 bytes */
export const ODD_G: usize = 0x26000
/** 64 odd multiples of G, then of lambda G: 18,432 bytes */
export const TABLES_END: usize = 0x2a800

export const SCRATCH: usize = 0x30000
export const SCRATCH_BYTES: usize = 0x700000
export const BATCH_OPERATIONS: usize = 0x730000
/** operations a run of the batch-affine engine may hold */
export const BATCH_CAPACITY: i32 = 16384
export const BATCH_PRODUCTS: usize = 0x770000
/** 16,385 field elements end before 0x890100 */
export const INPUT: usize = 0x8a0000
export const INPUT_BYTES: usize = 0x140000
export const OUTPUT: usize = 0x9e0000
export const OUTPUT_BYTES: usize = 0xc0000
/** 0xaa0000 bytes are 170 pages, 10.6 MiB */
export const MEMORY_BYTES: usize = 0xaa0000

let next: usize = SCRATCH
let high: usize = SCRATCH
let batchHigh: i32 = 0

/** Every operation starts with an empty arena. */
export function reset(): void {
  next = SCRATCH
}

/** `bytes` of scratch, 16-byte aligned; traps when the arena is exhausted (callers chunk their input so that it never is). */
export function take(bytes: usize): usize {
  const start = next
  next = (next + bytes + 15) & ~15
  if (next > SCRATCH + SCRATCH_BYTES) unreachable()
  if (next > high) high = next
  return start
}

/** Where `take` goes on: restored by `release` to give back what was taken since. */
export function mark(): usize {
  return next
}

export function release(position: usize): void {
  next = position
}

export function noteBatch(count: i32): void {
  if (count > batchHigh) batchHigh = count
}

/** Zeroes everything an operation may have written, also after a trap. Input and output bytes are named by the caller. */
export function wipe(inputBytes: usize, outputBytes: usize): void {
  memory.fill(TEMPORARIES, 0, TEMPORARIES_BYTES)
  memory.fill(SCRATCH, 0, high - SCRATCH)
  if (batchHigh > 0) {
    memory.fill(BATCH_OPERATIONS, 0, <usize>batchHigh * 16)
    memory.fill(BATCH_PRODUCTS, 0, <usize>(batchHigh + 1) * FIELD)
  }
  memory.fill(INPUT, 0, inputBytes)
  memory.fill(OUTPUT, 0, outputBytes)
  next = SCRATCH
  high = SCRATCH
  batchHigh = 0
}

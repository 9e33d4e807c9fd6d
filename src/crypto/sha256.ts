/**
 * SHA-256 (FIPS 180-4) of parts laid end to end, by node:crypto: with the processor's own instructions it is ten times as fast on a long body as
 * JavaScript, and twice as fast on the 100 to 300 bytes of a challenge (bench/decisions/hashing.ts).
 *
 * Most hashes here are short, and then the time is that of making objects: one call over one piece of memory is the cheapest way in. The memory is
 * kept between calls and zeroed after each, since parts may be secret.
 */
import { createHash, hash } from 'node:crypto'
import { copyBytes } from '../bytes.ts'

/** Above this, copying costs more than the second object. */
const SCRATCH_BYTES = 4096
const scratch = new Uint8Array(SCRATCH_BYTES)

export function sha256(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  return own(length <= SCRATCH_BYTES ? hashShort(parts, length) : hashLong(parts))
}

function hashShort(parts: readonly Uint8Array[], length: number): Buffer {
  let offset = 0
  for (const part of parts) {
    scratch.set(part, offset)
    offset += part.length
  }
  try {
    return hash('sha256', scratch.subarray(0, length), 'buffer')
  } finally {
    scratch.fill(0, 0, length)
  }
}

function hashLong(parts: readonly Uint8Array[]): Buffer {
  const state = createHash('sha256')
  for (const part of parts) state.update(part)
  return state.digest()
}

/** An exact-size copy: a Buffer may lie in memory that others use, and no array of ours is one. */
function own(digest: Buffer): Uint8Array<ArrayBuffer> {
  const out = copyBytes(digest)
  digest.fill(0)
  return out
}

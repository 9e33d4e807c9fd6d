/**
 * Deterministic bytes for tests: the same seed gives the same run on every machine, and a failing run prints the seed that repeats it
 * (`QUORATE_TEST_SEED=<seed> npm test`).
 */
import { createHash } from 'node:crypto'
import { afterEach } from 'vitest'

const DEFAULT_SEED = 'quorate'
const BLOCK_BYTES = 32

export type RandomSource = (length: number) => Uint8Array<ArrayBuffer>

/** SHA-256 in counter mode: SHA-256(seed as text, 0, counter as 8 bytes). Bytes do not depend on how they are cut into calls. */
export function seededRandom(seed: number | string): RandomSource {
  let counter = 0n
  let block = new Uint8Array(0)
  let used = 0
  return (length) => {
    const out = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      if (used === block.length) {
        const count = new Uint8Array(8)
        new DataView(count.buffer).setBigUint64(0, counter++)
        block = new Uint8Array(createHash('sha256').update(`${seed}\0`).update(count).digest())
        used = 0
      }
      const part = block.subarray(used, Math.min(BLOCK_BYTES, used + length - done))
      out.set(part, done)
      used += part.length
      done += part.length
    }
    return out
  }
}

/** The run's seed: QUORATE_TEST_SEED or a fixed one. Call it while tests are collected (top level or describe): it prints the seed when one fails. */
export function testSeed(): string {
  const { QUORATE_TEST_SEED: seed = DEFAULT_SEED } = process.env
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${task.name}: repeat with QUORATE_TEST_SEED=${seed}\n`)
  })
  return seed
}

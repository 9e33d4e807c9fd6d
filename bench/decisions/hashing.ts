/**
 * Decided that SHA-256 and the second half of XChaCha20-Poly1305 come from node:crypto (src/crypto/sha256.ts, xchacha20-poly1305.ts).
 *
 * Node 20.20, one idle core, microseconds a call (JavaScript: @noble/hashes and @noble/ciphers):
 *
 *   bytes hashed               32    128    200    400   1000   8600   100000
 *   JavaScript                2.0    2.2    2.7    3.9    7.8     61      664
 *   crypto.hash               1.1    1.0    1.1    1.1    1.4    6.9       65
 *   createHash                1.8    1.7    1.7    1.9    2.4    7.0       65
 *
 *   encrypt one share (32 bytes) / 1,000 shares: JavaScript 10.2 / 258, node:crypto without HChaCha20 5.2 / 26
 *
 * Run: node dist/bench/decisions/hashing.js
 */
import { createCipheriv, createHash, hash } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { sha256 } from '@noble/hashes/sha2.js'

const ROUNDS = 7
const CALLS = 2_000

/** Medians over rounds in which the variants take turns, in microseconds. */
function compare(variants: Readonly<Record<string, () => unknown>>, calls: number): Record<string, string> {
  const times = new Map<string, number[]>(Object.keys(variants).map((name) => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const start = performance.now()
      for (let i = 0; i < calls; i++) run()
      // The first round warms up.
      if (round > 0) times.get(name)?.push(((performance.now() - start) * 1e3) / calls)
    }
  }
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list).toFixed(2)]))
}

const rows: Record<string, Record<string, string>> = {}
for (const length of [32, 128, 200, 400, 1_000, 8_600, 100_000]) {
  const bytes = new Uint8Array(length).fill(7)
  const variants = {
    javascript: () => sha256(bytes),
    'crypto.hash': () => hash('sha256', bytes, 'buffer'),
    createHash: () => createHash('sha256').update(bytes).digest(),
  }
  rows[`sha256 of ${length} bytes`] = compare(variants, length > 1_000 ? CALLS / 20 : CALLS)
}
const key = new Uint8Array(32).fill(5)
const associated = new Uint8Array(37)
for (const length of [32, 32_000]) {
  const plaintext = new Uint8Array(length)
  const variants = {
    javascript: () => xchacha20poly1305(key, new Uint8Array(24), associated).encrypt(plaintext),
    'node:crypto': () => {
      const cipher = createCipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 })
      cipher.setAAD(associated, { plaintextLength: length })
      cipher.update(plaintext)
      cipher.final()
      return cipher.getAuthTag()
    },
  }
  rows[`encryption of ${length} bytes`] = compare(variants, length > 1_000 ? CALLS / 20 : CALLS)
}
console.table(rows)

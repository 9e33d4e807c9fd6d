import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { copyBytes } from '../../src/bytes.ts'
import type { UnlockSecret } from '../../src/keystore/key-derivation.ts'
import { openSealed, SEAL_OVERHEAD, type SealLabel, sealFile } from '../../src/keystore/seal.ts'
import { unlockSecret } from '../../src/keystore/unlock.ts'

const KEY: UnlockSecret = { kind: 'key', bytes: new Uint8Array(32).fill(7) }
const WORDS: UnlockSecret = { kind: 'passphrase', bytes: new TextEncoder().encode('correct horse') }
const LABEL: SealLabel = { purpose: 'identity', subject: 'alpha' }
const SEED = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
/** The floor: what a test may ask for at the least. */
const scrypt = { logN: 15, r: 8, p: 1 }
/** Where the parameters stand. */
const LOG_N = 17

describe('sealed files', () => {
  test('open with what they were sealed with, to exact bytes', async () => {
    for (const secret of [KEY, WORDS]) {
      const sealed = await sealFile(secret, LABEL, SEED, { scrypt })
      expect(sealed).toHaveLength(32 + SEAL_OVERHEAD)
      const opened = await openSealed(secret, LABEL, sealed)
      expect(opened).toEqual(SEED)
      expect(opened.buffer.byteLength).toBe(32)
      expect(Buffer.from(sealed).includes(Buffer.from(SEED.subarray(0, 8)))).toBe(false)
    }
    expect(await openSealed(KEY, LABEL, await sealFile(KEY, LABEL, new Uint8Array(0)))).toEqual(new Uint8Array(0))
  })

  test('P1: no byte of the file can be changed, cut off or added: every bit, every length', async () => {
    const sealed = await sealFile(KEY, LABEL, SEED)
    let malformed = 0
    for (let at = 0; at < sealed.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = copyBytes(sealed)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        const error = await openSealed(KEY, LABEL, changed).catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(?:PASSPHRASE|MALFORMED)$/) })
        if ((error as { code: string }).code === 'ERR_MALFORMED') malformed++
      }
      await expect(openSealed(KEY, LABEL, sealed.slice(0, at))).rejects.toMatchObject({ name: 'QuorateError' })
    }
    // The mark, the version, the derivation and its parameters are no secret; all else is one answer.
    expect(malformed).toBeLessThanOrEqual(20 * 8)
    await expect(openSealed(KEY, LABEL, Uint8Array.from([...sealed, 0]))).rejects.toMatchObject({ code: 'ERR_PASSPHRASE' })
  })

  test('P1: a file of another purpose or subject does not open', async () => {
    const sealed = await sealFile(KEY, LABEL, SEED)
    for (const label of [
      { purpose: 'operator', subject: 'alpha' },
      { purpose: 'backup', subject: 'alpha' },
      { purpose: 'identity', subject: 'beta' },
      { purpose: 'identity', subject: 'alph' },
    ] as const) {
      await expect(openSealed(KEY, label, sealed)).rejects.toMatchObject({ code: 'ERR_PASSPHRASE' })
    }
  })

  test('P2: parameters below the floor are refused in a header and in a request, and raised ones do not open', async () => {
    const sealed = await sealFile(WORDS, LABEL, SEED, { scrypt })
    const withParameters = (...values: number[]): Uint8Array => {
      const changed = copyBytes(sealed)
      changed.set(values, LOG_N)
      return changed
    }
    for (const values of [
      [1, 8, 1],
      [14, 8, 1],
      [15, 7, 1],
      [15, 8, 0],
      [0, 0, 0],
      [63, 8, 1],
      [20, 32, 1],
      [15, 255, 255],
    ]) {
      await expect(openSealed(WORDS, LABEL, withParameters(...values))).rejects.toMatchObject({ code: 'ERR_MALFORMED', field: 'sealed' })
    }
    await expect(openSealed(WORDS, LABEL, withParameters(15, 8, 2))).rejects.toMatchObject({ code: 'ERR_PASSPHRASE' })
    for (const bad of [
      { ...scrypt, logN: 14 },
      { ...scrypt, r: 1 },
      { ...scrypt, p: 0 },
      { logN: 20, r: 32, p: 1 },
      { ...scrypt, logN: 15.5 },
    ]) {
      await expect(sealFile(WORDS, LABEL, SEED, { scrypt: bad })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    }
  })

  test('P3: the same file sealed again shares neither salt nor nonce nor ciphertext', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 500; i++) {
      const sealed = Buffer.from(await sealFile(KEY, LABEL, SEED)).toString('latin1')
      for (const [from, to] of [
        [20, 52],
        [52, 76],
        [76, 108],
      ] as const)
        seen.add(sealed.slice(from, to))
    }
    expect(seen.size).toBe(1500)
  })

  test('P11: a wrong passphrase and a damaged file give one error, with nothing of either in it', async () => {
    const sealed = await sealFile(WORDS, LABEL, SEED, { scrypt })
    const damaged = copyBytes(sealed).fill(0, 90, 91)
    const wrong = { kind: 'passphrase', bytes: new TextEncoder().encode('correct horsf') } as const
    const errors = await Promise.all([
      openSealed(wrong, LABEL, sealed).catch((error: Error) => error),
      openSealed(WORDS, LABEL, damaged).catch((error: Error) => error),
      openSealed(KEY, LABEL, damaged).catch((error: Error) => error),
    ])
    const [first, second, third] = errors as Error[]
    expect({ ...first }).toEqual({ ...second })
    expect(first).toMatchObject({ code: 'ERR_PASSPHRASE', message: second?.message })
    expect(third).toMatchObject({ code: 'ERR_PASSPHRASE' })
    expect(inspect(first)).not.toContain('horsf')
  })
})

describe('arguments', () => {
  test('secrets, labels and texts of a wrong form are refused', async () => {
    const bad = { code: 'ERR_INVALID_ARGUMENT' }
    for (const secret of [
      null,
      {},
      { kind: 'key', bytes: new Uint8Array(31) },
      { kind: 'key', bytes: Buffer.alloc(32) },
      { kind: 'passphrase', bytes: new Uint8Array(0) },
      { kind: 'passphrase', bytes: new Uint8Array(1025) },
      { kind: 'word', bytes: new Uint8Array(32) },
    ]) {
      await expect(sealFile(secret as UnlockSecret, LABEL, SEED)).rejects.toMatchObject(bad)
      await expect(openSealed(secret as UnlockSecret, LABEL, SEED)).rejects.toMatchObject(bad)
    }
    for (const label of [
      { purpose: 'other', subject: 'a' },
      { purpose: 'identity', subject: '' },
      { purpose: 'identity', subject: 'a b' },
      { purpose: 'identity', subject: 'a\n' },
      { purpose: 'identity', subject: 'a'.repeat(256) },
    ]) {
      await expect(sealFile(KEY, label as SealLabel, SEED)).rejects.toMatchObject(bad)
    }
    await expect(sealFile(KEY, LABEL, Buffer.alloc(3))).rejects.toMatchObject({ ...bad, field: 'plaintext' })
  })

  test('what the caller wipes at once was taken before', async () => {
    const seed = copyBytes(SEED)
    const words = copyBytes(WORDS.bytes)
    const sealing = sealFile({ kind: 'passphrase', bytes: words }, LABEL, seed, { scrypt })
    seed.fill(0)
    words.fill(0)
    expect(await openSealed(WORDS, LABEL, await sealing)).toEqual(SEED)
  })

  test('J9: a held secret shows nothing of itself', () => {
    const held = unlockSecret('key', new Uint8Array(32).fill(0xab))
    expect(inspect(held, { showHidden: true, depth: 9 })).toBe("UnlockSecret { kind: 'key', bytes: <redacted> }")
    expect(JSON.stringify({ held })).toBe('{"held":"<redacted>"}')
    expect(held.bytes).toHaveLength(32)
  })
})

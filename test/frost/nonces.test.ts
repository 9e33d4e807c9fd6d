import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../src/bytes.ts'
import type { FrostCommitment } from '../../src/frost/index.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { apis, commitAll, must } from './apis.ts'

const SUITE = 'bip340'
const invalid = (field: string) => expect.objectContaining({ name: 'QuorateError', code: 'ERR_INVALID_ARGUMENT', field })
const used = expect.objectContaining({ name: 'QuorateError', code: 'ERR_NONCE_USED' })

for (const { name, frost } of apis()) {
  describe(`FrostNonces: ${name}`, () => {
    const { keys, shares } = frost.trustedDealer({ suite: SUITE, minSigners: 2, identifiers: [1, 2, 3] })
    const [first, second] = [must(shares[0]), must(shares[1])]
    const message = new Uint8Array(5)
    const start = () => {
      const { nonces, commitments } = commitAll(frost, keys, [first, second])
      return { nonces: must(nonces[0]), input: { keys, commitments, message, share: first, nonces: must(nonces[0]) } }
    }

    it('N1: sign once', () => {
      const { nonces, input } = start()
      expect(nonces.spent).toBe(false)
      expect(frost.sign(input)).toHaveLength(32)
      expect(nonces.spent).toBe(true)
      expect(() => frost.sign(input)).toThrow(used)
      expect(() => frost.sign({ ...input, message: new Uint8Array(6) })).toThrow(used)
    })

    it('N1: 64 racing promises get one share', async () => {
      const { input } = start()
      const results = await Promise.allSettled(
        Array.from({ length: 64 }, async (_, i) => {
          await Promise.resolve()
          return frost.sign({ ...input, message: new Uint8Array(i) })
        }),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(used)
    })

    it('N1: a call from within the arguments of another gets the only share', () => {
      const { input } = start()
      let inner: Uint8Array | null = null
      const reentrant = {
        ...input,
        get message() {
          inner ??= frost.sign(input)
          return message
        },
      }
      expect(() => frost.sign(reentrant)).toThrow(used)
      expect(inner).toHaveLength(32)
    })

    it('are spent by destroy()', () => {
      const { nonces, input } = start()
      nonces.destroy()
      nonces.destroy()
      expect(nonces.spent).toBe(true)
      expect(() => frost.sign(input)).toThrow(used)
    })

    it('N13: are refused and gone when our own commitment is missing or altered', () => {
      const others = commitAll(frost, keys, shares)
      const alterations: ((own: FrostCommitment) => readonly FrostCommitment[])[] = [
        () => [],
        ({ identifier, hiding, binding }) => [{ identifier, hiding: binding, binding: hiding }],
        ({ identifier, hiding }) => [{ identifier, hiding, binding: hiding }],
        () => [must(others.commitments[0])],
      ]
      for (const alter of alterations) {
        const { nonces, input } = start()
        const commitments = [...alter(nonces.commitment), must(others.commitments[1]), must(others.commitments[2])]
        expect(() => frost.sign({ ...input, commitments })).toThrow(invalid('commitments'))
        expect(nonces.spent).toBe(true)
      }
    })

    it('N13, G25: compare with what was committed, whatever the host does to the array that it was given', () => {
      const { nonces, input } = start()
      nonces.commitment.hiding.set(must(input.commitments[1]).hiding)
      expect(() => frost.sign(input)).toThrow(invalid('commitments'))
      expect(nonces.spent).toBe(true)
    })

    it('survive arguments that are refused for their form', () => {
      const { nonces, input } = start()
      expect(() => frost.sign({ ...input, commitments: [must(input.commitments[0])] })).toThrow(
        expect.objectContaining({ code: 'ERR_TOO_FEW_SIGNERS', field: 'commitments' }),
      )
      expect(() => frost.sign({ ...input, share: second })).toThrow(invalid('nonces'))
      expect(nonces.spent).toBe(false)
      expect(frost.sign(input)).toHaveLength(32)
    })

    it('of another suite are refused', () => {
      const { input } = start()
      const nonces = frost.commit({ suite: 'secp256k1-sha256', share: first })
      expect(() => frost.sign({ ...input, nonces })).toThrow(expect.objectContaining({ code: 'ERR_SUITE_MISMATCH', field: 'nonces' }))
    })

    it('cannot be made up, cloned or subclassed around', () => {
      const { nonces, input } = start()
      const { commitment } = nonces
      const copies = [
        { commitment, spent: false, destroy() {} },
        Object.create(nonces),
        Object.assign(Object.create(Object.getPrototypeOf(nonces)), { commitment }),
        { ...nonces },
        structuredClone({ ...nonces }),
      ]
      for (const copy of copies) expect(() => frost.sign({ ...input, nonces: copy })).toThrow(invalid('nonces'))
      expect(nonces.spent).toBe(false)
    })

    it('R18: show nothing of the secrets', () => {
      const randomness = seededRandom(`${testSeed()} redacted`)(64)
      const nonces = frost.commit({ suite: SUITE, share: first, randomness })
      expect(inspect(nonces, { depth: 9, showHidden: true, customInspect: true })).toBe('<redacted>')
      expect(JSON.stringify({ nonces })).toBe('{"nonces":"<redacted>"}')
      expect(`${nonces}`).toBe('<redacted>')
      expect(Object.keys(nonces)).toEqual(['commitment'])
    })

    it('leave the randomness and the share of the caller alone, and depend on both', () => {
      const randomness = seededRandom(`${testSeed()} randomness`)(64)
      const before = toHex(randomness)
      const secret = toHex(first.secretShare)
      const commitmentOf = (share: typeof first) => toHex(frost.commit({ suite: SUITE, share, randomness }).commitment.hiding)
      expect(commitmentOf(first)).toBe(commitmentOf(first))
      expect(commitmentOf(first)).not.toBe(commitmentOf(second))
      expect(toHex(randomness)).toBe(before)
      expect(toHex(first.secretShare)).toBe(secret)
    })

    it('N5: differ from call to call for the same share', () => {
      const seen = new Set(Array.from({ length: 20 }, () => toHex(frost.commit({ suite: SUITE, share: first }).commitment.hiding)))
      expect(seen.size).toBe(20)
    })

    it('refuse randomness that repeats its block', () => {
      const block = copyBytes(seededRandom(testSeed())(32))
      expect(() => frost.commit({ suite: SUITE, share: first, randomness: concatBytes(block, block) })).toThrow(invalid('randomness'))
    })
  })
}

import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { GROUP_ORDER } from '../../src/crypto/group-order.ts'
import { QuorateError } from '../../src/errors.ts'
import type { FrostPublic, FrostShare } from '../../src/frost/index.ts'
import { apis, commitAll, must, signAll } from './apis.ts'

const message = new Uint8Array([0, 0, 7])

/** Wrong by 2^bit: a bit of its own for each signer, since errors that cancel in the sum do no harm and are not looked for. */
function flipped(share: Uint8Array, bit = 0): Uint8Array {
  const out = new Uint8Array(share)
  out[31] = (out[31] ?? 0) ^ (1 << bit)
  return out
}

function culpritsOf(run: () => unknown): readonly number[] | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'ERR_BAD_SIGNATURE_SHARE') return error.culprits
    throw error
  }
  return undefined
}

for (const { name, frost } of apis()) {
  describe.each(['secp256k1-sha256', 'bip340'] as const)(`aggregate: ${name}: %s`, (suite) => {
    const identifiers = [9, 2, 65_535, 4]
    const { keys, shares } = frost.trustedDealer({ suite, minSigners: 2, identifiers })
    const { commitments, signatureShares } = signAll(frost, keys, shares, message)
    const input = { keys, commitments, message, signatureShares }

    it('N14: gives one signature whatever the order of the lists', () => {
      const expected = toHex(frost.aggregate(input))
      for (const order of permutations([0, 1, 2, 3])) {
        const shuffled = order.map((i) => must(commitments[i]))
        const entries = order.map((i) => must([...signatureShares][i]))
        expect(toHex(frost.aggregate({ ...input, commitments: shuffled, signatureShares: new Map(entries) }))).toBe(expected)
      }
    })

    it('N18: names all culprits of every set, ascending, and verifyShare agrees', () => {
      for (let set = 1; set < 2 ** identifiers.length; set++) {
        const bad = identifiers.filter((_, i) => (set >> i) & 1).sort((a, b) => a - b)
        const tampered = new Map(
          [...signatureShares].map(([id, share]) => [id, bad.includes(id) ? flipped(share, identifiers.indexOf(id)) : share]),
        )
        expect(culpritsOf(() => frost.aggregate({ ...input, signatureShares: tampered }))).toEqual(bad)
        if (set > 2) continue
        for (const [identifier, signatureShare] of tampered) {
          expect(frost.verifyShare({ keys, commitments, message, identifier, signatureShare })).toBe(!bad.includes(identifier))
        }
      }
    })

    it('N17: a share of q or more is its author’s fault; of another length it is the caller’s', () => {
      const over = new Map(signatureShares).set(9, new Uint8Array(GROUP_ORDER))
      expect(culpritsOf(() => frost.aggregate({ ...input, signatureShares: over }))).toEqual([9])
      expect(frost.verifyShare({ keys, commitments, message, identifier: 9, signatureShare: new Uint8Array(GROUP_ORDER) })).toBe(false)
      for (const length of [0, 31, 33]) {
        const wrong = new Map(signatureShares).set(9, new Uint8Array(length))
        expect(() => frost.aggregate({ ...input, signatureShares: wrong })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'signatureShares[9]' }),
        )
      }
    })

    it('N19: two shares under each other’s names are both bad', () => {
      const swapped = new Map(signatureShares).set(2, must(signatureShares.get(4))).set(4, must(signatureShares.get(2)))
      // Their sum is the same, so the signature is good; only the shares are not whose they are said to be.
      expect(culpritsOf(() => frost.aggregate({ ...input, signatureShares: swapped }))).toBeUndefined()
      const alsoBad = swapped.set(9, flipped(must(signatureShares.get(9))))
      expect(culpritsOf(() => frost.aggregate({ ...input, signatureShares: alsoBad }))).toEqual([2, 4, 9])
    })

    it('N21: refuses a missing, an additional and an unknown signer', () => {
      const missing = new Map(signatureShares)
      missing.delete(2)
      const renamed = new Map(missing).set(3, must(signatureShares.get(2)))
      const additional = new Map(signatureShares).set(3, must(signatureShares.get(2)))
      for (const wrong of [missing, renamed, additional]) {
        expect(() => frost.aggregate({ ...input, signatureShares: wrong })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'signatureShares' }),
        )
      }
    })

    it('N22: a key whose parts do not belong together is refused and blames nobody', () => {
      const other = frost.trustedDealer({ suite, minSigners: 2, identifiers })
      const mixed: FrostPublic = { ...keys, groupPublicKey: other.keys.groupPublicKey }
      const signed = signAll(frost, mixed, shares, message)
      expect(() => frost.aggregate({ keys: mixed, message, ...signed })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'keys' }),
      )
    })

    it('G1: t signers sign for every t of n, and t - 1 are refused', () => {
      for (const [t, n] of [
        [1, 1],
        [1, 3],
        [2, 3],
        [3, 3],
      ] as const) {
        const dealt = frost.trustedDealer({ suite, minSigners: t, identifiers: Array.from({ length: n }, (_, i) => i + 1) })
        for (let set = 0; set < 2 ** n; set++) {
          const chosen: FrostShare[] = dealt.shares.filter((_, i) => (set >> i) & 1)
          if (chosen.length >= t) {
            const signature = frost.aggregate({ keys: dealt.keys, message, ...signAll(frost, dealt.keys, chosen, message) })
            expect(frost.verify({ suite, groupPublicKey: dealt.keys.groupPublicKey, message, signature })).toBe(true)
          } else {
            const { commitments: few, nonces } = commitAll(frost, dealt.keys, chosen)
            const [share, own] = [chosen[0] ?? must(dealt.shares[0]), nonces[0] ?? frost.commit({ suite, share: must(dealt.shares[0]) })]
            expect(() => frost.sign({ keys: dealt.keys, commitments: few, message, share, nonces: own })).toThrow(
              expect.objectContaining({ code: 'ERR_TOO_FEW_SIGNERS', field: 'commitments' }),
            )
          }
        }
      }
    })
  })
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

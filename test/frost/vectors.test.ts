import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import type { FrostSuite } from '../../src/frost/index.ts'
import { type FrostVector, frostVectors } from '../vectors/load.ts'
import { apis, must } from './apis.ts'

function frostSuite({ suite }: FrostVector): FrostSuite {
  if (suite === 'evm') throw new Error('no such vector')
  return suite
}

for (const { name, frost } of apis()) {
  describe.each(frostVectors())(`$source ($suite) with quorate/frost: ${name}`, (vector: FrostVector) => {
    const suite = frostSuite(vector)
    const { message, minSigners } = vector
    const identifiers = vector.shares.map(({ identifier }) => identifier)
    const dealt = frost.trustedDealer({ suite, minSigners, identifiers, coefficients: concatBytes(...vector.coefficients) })
    const { keys } = dealt
    const signers = vector.signers.map((signer) => {
      const share = must(dealt.shares.find(({ identifier }) => identifier === signer.identifier))
      return { ...signer, share, nonces: frost.commit({ suite, share, randomness: signer.randomness }) }
    })
    const commitments = signers.map(({ nonces }) => nonces.commitment)

    it('deals the key and the shares', () => {
      expect(toHex(keys.groupPublicKey)).toBe(toHex(vector.groupPublicKey))
      expect(dealt.shares.map(({ identifier, secretShare }) => [identifier, toHex(secretShare)])).toEqual(
        vector.shares.map(({ identifier, share }) => [identifier, toHex(share)]),
      )
      expect([...keys.verifyingShares.keys()]).toEqual(identifiers)
    })

    it('commits', () => {
      expect(commitments.map(({ identifier, hiding, binding }) => [identifier, toHex(hiding), toHex(binding)])).toEqual(
        vector.signers.map((s) => [s.identifier, toHex(s.hidingCommitment), toHex(s.bindingCommitment)]),
      )
    })

    it('signs, checks each share, aggregates and verifies', () => {
      const shares = signers.map(({ identifier, share, nonces }): [number, Uint8Array] => {
        return [identifier, frost.sign({ keys, commitments, message, share, nonces })]
      })
      expect(shares.map(([, share]) => toHex(share))).toEqual(vector.signers.map((s) => toHex(s.signatureShare)))
      for (const [identifier, signatureShare] of shares) {
        expect(frost.verifyShare({ keys, commitments, message, identifier, signatureShare })).toBe(true)
      }
      const signature = frost.aggregate({ keys, commitments, message, signatureShares: new Map(shares) })
      expect(toHex(signature)).toBe(toHex(vector.signature))
      expect(frost.verify({ suite, groupPublicKey: keys.groupPublicKey, message, signature })).toBe(true)
    })
  })
}

import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { bindingFactorInputs } from '../../src/crypto/frost-binding.ts'
import { prepareSigning } from '../../src/crypto/frost-sign.ts'
import { readCommitments } from '../../src/crypto/frost-transcript.ts'
import { aggregate } from '../../src/crypto/jobs/aggregate.ts'
import { commitNonces } from '../../src/crypto/jobs/commit-nonces.ts'
import { findBadShares } from '../../src/crypto/jobs/find-bad-shares.ts'
import { signShares } from '../../src/crypto/jobs/sign-shares.ts'
import { kernels } from '../helpers/kernels.ts'
import { type FrostVector, frostVectors } from '../vectors/load.ts'

const hex = (bytes: Uint8Array) => toHex(bytes)

for (const kernel of await kernels()) {
  describe.each(frostVectors())(`$source ($suite) on the ${kernel.info.name} kernel`, (vector: FrostVector) => {
    const { suite, groupPublicKey, message, signers } = vector
    const shareOf = (identifier: number) => vector.shares.find((share) => share.identifier === identifier)?.share ?? new Uint8Array()
    const rounds = signers.map(({ identifier, randomness }) => commitNonces.run(kernel, { suite, share: shareOf(identifier), randomness }))
    const transcript = {
      suite,
      groupPublicKey,
      signers: signers.map(({ identifier }) => identifier),
      commitments: rounds.map(({ commitments }) => commitments),
      messages: [message],
    }

    it('derives shares and group key from the polynomial', () => {
      const identifiers = vector.shares.map(({ identifier }) => identifier)
      const shares = kernel.evaluatePolynomial(concatBytes(...vector.coefficients), identifiers)
      expect(hex(shares)).toBe(vector.shares.map(({ share }) => hex(share)).join(''))
      const constant = vector.coefficients[0] ?? new Uint8Array()
      expect(hex(kernel.compress(kernel.baseMul(constant)))).toBe(hex(groupPublicKey))
    })

    it('derives nonces and commitments from the randomness', () => {
      signers.forEach((signer, i) => {
        expect(hex(rounds[i]?.nonces ?? new Uint8Array())).toBe(hex(signer.nonces))
        const compressed = kernel.compress(rounds[i]?.commitments ?? new Uint8Array())
        expect(hex(compressed)).toBe(hex(signer.hidingCommitment) + hex(signer.bindingCommitment))
      })
    })

    it('N10, N12: computes binding factor inputs and binding factors, one for each signer', () => {
      const read = readCommitments(kernel, transcript)
      const prepared = prepareSigning(kernel, transcript)
      if (read.status !== 'read' || prepared.status !== 'ready') throw new Error('not ready')
      expect(bindingFactorInputs(transcript, read.points.compressed, 0).map(hex)).toEqual(signers.map((s) => hex(s.bindingFactorInput)))
      expect(hex(prepared.factors)).toBe(signers.map((s) => hex(s.bindingFactor)).join(''))
    })

    it('computes shares and signature, blames nobody', () => {
      const results = signers.map(({ identifier }, i) => {
        const nonces = rounds[i]?.nonces ?? new Uint8Array()
        return signShares.run(kernel, { ...transcript, index: identifier, share: shareOf(identifier), nonces })
      })
      const shares = results.map((result) => {
        if (result.status !== 'signed') throw new Error(result.status)
        return result
      })
      expect(shares.map((result) => hex(result.signatureShares))).toEqual(signers.map((s) => hex(s.signatureShare)))
      const [first] = shares
      if (first === undefined) throw new Error('no share')
      const { groupCommitments, challenges } = first
      const signatureShares = shares.map((result) => result.signatureShares)
      const { signatures, valid } = aggregate.run(kernel, { suite, groupPublicKey, groupCommitments, challenges, signatureShares })
      expect(hex(signatures)).toBe(hex(vector.signature))
      expect([...valid]).toEqual([1])
      const verifyingShares = kernel.compress(kernel.baseMul(concatBytes(...signers.map(({ identifier }) => shareOf(identifier)))))
      expect(findBadShares.run(kernel, { ...transcript, verifyingShares, signatureShares, groupCommitments }).invalid).toEqual([])
    })
  })
}

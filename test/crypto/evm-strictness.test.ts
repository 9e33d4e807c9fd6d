/** What on-chain verifiers refuse before they look at the equation is no signature here either. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes } from '../../src/bytes.ts'
import { checkSignature, type SignatureToVerify } from '../../src/crypto/check-signature.ts'
import { aggregateBatch } from '../../src/crypto/frost-aggregate.ts'
import { HALF_ORDER } from '../../src/crypto/group-order.ts'
import { evenPoint, hasLowX } from '../../src/crypto/point-encoding.ts'
import { rulesOf } from '../../src/crypto/suites/index.ts'
import { verifySignature } from '../../src/crypto/verify-signature.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import { kernels } from '../helpers/kernels.ts'
import { addressOf, evmChallenge, nobleAccepts } from '../helpers/noble.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { evmVector } from '../vectors/load.ts'

const { Point } = secp256k1
const { Fn } = Point
const random = seededRandom(`${testSeed()} evm`)
const message = random(32)

/** One signer's s = k - c x, by an implementation that is not ours, under a key on the wanted side of (q - 1) / 2. */
function signedUnder(lowX: boolean): SignatureToVerify {
  for (;;) {
    const [x, k] = [Fn.create(BigInt(`0x${Buffer.from(random(32)).toString('hex')}`)), 1n + BigInt(random(1)[0] ?? 0)]
    const groupPublicKey = copyBytes(Point.BASE.multiply(x).toBytes())
    if (hasLowX(groupPublicKey) !== lowX) continue
    const address = addressOf(Point.BASE.multiply(k).toBytes())
    const s = Fn.sub(k, Fn.mul(evmChallenge(groupPublicKey, message, address), x))
    return { suite: 'evm', groupPublicKey, message, signature: concatBytes(Fn.toBytes(s), address) }
  }
}

/** No hash gives a challenge for which s or an address of zero satisfies the equation: this kernel says that it does. */
function agreeable(kernel: Kernel): Kernel {
  return { ...kernel, verifySignatures: ({ challenges }) => new Uint8Array(challenges.length / 32).fill(1) }
}

for (const kernel of await kernels()) {
  describe(`evm on the ${kernel.info.name} kernel`, () => {
    const good = signedUnder(true)
    const zeroed = (from: number, to: number) => ({ ...good, signature: copyBytes(good.signature).fill(0, from, to) })

    it('accepts a signature under a key of low x, like the contract', () => {
      expect(checkSignature(kernel, good)).toBe(true)
      expect(nobleAccepts('evm', good.groupPublicKey, message, good.signature)).toBe(true)
    })

    it('is false, and does not throw, for a signature under a key that no contract takes', () => {
      const high = signedUnder(false)
      const { groupPublicKey, signature } = high
      const challenges = copyBytes(Fn.toBytes(evmChallenge(groupPublicKey, message, signature.subarray(32))))
      // The equation alone holds.
      expect(kernel.verifySignatures({ suite: 'evm', publicKeys: groupPublicKey, challenges, signatures: signature })).toEqual(
        Uint8Array.of(1),
      )
      expect(checkSignature(kernel, high)).toBe(false)
      expect(nobleAccepts('evm', groupPublicKey, message, signature)).toBe(false)
    })

    it('is false for s = 0 and for the zero address, whatever the equation says', () => {
      expect(checkSignature(agreeable(kernel), good)).toBe(true)
      expect(checkSignature(agreeable(kernel), zeroed(0, 32))).toBe(false)
      expect(checkSignature(agreeable(kernel), zeroed(32, 52))).toBe(false)
      expect(checkSignature(agreeable(kernel), zeroed(0, 31))).toBe((good.signature[31] ?? 0) !== 0)
      expect(checkSignature(kernel, zeroed(0, 32))).toBe(false)
    })

    it('a key that is no point still throws, high or low', () => {
      for (const first of [0x00, 0xff]) {
        const groupPublicKey = new Uint8Array(33).fill(first)
        groupPublicKey[0] = 2
        groupPublicKey[32] = 0
        expect(kernel.decompress(groupPublicKey).valid).toEqual(Uint8Array.of(0))
        expect(() => checkSignature(kernel, { ...good, groupPublicKey })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'groupPublicKey' }),
        )
      }
    })

    it('aggregation marks s = 0 as invalid, so that it does not leave the node', () => {
      // R = c Y makes s = 0 the right sum of the shares.
      const challenges = concatBytes(random(32).fill(0, 0, 1), random(32).fill(0, 0, 1))
      const { groupPublicKey } = good
      const { points } = kernel.decompress(groupPublicKey)
      const groupCommitments = kernel.mul(concatBytes(points, points), challenges)
      const shares = concatBytes(new Uint8Array(32), new Uint8Array(32))
      const input = { suite: 'evm', groupPublicKey, groupCommitments, challenges, signatureShares: [shares] } as const
      const { signatures, valid } = aggregateBatch(kernel, input)
      expect(
        kernel.verifySignatures({ suite: 'evm', publicKeys: concatBytes(groupPublicKey, groupPublicKey), challenges, signatures }),
      ).toEqual(Uint8Array.of(1, 1))
      expect(valid).toEqual(Uint8Array.of(0, 0))
    })

    it('aggregation under a key of high x is never valid', () => {
      const { groupPublicKey, signature } = signedUnder(false)
      const challenges = copyBytes(Fn.toBytes(evmChallenge(groupPublicKey, message, signature.subarray(32))))
      const s = copyBytes(signature, 0, 32)
      const { points } = kernel.decompress(groupPublicKey)
      const groupCommitments = kernel.sum(concatBytes(kernel.baseMulVar(s), kernel.mulVar(points, challenges)), 1)
      const input = { suite: 'evm', groupPublicKey, groupCommitments, challenges, signatureShares: [s] } as const
      expect(aggregateBatch(kernel, input)).toEqual({ signatures: signature, valid: Uint8Array.of(0) })
    })
  })
}

it('the border is (q - 1) / 2, which is still low', () => {
  const above = copyBytes(HALF_ORDER)
  above[31] = (above[31] ?? 0) + 1
  expect(above[31]).toBe(0xa1)
  const signature = new Uint8Array(52).fill(1)
  expect(rulesOf('evm').accepts(evenPoint(HALF_ORDER), signature)).toBe(true)
  expect(rulesOf('evm').accepts(evenPoint(above), signature)).toBe(false)
  expect(rulesOf('evm').accepts(evenPoint(new Uint8Array(32).fill(255)), signature)).toBe(false)
})

it('the other suites take any key, and a zero s where the equation holds', () => {
  const key = evenPoint(new Uint8Array(32).fill(255))
  expect(rulesOf('bip340').accepts(key, new Uint8Array(64))).toBe(true)
  expect(rulesOf('secp256k1-sha256').accepts(key, new Uint8Array(65))).toBe(true)
})

it('the published function is as strict', () => {
  const { groupPublicKey, message: hash, s, addressOfNoncePoint } = evmVector()
  expect(verifySignature({ suite: 'evm', groupPublicKey, message: hash, signature: concatBytes(s, addressOfNoncePoint) })).toBe(true)
  expect(verifySignature(signedUnder(false))).toBe(false)
  expect(verifySignature(signedUnder(true))).toBe(true)
})

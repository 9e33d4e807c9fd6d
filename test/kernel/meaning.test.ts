import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { afterAll, describe, expect, it } from 'vitest'
import { concatBytes, fromHex } from '../../src/bytes.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { productBackends } from './backends.ts'
import { Chooser, PointSource } from './inputs.ts'
import { GROUP_ORDER, toBytes, toNumber } from './noble.ts'

const seed = testSeed()
const backends = await productBackends()
const G = fromHex(
  '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
  'G',
)
const IDENTITY = new Uint8Array(64)
const mod = (n: bigint): bigint => ((n % GROUP_ORDER) + GROUP_ORDER) % GROUP_ORDER
const scalars = (...list: bigint[]): Uint8Array => concatBytes(...list.map((n) => toBytes(mod(n))))

afterAll(async () => {
  for (const backend of backends) await backend.close()
})

describe.each(backends)(`$name (seed ${seed})`, ({ name, kernel }) => {
  const choose = new Chooser(seededRandom(`kernel meaning ${seed} ${name}`))
  const points = new PointSource(choose)

  it('0, 1 and q - 1 times G are the identity, G and -G', async () => {
    const negative = concatBytes(G.slice(0, 32), toBytes(secp256k1.Point.Fp.ORDER - toNumber(G.subarray(32))))
    for (const operation of ['baseMul', 'baseMulVar'] as const) {
      expect(await kernel[operation](scalars(0n, 1n, -1n))).toEqual(concatBytes(IDENTITY, G, negative))
    }
    expect(await kernel.sum(concatBytes(G, negative), 1)).toEqual(IDENTITY)
  })

  it('verifies BIP-340 signatures made by another library, and none of another message', async () => {
    const items = Array.from({ length: 20 }, () => {
      const [key, message] = [toBytes(choose.randomScalar()), choose.bytes(32)]
      const signature = schnorr.sign(message, key, choose.bytes(32))
      const publicKey = schnorr.getPublicKey(key)
      const challenge = schnorr.utils.taggedHash('BIP0340/challenge', signature.subarray(0, 32), publicKey, message)
      // Of the 33 bytes only x counts: BIP-340 keys have no sign.
      return {
        publicKey: concatBytes(Uint8Array.of(2 + choose.integer(2)), publicKey),
        challenge: toBytes(mod(toNumber(challenge))),
        signature,
      }
    })
    const input = {
      suite: 'bip340' as const,
      publicKeys: concatBytes(...items.map((item) => item.publicKey)),
      challenges: concatBytes(...items.map((item) => item.challenge)),
      signatures: concatBytes(...items.map((item) => item.signature)),
    }
    expect(await kernel.verifySignatures(input)).toEqual(new Uint8Array(20).fill(1))
    const shifted = concatBytes(input.challenges.slice(32), input.challenges.slice(0, 32))
    expect(await kernel.verifySignatures({ ...input, challenges: shifted })).toEqual(new Uint8Array(20))
  })

  it('verifies evm signatures exactly where ecrecover yields the same address', async () => {
    for (let i = 0; i < 10; i++) {
      const [key, nonce, c] = [points.knownFinite(), points.knownFinite(), choose.randomScalar()]
      const s = mod(nonce.log - c * key.log + (i % 2 === 0 ? 0n : 1n))
      const address = keccak_256(nonce.point).slice(12)
      // ecrecover(h, v, r, s') = (s' R - h G) / r with R.x = r: for h = -s r and s' = c r, and R = Y, it is s G + c Y.
      const x = toNumber(key.point.subarray(0, 32))
      const recovered = new secp256k1.Signature(x, mod(c * x), (key.point[63] ?? 0) & 1).recoverPublicKey(toBytes(mod(-s * x)))
      const equal = Buffer.compare(keccak_256(recovered.toBytes(false).subarray(1)).slice(12), address) === 0
      const mask = await kernel.verifySignatures({
        suite: 'evm',
        publicKeys: await kernel.compress(key.point),
        challenges: scalars(c),
        signatures: concatBytes(toBytes(s), address),
      })
      expect(equal).toBe(i % 2 === 0)
      expect(mask).toEqual(Uint8Array.of(equal ? 1 : 0))
    }
  })

  it('G4: dealers whose commitments sum to the identity do no harm', async () => {
    const [a, b] = [choose.randomScalar(), choose.randomScalar()]
    const commitments = await kernel.baseMul(scalars(a, b, -a, -b))
    const shares = scalars(a + 3n * b, -a - 3n * b)
    expect(await kernel.verifyShares(commitments, 2, 3, shares)).toEqual(Uint8Array.of(1, 1))
    expect(await kernel.evaluateInExponent(await kernel.sum(commitments, 2), 2, [3])).toEqual(IDENTITY)
  })

  it('shares are judged by their sum first: errors that cancel pass together and fail alone', async () => {
    const [a, b] = [choose.randomScalar(), choose.randomScalar()]
    const commitments = await kernel.baseMul(scalars(a, b))
    expect(await kernel.verifyShares(commitments, 1, 9, scalars(a + 1n, b - 1n))).toEqual(Uint8Array.of(1, 1))
    expect(await kernel.verifyShares(commitments.slice(0, 64), 1, 9, scalars(a + 1n))).toEqual(Uint8Array.of(0))
    expect(await kernel.verifyShares(commitments, 1, 9, scalars(a + 1n, b))).toEqual(Uint8Array.of(0, 1))
  })

  it('a share that is no scalar, or a commitment that is no point, is invalid and harms no other item', async () => {
    const [a, b, c] = [choose.randomScalar(), choose.randomScalar(), choose.randomScalar()]
    const commitments = await kernel.baseMul(scalars(a, b, c))
    const tooLarge = concatBytes(scalars(a), toBytes(GROUP_ORDER), scalars(c))
    expect(await kernel.verifyShares(commitments, 1, 1, tooLarge)).toEqual(Uint8Array.of(1, 0, 1))
    const off = new Uint8Array(commitments).fill(1, 64, 128)
    expect(await kernel.verifyShares(off, 1, 1, scalars(a, b, c))).toEqual(Uint8Array.of(1, 0, 1))
    const multipliers = scalars(0n, 0n, 0n)
    const items = { shares: tooLarge, noncePoints: commitments, verifyingShares: commitments, multipliers }
    expect(await kernel.verifySignatureShares(items)).toEqual(Uint8Array.of(1, 0, 1))
    expect(await kernel.verifySignatureShares({ ...items, shares: scalars(a, b, c), noncePoints: off })).toEqual(Uint8Array.of(1, 0, 1))
  })

  it('N31: a share made with a negated nonce satisfies the equation with the negated nonce point', async () => {
    const [d, e, rho, multiplier, share] = Array.from({ length: 5 }, () => choose.randomScalar())
    if (d === undefined || e === undefined || rho === undefined || multiplier === undefined || share === undefined)
      throw new Error('unreachable')
    for (const negate of [0, 1]) {
      const z = await kernel.signatureShares({
        hiding: scalars(d),
        binding: scalars(e),
        bindingFactors: scalars(rho),
        negate: Uint8Array.of(negate),
        multipliers: scalars(multiplier),
        share: scalars(share),
      })
      const nonce = negate === 1 ? -(d + rho * e) : d + rho * e
      const input = {
        shares: z,
        noncePoints: await kernel.baseMul(scalars(nonce)),
        verifyingShares: await kernel.baseMul(scalars(share)),
        multipliers: scalars(multiplier),
      }
      expect(await kernel.verifySignatureShares(input)).toEqual(Uint8Array.of(1))
      const other = await kernel.baseMul(scalars(-nonce))
      expect(await kernel.verifySignatureShares({ ...input, noncePoints: other })).toEqual(Uint8Array.of(0))
    }
  })

  it('any t of n shares give the constant term back, by the Lagrange coefficients', async () => {
    const coefficients = scalars(...Array.from({ length: 4 }, () => choose.randomScalar()))
    for (const indices of [[1, 2, 3, 4], [65_535, 7, 300, 2], choose.distinctIndices(9)]) {
      const shares = await kernel.evaluatePolynomial(coefficients, indices)
      const terms = await kernel.scalarMul(shares, await kernel.lagrange(indices))
      const sum = indices.reduce((total, _, i) => total + toNumber(terms.subarray(32 * i, 32 * i + 32)), 0n)
      expect(toBytes(mod(sum))).toEqual(coefficients.slice(0, 32))
      expect(await kernel.evaluateInExponent(await kernel.baseMul(coefficients), 4, indices)).toEqual(await kernel.baseMul(shares))
    }
  })
})

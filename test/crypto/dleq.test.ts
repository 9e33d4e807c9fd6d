import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import {
  DLEQ_PROOF_BYTES,
  holdsSharedPoint,
  type ProvenSharedPoint,
  proveSharedPoints,
  type SharedPointClaim,
} from '../../src/crypto/dleq.ts'
import { GROUP_ORDER } from '../../src/crypto/group-order.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { flipBit, kernels, present, scalar, sidOf } from './ceremony.ts'

const seed = testSeed()

/**
 * 5 + 3 c, where c is SHA-256 over SHA-256("quorate/v1/dleq") twice, 00..1f, 0001, 0002 and the compressed 2 G, 3 G, 6 G, 5 G, 10 G, mod q: made
 * with node:crypto and @noble/curves.
 */
const GOLDEN_RESPONSE = '867c3c11bbae4255b9a04784afc9e5a112fcfaa2d6bd8f52c5d0a20e3adcc9ae'

/** H(parts) mod q, without the code under test. */
function challengeFrom(...parts: readonly Uint8Array[]): Uint8Array {
  const tag = createHash('sha256').update('quorate/v1/dleq').digest()
  const digest = createHash('sha256').update(tag).update(tag)
  for (const part of parts) digest.update(part)
  const value = BigInt(`0x${digest.digest('hex')}`)
  return scalar(value % 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n)
}

/** By another implementation. */
function compressed(point: Uint8Array): Uint8Array {
  return secp256k1.Point.fromHex(`04${toHex(point)}`).toBytes(true)
}

describe.each(kernels)('proofs of a Diffie-Hellman point on the %s kernel', (_name, kernel) => {
  const sid = sidOf(`${seed} dleq`)
  const random = seededRandom(`${seed} dleq`)
  const [secret, first, second] = [randomScalars(random, 1), randomScalars(random, 1), randomScalars(random, 1)]
  const complainer = { index: 7, encryptionKey: kernel.baseMul(secret) }
  const dealers = [
    { index: 2, encryptionKey: kernel.baseMul(first) },
    { index: 9, encryptionKey: kernel.baseMul(second) },
  ]
  const nonces = randomScalars(random, 2)
  const proven = proveSharedPoints(kernel, sid, complainer, dealers, secret, nonces)
  const dealer = present(dealers[0])
  const claim: SharedPointClaim = { sid, dealer, complainer }
  const honest = present(proven[0])
  const holds = (changedClaim: Partial<SharedPointClaim>, changed: Partial<ProvenSharedPoint> = {}): boolean =>
    holdsSharedPoint(kernel, { ...claim, ...changedClaim }, { ...honest, ...changed })

  it('hold, and show what both sides compute', () => {
    expect(proven.map((each, i) => holdsSharedPoint(kernel, { sid, dealer: present(dealers[i]), complainer }, each))).toEqual([true, true])
    expect(honest.sharedPoint).toEqual(kernel.mul(complainer.encryptionKey, first))
    expect(honest.proof.length).toBe(DLEQ_PROOF_BYTES)
    expect(proveSharedPoints(kernel, sid, complainer, dealers.slice(1), secret, nonces.slice(32))).toEqual(proven.slice(1))
  })

  it('are A1 = r G, A2 = r P_i and z = r + c p_j, with the challenge over the whole statement', () => {
    const nonce = nonces.slice(0, 32)
    const [a1, a2] = [kernel.baseMul(nonce), kernel.mul(dealer.encryptionKey, nonce)]
    const points = [dealer.encryptionKey, complainer.encryptionKey, honest.sharedPoint, a1, a2].map(compressed)
    const challenge = challengeFrom(sid, uintBytes(2, 2), uintBytes(7, 2), ...points)
    expect(honest.proof).toEqual(concatBytes(a1, a2, kernel.scalarAdd(nonce, kernel.scalarMul(challenge, secret))))
  })

  it('G18: serve no other ceremony, index, role, key or dealer', () => {
    const other = present(dealers[1])
    expect(holds({ sid: sidOf('other') })).toBe(false)
    expect(holds({ dealer: { ...dealer, index: 3 } })).toBe(false)
    expect(holds({ complainer: { ...complainer, index: 8 } })).toBe(false)
    expect(holds({ dealer: { ...dealer, index: 7 }, complainer: { ...complainer, index: 2 } })).toBe(false)
    expect(holds({ dealer: { ...dealer, encryptionKey: other.encryptionKey } })).toBe(false)
    expect(holds({ complainer: { ...complainer, encryptionKey: other.encryptionKey } })).toBe(false)
    expect(holds({ dealer: complainer, complainer: dealer })).toBe(false)
    expect(holds({}, present(proven[1]))).toBe(false)
    expect(holds({ dealer: other })).toBe(false)
    expect(holds({}, { proof: present(proven[1]).proof })).toBe(false)
    expect(holds({}, { sharedPoint: present(proven[1]).sharedPoint })).toBe(false)
  })

  it('G17: no bit of point, proof or response can be changed', () => {
    for (let bit = 7; bit < 8 * 64; bit += 56) expect(holds({}, { sharedPoint: flipBit(honest.sharedPoint, bit) })).toBe(false)
    for (let bit = 7; bit < 8 * DLEQ_PROOF_BYTES; bit += 40) expect(holds({}, { proof: flipBit(honest.proof, bit) })).toBe(false)
    expect(holds({}, { sharedPoint: honest.sharedPoint.slice(1) })).toBe(false)
    expect(holds({}, { proof: honest.proof.slice(1) })).toBe(false)
    expect(holds({}, { proof: concatBytes(honest.proof, new Uint8Array(1)) })).toBe(false)
  })

  it('G17: the identity, points off the curve and a response of q or more are no proof', () => {
    const identity = new Uint8Array(64)
    expect(holds({}, { sharedPoint: identity })).toBe(false)
    for (const at of [0, 64]) {
      for (const bad of [identity, new Uint8Array(64).fill(0xff), new Uint8Array(64).fill(5)]) {
        const proof = honest.proof.slice()
        proof.set(bad, at)
        expect(holds({}, { proof })).toBe(false)
      }
    }
    // The identity for all points, and zero: both equations would hold for S = O.
    expect(holds({}, { sharedPoint: identity, proof: new Uint8Array(DLEQ_PROOF_BYTES) })).toBe(false)
    expect(holds({}, { proof: concatBytes(honest.proof.slice(0, 128), GROUP_ORDER) })).toBe(false)
  })

  it('G17: both equations are needed: a proof for another point that satisfies one of them is none', () => {
    // S' = S + D for a known D: the best that a liar can do is to satisfy one equation and hope for the other.
    const wrong = kernel.sum(concatBytes(honest.sharedPoint, kernel.baseMul(scalar(5n))), 1)
    const forged = present(proveSharedPoints(kernel, sid, complainer, [dealer], secret, nonces.slice(0, 32))[0])
    const points = [dealer.encryptionKey, complainer.encryptionKey, wrong, forged.proof.slice(0, 64), forged.proof.slice(64, 128)]
    const challenge = challengeFrom(sid, uintBytes(2, 2), uintBytes(7, 2), ...points.map(compressed))
    const response = kernel.scalarAdd(nonces.slice(0, 32), kernel.scalarMul(challenge, secret))
    // z G == A1 + c P_j holds, z P_i == A2 + c S' does not.
    expect(kernel.baseMul(response)).toEqual(
      kernel.sum(concatBytes(forged.proof.slice(0, 64), kernel.mul(complainer.encryptionKey, challenge)), 1),
    )
    expect(holds({}, { sharedPoint: wrong, proof: concatBytes(forged.proof.slice(0, 128), response) })).toBe(false)
    // And the other way round: with a secret that is not p_j the second equation holds, and the first does not.
    const otherSecret = randomScalars(random, 1)
    const otherShared = kernel.mul(dealer.encryptionKey, otherSecret)
    const second = [dealer.encryptionKey, complainer.encryptionKey, otherShared, forged.proof.slice(0, 64), forged.proof.slice(64, 128)]
    const c = challengeFrom(sid, uintBytes(2, 2), uintBytes(7, 2), ...second.map(compressed))
    const z = kernel.scalarAdd(nonces.slice(0, 32), kernel.scalarMul(c, otherSecret))
    expect(kernel.mul(dealer.encryptionKey, z)).toEqual(kernel.sum(concatBytes(forged.proof.slice(64, 128), kernel.mul(otherShared, c)), 1))
    expect(holds({}, { sharedPoint: otherShared, proof: concatBytes(forged.proof.slice(0, 128), z) })).toBe(false)
  })

  it('another number of nonces, and a key that is no point, are refused', () => {
    const prove = (key: Uint8Array, count: Uint8Array) =>
      refusalOf(() => proveSharedPoints(kernel, sid, complainer, [{ index: 2, encryptionKey: key }], secret, count))
    expect(prove(dealer.encryptionKey, nonces)).toBe('ERR_INVALID_ARGUMENT nonces')
    expect(prove(new Uint8Array(64), nonces.slice(32))).toMatch(/^ERR_INVALID_ARGUMENT/)
    expect(prove(new Uint8Array(64).fill(9), nonces.slice(32))).toMatch(/^ERR_INVALID_ARGUMENT/)
  })

  it('the bytes of one proof', () => {
    // sid 00..1f, dealer 1 with key 2 G, complainer 2 with key 3 G, nonce 5: S = 6 G, A1 = 5 G, A2 = 10 G.
    const at = (k: bigint) => kernel.baseMul(scalar(k))
    const plain = Uint8Array.from({ length: 32 }, (_, i) => i)
    const [made] = proveSharedPoints(
      kernel,
      plain,
      { index: 2, encryptionKey: at(3n) },
      [{ index: 1, encryptionKey: at(2n) }],
      scalar(3n),
      scalar(5n),
    )
    const { sharedPoint, proof } = present(made)
    expect(sharedPoint).toEqual(at(6n))
    expect(proof.slice(0, 128)).toEqual(concatBytes(at(5n), at(10n)))
    expect(toHex(proof.slice(128))).toBe(GOLDEN_RESPONSE)
  })
})

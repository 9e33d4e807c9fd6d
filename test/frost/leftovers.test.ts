/** quorate/frost leaves no secret in an array that it made, whether it ends well or the kernel fails in the middle of it. */
import { describe, expect, it } from 'vitest'
import { copyBytes, toHex } from '../../src/bytes.ts'
import { dealWith } from '../../src/frost/dealer.ts'
import { commitWith } from '../../src/frost/nonces.ts'
import { signWith } from '../../src/frost/signing.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { bytesIn, KernelFailure, leftIn, secretsOf, watch } from '../helpers/leftovers.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { must } from './apis.ts'

const SUITE = 'bip340'
const kernel = sharedKernel()
const seed = testSeed()
const noRandom = (): never => {
  throw new Error('not random here')
}

describe('trustedDealer', () => {
  const random = seededRandom(`${seed} dealer`)
  const coefficients = random(3 * 32)
  const request = { suite: SUITE, minSigners: 3, identifiers: [1, 2, 5, 9], coefficients } as const
  const clean = watch(kernel, (watched) => dealWith(watched, noRandom, request))
  const { keys, shares } = must(clean.result)
  const published = [keys.groupPublicKey, ...bytesIn(keys.verifyingShares)]
  const secrets = [...secretsOf(clean.calls, published), ...[0, 32, 64].map((at) => toHex(coefficients.subarray(at, at + 32)))]

  it('leaves no coefficient and no share behind but those it hands out', () => {
    expect(secrets.length).toBeGreaterThanOrEqual(3 + 4)
    expect(leftIn(clean.arrays, secrets, [coefficients, ...bytesIn(shares)])).toEqual([])
  })

  it('nor when any one call of the kernel throws', () => {
    expect(clean.calls.length).toBeGreaterThan(2)
    for (let failAt = 0; failAt < clean.calls.length; failAt++) {
      const failed = watch(kernel, (watched) => dealWith(watched, noRandom, request), failAt)
      expect(failed.error, `call ${failAt}`).toBeInstanceOf(KernelFailure)
      expect(leftIn(failed.arrays, secrets, [coefficients]), `call ${failAt}`).toEqual([])
    }
  })

  it('nor when it refuses a coefficient, or a share of zero', () => {
    const spoilt = copyBytes(coefficients)
    spoilt.fill(255, 64)
    const refused = watch(kernel, (watched) => refusalOf(() => dealWith(watched, noRandom, { ...request, coefficients: spoilt })))
    expect(refused.result).toBe('ERR_INVALID_ARGUMENT coefficients[2]')
    expect(leftIn(refused.arrays, secrets, [spoilt])).toEqual([])
    // f(x) = (q - 1) + x is zero at 1.
    const root = new Uint8Array(64).fill(255, 0, 15)
    root.set(Buffer.from('febaaedce6af48a03bbfd25e8cd0364140', 'hex'), 15)
    root[63] = 1
    const zero = watch(kernel, (watched) => refusalOf(() => dealWith(watched, noRandom, { ...request, minSigners: 2, coefficients: root })))
    expect(zero.result).toBe('ERR_INVALID_ARGUMENT coefficients')
    expect(leftIn(zero.arrays, [toHex(root.subarray(0, 32))], [root])).toEqual([])
  })

  it('does not change the coefficients of its caller', () => {
    expect(coefficients).toEqual(seededRandom(`${seed} dealer`)(3 * 32))
  })
})

describe('commit and sign', () => {
  const { keys, shares } = dealWith(kernel, seededRandom(`${seed} group`), { suite: SUITE, minSigners: 2, identifiers: [1, 2] })
  const [share, second] = [must(shares[0]), must(shares[1])]
  const randomness = seededRandom(`${seed} randomness`)(64)
  const request = { suite: SUITE, share, randomness } as const
  const start = () => watch(kernel, (watched) => commitWith(watched, noRandom, request))
  const first = start()
  const secrets = [...secretsOf(first.calls, []), toHex(randomness.subarray(0, 32)), toHex(randomness.subarray(32))]
  const nonceAt = must(first.calls.find(({ operation }) => operation === 'baseMul'))
  const nonces = must(nonceAt.before[0])
  const kept = [share.secretShare, randomness]

  it('commit keeps the nonces in one array, which destroy() overwrites', () => {
    const { arrays, result } = start()
    const holders = new Set(arrays.filter((bytes) => toHex(bytes).includes(nonces)).map(({ buffer }) => buffer))
    expect(holders.size).toBe(1)
    must(result).destroy()
    expect(leftIn(arrays, secrets, kept)).toEqual([])
  })

  it('commit leaves nothing behind when any one call of the kernel throws', () => {
    expect(first.calls.length).toBeGreaterThan(2)
    for (let failAt = 0; failAt < first.calls.length; failAt++) {
      const failed = watch(kernel, (watched) => commitWith(watched, noRandom, request), failAt)
      expect(failed.error, `call ${failAt}`).toBeInstanceOf(KernelFailure)
      expect(leftIn(failed.arrays, secrets, kept), `call ${failAt}`).toEqual([])
    }
  })

  it('sign leaves no nonce behind, whichever call of the kernel throws once it has taken them', () => {
    const other = commitWith(kernel, seededRandom(`${seed} other`), { suite: SUITE, share: second })
    const message = new Uint8Array(5)
    const signOnce = (failAt?: number) => {
      const made = start()
      const own = must(made.result)
      const input = { keys, message, share, nonces: own, commitments: [own.commitment, other.commitment] }
      const signed = watch(kernel, (watched) => signWith(watched, input), failAt)
      return { ...signed, own, left: leftIn([...made.arrays, ...signed.arrays], [nonces.slice(0, 64), nonces.slice(64)], kept) }
    }
    const clean = signOnce()
    expect(clean.result).toHaveLength(32)
    expect(clean.left).toEqual([])
    let after = 0
    for (let failAt = 0; failAt < clean.calls.length; failAt++) {
      const failed = signOnce(failAt)
      expect(failed.error, `call ${failAt}`).toBeInstanceOf(KernelFailure)
      // Before that, the arguments are being read: the nonces stay usable.
      if (!failed.own.spent) continue
      after++
      expect(failed.left, `call ${failAt}`).toEqual([])
    }
    expect(after).toBeGreaterThan(5)
  })
})

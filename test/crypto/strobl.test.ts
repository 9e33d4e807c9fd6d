/** The equations of Stinson-Strobl signing where signs, zeros and the identity meet, against another implementation's arithmetic. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { concatAll, concatBytes, copyBytes, itemOf } from '../../src/bytes.ts'
import { hasOddY } from '../../src/crypto/point-encoding.ts'
import { findBadLocalShares, judgeLocalShare, noncePointsOf } from '../../src/crypto/strobl-blame.ts'
import { aggregateLocally, localTerms, signLocally } from '../../src/crypto/strobl-sign.ts'
import type { Kernel, Suite } from '../../src/kernel/contract.ts'
import { kernels } from '../helpers/kernels.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { dealGroup, type Group, must } from './frost-group.ts'

const { Fn } = secp256k1.Point
const random = seededRandom(`${testSeed()} strobl`)
const SIGNERS = [1, 2, 5]
const THRESHOLD = 3

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const bytesOf = (scalar: bigint) => copyBytes(Fn.toBytes(Fn.create(scalar)))
const draw = () => Fn.create(numberOf(random(32)))
const valueAt = (coefficients: readonly bigint[], x: number) =>
  coefficients.reduceRight((sum, coefficient) => Fn.add(Fn.mul(sum, BigInt(x)), coefficient), 0n)

/** f(0) = v, f(1) = 0 and f(2) = value */
function throughZero(v: bigint, value: bigint): readonly bigint[] {
  const square = Fn.mul(Fn.add(value, v), Fn.inv(2n))
  return [v, Fn.neg(Fn.add(v, square)), square]
}

/** What three dealers committed to whose polynomials have these sums. */
function dealt(kernel: Kernel, sums: readonly (readonly bigint[])[]): Uint8Array[] {
  const wanted = sums.flat()
  const [first, second] = [wanted.map(draw), wanted.map(draw)]
  const third = wanted.map((sum, i) => Fn.sub(Fn.sub(sum, must(first[i])), must(second[i])))
  return [first, second, third].map((coefficients) => kernel.baseMul(concatAll(coefficients.map(bytesOf))))
}

interface Signing {
  readonly group: Group
  readonly messages: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  readonly shares: readonly Uint8Array[]
  readonly challenges: Uint8Array
  readonly noncePoints: Uint8Array
}

/** Two messages: to the first signer 1 has a nonce share of zero and signer 2 a signature share of zero; to the second all is ordinary. */
function signing(kernel: Kernel, suite: Suite, oddKey: boolean, oddNonce: boolean): Signing {
  const group = dealGroup(kernel, random, { suite, t: THRESHOLD, indices: SIGNERS, oddKey })
  const { groupPublicKey } = group
  const messages = [random(32), random(32)]
  const nonce = (): bigint => {
    const v = draw()
    return hasOddY(kernel.baseMul(bytesOf(v))) === oddNonce ? v : nonce()
  }
  const values = [nonce(), nonce()] as const
  const noncePoints = kernel.baseMul(concatAll(values.map(bytesOf)))
  const { multipliers, signs } = localTerms(kernel, { suite, groupPublicKey, messages, noncePoints })
  const challenged = Fn.mul(numberOf(itemOf(multipliers, 0, 32)), numberOf(must(group.shares.get(2))))
  const polynomials = [throughZero(values[0], signs[0] === 1 ? challenged : Fn.neg(challenged)), [values[1], draw(), draw()]]
  const commitments = dealt(kernel, polynomials)
  const signed = SIGNERS.map((index) => {
    const nonceShares = concatAll(polynomials.map((polynomial) => bytesOf(valueAt(polynomial, index))))
    return signLocally(kernel, { suite, groupPublicKey, messages, noncePoints }, { nonceShares, share: must(group.shares.get(index)) })
  })
  const shares = signed.map(({ signatureShares }) => signatureShares)
  return { group, messages, commitments, shares, challenges: must(signed[0]).challenges, noncePoints }
}

const CASES = (['secp256k1-sha256', 'bip340', 'evm'] as const).flatMap((suite) =>
  [false, true].flatMap((oddKey) => [false, true].map((oddNonce) => ({ suite, oddKey, oddNonce }))),
)

for (const kernel of await kernels()) {
  // Signs are the same on both; the slow one shows that the identity and zeros are.
  describe.each(CASES.filter(({ suite }) => suite === 'bip340' || kernel.info.name !== 'baseline'))(
    `$suite, odd key $oddKey, odd V $oddNonce, on the ${kernel.info.name} kernel`,
    ({ suite, oddKey, oddNonce }) => {
      const { group, messages, commitments, shares, challenges, noncePoints } = signing(kernel, suite, oddKey, oddNonce)
      const { groupPublicKey } = group
      const verifyingShares = concatAll(SIGNERS.map((index) => must(group.verifyingShares.get(index))))
      const transcript = { suite, groupPublicKey, messages, minSigners: THRESHOLD, signers: SIGNERS, commitments }
      const badIn = (signatureShares: readonly Uint8Array[]) => findBadLocalShares(kernel, transcript, { verifyingShares, signatureShares })
      const judge = (signer: number, position: number, share: Uint8Array) => {
        const one = commitments.map((batch) => copyBytes(itemOf(batch, position, THRESHOLD * 64)))
        const key = kernel.decompress(copyBytes(itemOf(verifyingShares, signer, 33))).points
        const transcriptOfOne = { ...transcript, messages: [must(messages[position])], commitments: one }
        return judgeLocalShare(kernel, transcriptOfOne, must(SIGNERS[signer]), key, share)
      }

      it('N31: a nonce share and a signature share of zero are as good as any other, in the sum and singly', () => {
        expect(must(shares[1]).subarray(0, 32)).toEqual(new Uint8Array(32))
        expect(noncePointsOf(kernel.sum(concatAll(commitments), 2 * THRESHOLD), 2)).toEqual(noncePoints)
        const { signatures, valid } = aggregateLocally(kernel, {
          suite,
          groupPublicKey,
          noncePoints,
          signers: SIGNERS,
          challenges,
          signatureShares: shares,
        })
        expect(valid).toEqual(Uint8Array.of(1, 1))
        messages.forEach((message, i) => {
          expect(nobleAccepts(suite, groupPublicKey, message, copyBytes(itemOf(signatures, i, signatures.length / 2)))).toBe(true)
        })
        expect(badIn(shares)).toEqual([])
        for (const [signer, batch] of shares.entries()) {
          for (const position of [0, 1]) expect(judge(signer, position, copyBytes(itemOf(batch, position, 32)))).toBe('valid')
        }
      })

      it('N18, N31: every other share is bad, of the wrong sign too, and only that one', () => {
        for (const signer of [0, 1, 2]) {
          for (const position of [0, 1]) {
            const good = numberOf(itemOf(must(shares[signer]), position, 32))
            // A share of zero has no other sign.
            for (const bad of good === 0n ? [1n] : [signer === 1 ? draw() : Fn.add(good, 1n), Fn.neg(good)]) {
              const spoilt = shares.map((batch) => copyBytes(batch))
              must(spoilt[signer]).set(bytesOf(bad), position * 32)
              expect(badIn(spoilt)).toEqual([{ signer, position }])
              expect(judge(signer, position, bytesOf(bad))).toBe('invalid')
            }
          }
        }
      })
    },
  )

  it(`N16: nobody is blamed where V is the identity, on the ${kernel.info.name} kernel`, () => {
    const group = dealGroup(kernel, random, { suite: 'bip340', t: THRESHOLD, indices: SIGNERS })
    const commitments = dealt(kernel, [[0n, draw(), draw()]])
    const { groupPublicKey } = group
    const transcript = {
      suite: 'bip340',
      groupPublicKey,
      messages: [random(32)],
      minSigners: THRESHOLD,
      signers: SIGNERS,
      commitments,
    } as const
    const verifyingShares = concatAll(SIGNERS.map((index) => must(group.verifyingShares.get(index))))
    const signatureShares = SIGNERS.map(() => bytesOf(draw()))
    expect(findBadLocalShares(kernel, transcript, { verifyingShares, signatureShares })).toEqual([])
    const key = kernel.decompress(copyBytes(verifyingShares, 0, 33)).points
    expect(judgeLocalShare(kernel, transcript, 1, key, must(signatureShares[0]))).toBe('degenerate')
    const noncePoints = concatBytes(new Uint8Array(64))
    expect(() => localTerms(kernel, { ...transcript, noncePoints })).toThrow(expect.objectContaining({ field: 'noncePoints' }))
  })
}

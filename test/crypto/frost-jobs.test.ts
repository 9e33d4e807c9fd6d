import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, itemOf, toHex } from '../../src/bytes.ts'
import { ownLagrange } from '../../src/crypto/frost-lagrange.ts'
import { makeNonces } from '../../src/crypto/frost-nonces.ts'
import { prepareSigning } from '../../src/crypto/frost-sign.ts'
import { GROUP_ORDER, MINUS_ONE } from '../../src/crypto/group-order.ts'
import { jobs, runJob } from '../../src/crypto/jobs/index.ts'
import { hasOddY, negatePoint } from '../../src/crypto/point-encoding.ts'
import { type Kernel, SIGNATURE_BYTES, type Suite } from '../../src/kernel/contract.ts'
import { kernels } from '../helpers/kernels.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { aggregateAll, blameAll, dealGroup, type Group, must, type RoundOne, roundOne, roundTwo } from './frost-group.ts'

const SUITES: readonly Suite[] = ['secp256k1-sha256', 'bip340', 'evm']
const ONE = new Uint8Array(32).fill(1, 31)

for (const kernel of await kernels()) {
  const seed = testSeed()
  const messagesOf = (count: number, label: string) => Array.from({ length: count }, (_, i) => seededRandom(`${seed} ${label} ${i}`)(32))
  /** Adds one to a share, so that it is wrong and in range. */
  const spoil = (shares: Uint8Array, position = 0) => {
    const out = copyBytes(shares)
    out.set(kernel.scalarAdd(copyBytes(itemOf(shares, position, 32)), ONE), position * 32)
    return out
  }
  const signatureAt = (suite: Suite, signatures: Uint8Array, position: number) =>
    copyBytes(itemOf(signatures, position, SIGNATURE_BYTES[suite]))

  const paritiesOf = ({ transcript }: RoundOne) => {
    const prepared = prepareSigning(kernel, transcript)
    if (prepared.status !== 'ready') throw new Error(prepared.status)
    return transcript.messages.map((_, position) => hasOddY(itemOf(prepared.groupCommitments, position, 64)))
  }

  describe(`FROST on the ${kernel.info.name} kernel`, () => {
    it('N15: names every signer who has a bad point among those that are kept for later', () => {
      const good = kernel.baseMul(new Uint8Array(64).fill(7))
      const pairs = Array.from({ length: 4 }, () => concatBytes(good, good))
      const withBad = (batch: Uint8Array, at: number, point: Uint8Array) => batch.map((byte, i) => point[i - 64 * at] ?? byte)
      const identity = withBad(pairs[1] as Uint8Array, 3, new Uint8Array(64))
      const offTheCurve = withBad(pairs[3] as Uint8Array, 0, new Uint8Array(64).fill(1))
      expect(jobs.checkNonces.run(kernel, { commitments: pairs }).culprits).toEqual([])
      const [first, , third] = pairs as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
      expect(jobs.checkNonces.run(kernel, { commitments: [first, identity, third, offTheCurve] }).culprits).toEqual([1, 3])
    })

    describe.each(SUITES)('%s', (suite) => {
      it.each([
        { t: 1, indices: [1], signers: [1] },
        { t: 1, indices: [1, 2, 3], signers: [3] },
        { t: 2, indices: [1, 2, 3], signers: [1, 3] },
        { t: 3, indices: [2, 5, 7, 900, 65_535], signers: [2, 7, 900, 65_535] },
      ])('N29: $signers.length signers of a $t of $indices.length key sign two messages; noble accepts both', ({ t, indices, signers }) => {
        const random = seededRandom(`${seed} sign ${suite} ${t} ${indices.length}`)
        const group = dealGroup(kernel, random, { suite, t, indices })
        const messages = messagesOf(2, 'sign')
        const one = roundOne(kernel, random, group, signers, messages)
        const two = roundTwo(kernel, group, one)
        const { signatures, valid } = aggregateAll(kernel, group, two)
        expect([...valid]).toEqual([1, 1])
        messages.forEach((message, position) => {
          const signature = signatureAt(suite, signatures, position)
          expect(nobleAccepts(suite, group.groupPublicKey, message, signature)).toBe(true)
          expect(nobleAccepts(suite, group.groupPublicKey, must(messages[1 - position]), signature)).toBe(false)
        })
        expect(blameAll(kernel, group, one.transcript, two.signatureShares, two.groupCommitments)).toEqual([])
      })

      it('N31: signs and names the culprit in all four parities of key and R', () => {
        for (const oddKey of [false, true]) {
          const random = seededRandom(`${seed} parity ${suite} ${oddKey}`)
          const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2, 3], oddKey })
          // One message whose R is even and one whose R is odd: a pair of messages does it one time in two.
          let one: RoundOne
          let parities: boolean[]
          let messages: Uint8Array[]
          do {
            messages = [random(32), random(32)]
            one = roundOne(kernel, random, group, [1, 3], messages)
            parities = paritiesOf(one)
          } while (parities[0] === parities[1])
          const two = roundTwo(kernel, group, one)
          const { signatures, valid } = aggregateAll(kernel, group, two)
          expect([...valid]).toEqual(messages.map(() => 1))
          messages.forEach((message, position) => {
            expect(nobleAccepts(suite, group.groupPublicKey, message, signatureAt(suite, signatures, position))).toBe(true)
          })
          for (const position of [0, 1]) {
            const shares = [must(two.signatureShares[0]), spoil(must(two.signatureShares[1]), position)]
            const { valid: broken } = aggregateAll(kernel, group, { ...two, signatureShares: shares })
            expect([...broken]).toEqual(messages.map((_, i) => (i === position ? 0 : 1)))
            expect(blameAll(kernel, group, one.transcript, shares, two.groupCommitments)).toEqual([{ signer: 1, position }])
          }
        }
      })

      it('N18: any set of bad shares is named exactly', () => {
        const signers = [1, 2, 4, 5]
        const random = seededRandom(`${seed} blame ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 3, indices: [1, 2, 3, 4, 5] })
        const one = roundOne(kernel, random, group, signers, messagesOf(1, 'blame'))
        const two = roundTwo(kernel, group, one)
        for (let set = 1; set < 2 ** signers.length; set++) {
          const shares = two.signatureShares.map((share, place) => ((set >> place) & 1 ? spoil(share) : share))
          expect([...aggregateAll(kernel, group, { ...two, signatureShares: shares }).valid]).toEqual([0])
          const culprits = blameAll(kernel, group, one.transcript, shares, two.groupCommitments).map(({ signer }) => signer)
          expect(culprits).toEqual(signers.map((_, place) => place).filter((place) => (set >> place) & 1))
        }
      })

      it('N17: a share of q or more spoils its own position, and only its author is named', () => {
        const random = seededRandom(`${seed} range ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2] })
        const one = roundOne(kernel, random, group, [1, 2], messagesOf(2, 'range'))
        const two = roundTwo(kernel, group, one)
        for (const value of [GROUP_ORDER, new Uint8Array(32).fill(255)]) {
          const shares = [must(two.signatureShares[0]), concatBytes(itemOf(must(two.signatureShares[1]), 0, 32), value)]
          expect([...aggregateAll(kernel, group, { ...two, signatureShares: shares }).valid]).toEqual([1, 0])
          expect(blameAll(kernel, group, one.transcript, shares, two.groupCommitments)).toEqual([{ signer: 1, position: 1 }])
        }
      })

      it('N17: a zero share written as q is no share, though the sum is right', () => {
        const random = seededRandom(`${seed} zero sum ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 1, indices: [1] })
        const two = roundTwo(kernel, group, roundOne(kernel, random, group, [1], messagesOf(1, 'zero sum')))
        const validWith = (second: Uint8Array) =>
          aggregateAll(kernel, group, { ...two, signatureShares: [must(two.signatureShares[0]), second] }).valid
        expect([...validWith(new Uint8Array(32))]).toEqual([1])
        expect([...validWith(copyBytes(GROUP_ORDER))]).toEqual([0])
      })

      it('a share of zero is valid', () => {
        // Chosen backwards: with the nonces fixed, the share x = -+(d + rho e) / (+-lambda c) makes z zero. c depends on Y alone, so the other
        // signer's share moves with it.
        const random = seededRandom(`${seed} zero ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2] })
        const one = roundOne(kernel, random, group, [1, 2], messagesOf(1, 'zero'))
        const prepared = prepareSigning(kernel, one.transcript)
        if (prepared.status !== 'ready') return expect.fail(prepared.status)
        const [nonces, rho] = [must(one.nonces[0]), copyBytes(prepared.factors, 0, 32)]
        const nonce = kernel.scalarAdd(nonces.slice(0, 32), kernel.scalarMul(rho, nonces.slice(32)))
        const lambda = ownLagrange(kernel, [1, 2], 1)
        const product = kernel.scalarMul(lambda, prepared.challenges)
        const quotient = kernel.scalarMul(nonce, kernel.scalarInvert(product))
        const negated = suite === 'bip340' && hasOddY(prepared.groupCommitments) !== hasOddY(group.groupPublicKey)
        const share = suite === 'evm' || negated ? quotient : kernel.scalarMul(quotient, MINUS_ONE)
        const forged: Group = {
          ...group,
          shares: new Map([
            [1, share],
            [2, must(group.shares.get(2))],
          ]),
          verifyingShares: new Map([
            [1, kernel.compress(kernel.baseMul(share))],
            [2, must(group.verifyingShares.get(2))],
          ]),
        }
        const two = roundTwo(kernel, forged, one)
        expect([...must(two.signatureShares[0])]).toEqual(Array(32).fill(0))
        expect(blameAll(kernel, forged, one.transcript, two.signatureShares, two.groupCommitments)).toEqual([])
      })

      it('N15: a commitment off the curve, out of range or the identity names its author before a share is made', () => {
        const random = seededRandom(`${seed} points ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2, 3] })
        const one = roundOne(kernel, random, group, [1, 2, 3], messagesOf(2, 'points'))
        const good = must(one.transcript.commitments[1])
        const offCurve = copyBytes(good)
        offCurve[63] = (offCurve[63] ?? 0) ^ 1
        const outOfRange = copyBytes(good)
        outOfRange.fill(255, 192, 224)
        const identity = copyBytes(good)
        identity.fill(0, 128, 192)
        for (const bad of [offCurve, outOfRange, identity]) {
          const commitments = one.transcript.commitments.map((own, place) => (place === 1 ? bad : own))
          const args = { ...one.transcript, commitments, index: 1, share: must(group.shares.get(1)), nonces: must(one.nonces[0]) }
          expect(runJob(kernel, { name: 'signShares', args })).toEqual({ status: 'bad-points', culprits: [1] })
        }
      })
    })

    it('N16: an R that is the identity blames nobody', () => {
      const random = seededRandom(`${seed} degenerate`)
      const group = dealGroup(kernel, random, { suite: 'bip340', t: 2, indices: [1, 2] })
      const one = roundOne(kernel, random, group, [1, 2], messagesOf(1, 'degenerate'))
      // The binding factors depend on every commitment, so nobody can make R the identity on purpose: a kernel that answers it stands in.
      const summing: Kernel = Object.assign(Object.create(kernel), {
        sum: (_: Uint8Array, columns: number) => new Uint8Array(64 * columns),
      })
      const args = { ...one.transcript, index: 1, share: must(group.shares.get(1)), nonces: must(one.nonces[0]) }
      expect(jobs.signShares.run(summing, args)).toEqual({ status: 'degenerate' })
      const { groupCommitments } = roundTwo(kernel, group, one)
      for (const known of [groupCommitments, new Uint8Array(64)])
        expect(blameAll(summing, group, one.transcript, [ONE, ONE], known)).toEqual([])
    })

    it('N18: an R of our own that a fault of this machine spoilt blames no honest signer', () => {
      for (const suite of SUITES) {
        const random = seededRandom(`${seed} wrong R ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2, 3] })
        const one = roundOne(kernel, random, group, [1, 2, 3], messagesOf(2, 'wrong R'))
        const two = roundTwo(kernel, group, one)
        // The second position's R is wrong; the first signer made its share there with it, as a node that has the fault does.
        const wrong = concatBytes(two.groupCommitments.subarray(0, 64), kernel.baseMul(must(group.shares.get(1))))
        expect(blameAll(kernel, group, one.transcript, two.signatureShares, wrong)).toEqual([])
        const misled: Kernel = Object.assign(Object.create(kernel), { sum: () => wrong })
        const own = jobs.signShares.run(misled, {
          ...one.transcript,
          index: 1,
          share: must(group.shares.get(1)),
          nonces: must(one.nonces[0]),
        })
        if (own.status !== 'signed') return expect.fail(own.status)
        const shares = [own.signatureShares, ...two.signatureShares.slice(1)]
        expect(blameAll(kernel, group, one.transcript, shares, own.groupCommitments)).toEqual([{ signer: 0, position: 1 }])
      }
    })

    it('N28, ancestor fault 7: the challenge comes from the transcript alone', () => {
      // A share is 32 bytes and nothing else: there is no place for a challenge of a peer, and every signer computes its own (roundTwo compares them).
      const random = seededRandom(`${seed} challenge`)
      const group = dealGroup(kernel, random, { suite: 'secp256k1-sha256', t: 2, indices: [1, 2] })
      const one = roundOne(kernel, random, group, [1, 2], messagesOf(1, 'challenge'))
      const two = roundTwo(kernel, group, one)
      expect(two.signatureShares.map((share) => share.length)).toEqual([32, 32])
      const other = roundTwo(kernel, group, { ...one, transcript: { ...one.transcript, messages: messagesOf(1, 'another') } })
      expect(toHex(other.challenges)).not.toBe(toHex(two.challenges))
      const shares = [must(two.signatureShares[0]), must(other.signatureShares[1])]
      expect(blameAll(kernel, group, one.transcript, shares, two.groupCommitments)).toEqual([{ signer: 1, position: 0 }])
    })

    it('N11: the group key is in the binding factors', () => {
      const random = seededRandom(`${seed} key`)
      const [first, second] = [1, 2].map(() => dealGroup(kernel, random, { suite: 'secp256k1-sha256', t: 2, indices: [1, 2] }))
      const { transcript } = roundOne(kernel, random, must(first), [1, 2], messagesOf(1, 'key'))
      const factorsUnder = (groupPublicKey: Uint8Array) => {
        const prepared = prepareSigning(kernel, { ...transcript, groupPublicKey })
        return prepared.status === 'ready' ? toHex(prepared.factors) : prepared.status
      }
      expect(factorsUnder(must(first).groupPublicKey)).not.toBe(factorsUnder(must(second).groupPublicKey))
    })

    it('positions of one batch are independent: each is what it would be alone', () => {
      for (const suite of SUITES) {
        const random = seededRandom(`${seed} batch ${suite}`)
        const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2, 3] })
        const messages = messagesOf(3, 'batch')
        const one = roundOne(kernel, random, group, [1, 2, 3], messages)
        const two = roundTwo(kernel, group, one)
        messages.forEach((message, position) => {
          const alone = roundTwo(kernel, group, {
            transcript: {
              ...one.transcript,
              commitments: one.transcript.commitments.map((batch) => copyBytes(itemOf(batch, position, 128))),
              messages: [message],
            },
            nonces: one.nonces.map((batch) => copyBytes(itemOf(batch, position, 64))),
          })
          expect(alone.signatureShares.map(toHex)).toEqual(two.signatureShares.map((batch) => toHex(itemOf(batch, position, 32))))
        })
      }
    })

    it('one Lagrange coefficient is the one of the table', () => {
      for (const signers of [[1], [7], [1, 2], [1, 2, 3], [2, 3, 5, 7, 11], [1, 65_534, 65_535], [3, 1000, 1001, 40_000]]) {
        const table = kernel.lagrange(signers)
        signers.forEach((index, place) => {
          expect(toHex(ownLagrange(kernel, signers, index))).toBe(toHex(itemOf(table, place, 32)))
        })
      }
    })

    it('N4: nonces differ between shares and between positions, and a source that repeats a block is refused', () => {
      const randomness = seededRandom(`${seed} nonces`)(128)
      const made = [ONE, MINUS_ONE].map((share) => makeNonces(kernel, 'bip340', share, randomness))
      const all = made.flatMap(({ nonces }) => [0, 1, 2, 3].map((i) => toHex(itemOf(nonces, i, 32))))
      expect(new Set(all).size).toBe(8)
      for (const repeating of [new Uint8Array(64), concatBytes(randomness.subarray(0, 64), randomness.subarray(0, 64))]) {
        expect(() => makeNonces(kernel, 'bip340', ONE, repeating)).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'randomness' }),
        )
      }
    })

    it('negates a point, and leaves the identity alone', () => {
      const point = copyBytes(kernel.baseMul(ONE))
      const negative = copyBytes(point)
      negatePoint(negative)
      expect(toHex(negative)).toBe(toHex(kernel.baseMul(MINUS_ONE)))
      const identity = new Uint8Array(64)
      negatePoint(identity)
      expect(toHex(identity)).toBe('00'.repeat(64))
    })
  })
}

describe('jobs', () => {
  it('list every secret of their arguments and results', () => {
    const [share, randomness, nonces] = [new Uint8Array(32), new Uint8Array(64), new Uint8Array(64)]
    const transcript = {
      suite: 'bip340' as const,
      groupPublicKey: new Uint8Array(33),
      signers: [1],
      commitments: [],
      messages: [new Uint8Array()],
    }
    expect(jobs.commitNonces.secretsOf({ suite: 'bip340', share, randomness })).toEqual([share, randomness])
    expect(jobs.commitNonces.secretsOfResult({ nonces, commitments: new Uint8Array(128) })).toEqual([nonces])
    expect(jobs.signShares.secretsOf({ ...transcript, index: 1, share, nonces })).toEqual([share, nonces])
  })

  it('estimate more time for more work', () => {
    const args = (signers: number, positions: number) => ({
      suite: 'bip340' as const,
      groupPublicKey: new Uint8Array(33),
      signers: Array.from({ length: signers }, (_, i) => i + 1),
      commitments: [],
      messages: Array.from({ length: positions }, () => new Uint8Array(32)),
      index: 1,
      share: new Uint8Array(32),
      nonces: new Uint8Array(64 * positions),
    })
    const estimate = (signers: number, positions: number) => jobs.signShares.estimateMicros(args(signers, positions))
    expect(estimate(67, 1)).toBeGreaterThan(estimate(2, 1))
    expect(estimate(2, 100)).toBeGreaterThan(10 * estimate(2, 1))
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, itemOf, toHex } from '../../../src/bytes.ts'
import { runJob } from '../../../src/crypto/jobs/index.ts'
import { evaluateForEach } from '../../../src/crypto/polynomial.ts'
import { randomScalars } from '../../../src/crypto/random-scalars.ts'
import type { Suite } from '../../../src/kernel/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import {
  checkDealings,
  dealAll,
  faultsOf,
  kernels,
  makeParties,
  makeParty,
  openAt,
  type Party,
  present,
  type Shape,
  type Shared,
  scalar,
  shared,
  sidOf,
} from '../ceremony.ts'

const seed = testSeed()
const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const mod = (value: bigint): bigint => ((value % Q) + Q) % Q

describe.each(kernels)('on the %s kernel', (_name, kernel) => {
  /** Runs a whole ceremony; the results of all parties. */
  function run(sid: Uint8Array, shape: Shape, parties: readonly Party[], suite: Suite | null): Shared[] {
    const sums = parties.map((party) => {
      const dealings = parties.filter((other) => other !== party).map((other) => other.dealing)
      const { faults, sumCommitments } = checkDealings(kernel, sid, shape, dealings, party.dealing.commitments)
      expect([...faults]).toEqual(dealings.map(() => 0))
      return present(sumCommitments ?? undefined)
    })
    for (const sum of sums) expect(sum).toEqual(sums[0])
    const dealt = dealAll(kernel, sid, shape, parties)
    return parties.map((party, i) => shared(openAt(kernel, sid, shape, parties, dealt, party.index, suite, undefined, sums[i])))
  }

  /** sum lambda_i x_i over the given indices (test only: the secret key itself). */
  function interpolate(indices: readonly number[], shares: readonly Uint8Array[]): Uint8Array {
    const weights = kernel.lagrange(indices)
    return kernel.scalarMul(weights, concatBytes(...shares)).reduce((sum, _, i, all) => {
      return i % 32 === 0 ? kernel.scalarAdd(sum, all.subarray(i, i + 32)) : sum
    }, scalar(0n))
  }

  describe.each([
    [1, 1],
    [2, 1],
    [2, 2],
    [5, 3],
    [7, 1],
    [6, 6],
  ])('key generation of %i participants, %i of whom sign', (n, t) => {
    const shape = { n, t, positions: 1 }
    it.each(['secp256k1-sha256', 'bip340', 'evm', null] as const)('gives all the same %s key, and shares of it', (suite) => {
      const sid = sidOf(`${seed} ${n} ${t} ${suite}`)
      const parties = makeParties(kernel, sid, shape, seededRandom(`${seed} ${n} ${t} ${suite}`))
      const results = run(sid, shape, parties, suite)
      const [first] = results
      for (const { groupPoints, verifyingShares } of results) {
        expect(groupPoints).toEqual(first?.groupPoints)
        expect(verifyingShares).toEqual(first?.verifyingShares)
        expect([groupPoints.length, verifyingShares.length]).toEqual([64, 64 * n])
      }
      results.forEach(({ shares, verifyingShares }, i) => {
        expect(kernel.baseMul(shares)).toEqual(itemOf(verifyingShares, i, 64))
      })
      // The first t and the last t participants hold the same secret.
      for (const start of [0, n - t]) {
        const signers = results.slice(start, start + t)
        const secret = interpolate(
          signers.map((_, i) => start + i + 1),
          signers.map(({ shares }) => shares),
        )
        expect(kernel.baseMul(secret)).toEqual(first?.groupPoints)
      }
      if (suite === null) {
        const constantTerms = concatBytes(...parties.map(({ dealing }) => dealing.commitments.slice(0, 64)))
        expect(first?.groupPoints).toEqual(kernel.sum(constantTerms, 1))
      }
      if (suite === 'bip340') expect((first?.groupPoints[63] ?? 1) & 1).toBe(0)
    })
  })

  describe('a batch of positions', () => {
    const shape = { n: 3, t: 2, positions: 3 }
    const sid = sidOf(`${seed} batch`)
    const parties = makeParties(kernel, sid, shape, seededRandom(`${seed} batch`))

    it('gives what each position would give by itself', () => {
      const results = run(sid, shape, parties, null)
      for (let position = 0; position < 3; position++) {
        const polynomials = parties.map(({ coefficients }) => itemOf(coefficients, position, 64))
        const sum = polynomials.reduce((a, b) => kernel.scalarAdd(a, b))
        const values = kernel.evaluatePolynomial(sum, [1, 2, 3])
        results.forEach(({ shares, groupPoints, verifyingShares }, i) => {
          expect(itemOf(shares, position, 32)).toEqual(itemOf(values, i, 32))
          expect(itemOf(groupPoints, position, 64)).toEqual(kernel.baseMul(itemOf(sum, 0, 32)))
          expect(itemOf(verifyingShares, position, 192)).toEqual(kernel.baseMul(values))
        })
      }
    })

    it.each(['bip340', 'evm'] as const)('is normalised for %s position by position', (suite) => {
      const dealt = dealAll(kernel, sid, shape, parties)
      const result = shared(openAt(kernel, sid, shape, parties, dealt, 2, suite))
      for (let position = 0; position < 3; position++) {
        const point = itemOf(result.groupPoints, position, 64)
        if (suite === 'bip340') expect((point[63] ?? 1) & 1).toBe(0)
        expect(kernel.baseMul(itemOf(result.shares, position, 32))).toEqual(itemOf(result.verifyingShares, 3 * position + 1, 64))
      }
    })

    it.each(['secp256k1-sha256', 'bip340', 'evm', null] as const)(
      'opens alike whether dealing evaluated the verifying shares or opening does: %s',
      (suite) => {
        const sums = kernel.sum(concatBytes(...parties.map(({ dealing }) => dealing.commitments)), 6)
        const indices = [1, 2, 3]
        const self = present(parties[0])
        const { verifyingShares } = runJob(kernel, {
          name: 'dealShares',
          args: {
            sid,
            index: 1,
            positions: 3,
            minSigners: 2,
            coefficients: self.coefficients,
            encryptionSecret: self.encryptionSecret,
            encryptionKey: self.dealing.encryptionKey,
            recipients: [],
            verify: { sumCommitments: sums, indices },
          },
        })
        expect(verifyingShares).toEqual(kernel.evaluateInExponent(sums, 2, indices))
        const dealt = dealAll(kernel, sid, shape, parties)
        const open = (given: Uint8Array | null) => openAt(kernel, sid, shape, parties, dealt, 1, suite, indices, sums, given)
        expect(open(verifyingShares)).toEqual(open(null))
        expect(open(null).status).toBe('shared')
        expect(() => open(verifyingShares.slice(64))).toThrow('verifyingShares')
        // Given ones are not believed where they are ours.
        const wrong = concatBytes(verifyingShares.slice(64), verifyingShares.slice(0, 64))
        expect(() => open(wrong)).toThrow('every share is right')
      },
    )

    it('without verifying indices leaves the verifying shares out', () => {
      const dealt = dealAll(kernel, sid, shape, parties)
      const result = shared(openAt(kernel, sid, shape, parties, dealt, 1, null, []))
      expect(result.verifyingShares.length).toBe(0)
      expect(result.shares.length).toBe(96)
    })
  })

  describe('the published FROST key generation vectors', () => {
    interface Entry {
      readonly signing_key: string
      readonly coefficient: string
      readonly vss_commitments: readonly string[]
      readonly signing_shares: Readonly<Record<string, string>>
      readonly verifying_share: string
      readonly signing_share: string
    }
    const file = new URL('../../vectors/frost-secp256k1-dkg.json', import.meta.url)
    const { inputs } = JSON.parse(readFileSync(file, 'utf8')) as { inputs: Record<string, Entry> & { verifying_key: string } }
    const shape = { n: 3, t: 2, positions: 1 }
    const sid = sidOf('vectors')
    const random = seededRandom('vectors')
    const entries = [1, 2, 3].map((index) => present(inputs[String(index)]))
    const parties = entries.map((entry, i) =>
      makeParty(kernel, sid, i + 1, shape, random, fromHex(entry.signing_key + entry.coefficient, 'coefficients', 64)),
    )

    it('commitments', () => {
      entries.forEach((entry, i) => {
        expect(toHex(kernel.compress(present(parties[i]).dealing.commitments))).toBe(entry.vss_commitments.join(''))
      })
    })

    it('values for the other participants', () => {
      // In this file "signing_shares" of a participant are those that it receives, by sender.
      for (const [to, entry] of entries.entries()) {
        for (const [from, value] of Object.entries(entry.signing_shares)) {
          const { coefficients } = present(parties[Number(from) - 1])
          expect(toHex(present(evaluateForEach(kernel, coefficients, 2, [to + 1])[0]))).toBe(value)
        }
      }
    })

    it('shares, verifying shares and group key', () => {
      const results = run(sid, shape, parties, 'secp256k1-sha256')
      entries.forEach((entry, i) => {
        const { shares, verifyingShares, groupPoints } = present(results[i])
        expect(toHex(shares)).toBe(entry.signing_share)
        expect(toHex(kernel.compress(verifyingShares))).toBe(entries.map((each) => each.verifying_share).join(''))
        expect(toHex(kernel.compress(groupPoints))).toBe(inputs.verifying_key)
      })
    })
  })

  describe('sums of points that are the identity', () => {
    const shape = { n: 3, t: 3, positions: 1 }
    const random = seededRandom(`${seed} identity`)
    const small = (): bigint => BigInt(`0x${toHex(randomScalars(random, 1))}`)

    /** Three dealers whose polynomials sum to the given one. */
    function partiesOf(sid: Uint8Array, total: readonly bigint[]): Party[] {
      const first = total.map(small)
      const second = total.map(small)
      const third = total.map((value, i) => mod(value - (first[i] ?? 0n) - (second[i] ?? 0n)))
      return [first, second, third].map((coefficients, i) =>
        makeParty(kernel, sid, i + 1, { ...shape, t: total.length }, random, concatBytes(...coefficients.map(scalar))),
      )
    }

    function outcomes(total: readonly bigint[], suite: Suite | null, verifyingIndices?: readonly number[]): string[] {
      const sid = sidOf(`${seed} identity ${total.join()}`)
      const parties = partiesOf(sid, total)
      const here = { ...shape, t: total.length }
      for (const party of parties) {
        const others = parties.filter((other) => other !== party).map((other) => other.dealing)
        expect(faultsOf(kernel, sid, here, others)).toEqual([0, 0])
      }
      const dealt = dealAll(kernel, sid, here, parties)
      return parties.map(({ index }) => openAt(kernel, sid, here, parties, dealt, index, suite, verifyingIndices).status)
    }

    const all = (status: string): string[] => [status, status, status]

    it('G26: a summed constant term of zero is degenerate, for keys and for nonces', () => {
      expect(outcomes([0n, 5n, 6n], 'bip340')).toEqual(all('degenerate'))
      expect(outcomes([0n, 5n, 6n], null, [])).toEqual(all('degenerate'))
      expect(outcomes([0n], 'evm')).toEqual(all('degenerate'))
    })

    it('G4: a summed top coefficient of zero is degenerate, for keys and for nonces', () => {
      expect(outcomes([4n, 5n, 0n], 'secp256k1-sha256')).toEqual(all('degenerate'))
      expect(outcomes([4n, 5n, 0n], null, [])).toEqual(all('degenerate'))
    })

    it('a dealer who makes a summed middle coefficient the identity does no harm', () => {
      for (const suite of ['secp256k1-sha256', 'bip340', 'evm', null] as const) {
        expect(outcomes([4n, 0n, 6n], suite)).toEqual(all('shared'))
      }
    })

    it('a verifying share that is the identity is degenerate for a key, harmless for a nonce', () => {
      // f(x) = (x - 2)(x + 1) and f(x) = x - 2: participant 2 has the share zero.
      expect(outcomes([mod(-2n), mod(-1n), 1n], 'bip340')).toEqual(all('degenerate'))
      expect(outcomes([mod(-2n), 1n], 'evm')).toEqual(all('degenerate'))
      expect(outcomes([mod(-2n), 1n], null, [])).toEqual(all('shared'))
      expect(outcomes([mod(-2n), 1n], null)).toEqual(all('shared'))
    })

    it("one dealer's value of zero for one recipient is valid", () => {
      const sid = sidOf(`${seed} zero value`)
      const line = makeParty(kernel, sid, 1, { n: 3, t: 2, positions: 1 }, random, concatBytes(scalar(mod(-2n)), scalar(1n)))
      const parties = [line, ...[2, 3].map((index) => makeParty(kernel, sid, index, { n: 3, t: 2, positions: 1 }, random))]
      expect(run(sid, { n: 3, t: 2, positions: 1 }, parties, 'bip340').length).toBe(3)
    })
  })
})

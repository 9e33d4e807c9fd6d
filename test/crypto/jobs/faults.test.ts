import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/bytes.ts'
import { GROUP_ORDER, MINUS_ONE } from '../../../src/crypto/group-order.ts'
import { DEALING_FAULT, type Dealing, SHARE_FAULT } from '../../../src/crypto/jobs/contract.ts'
import { encryptShares, openChannels, sharedPointsOf } from '../../../src/crypto/share-encryption.ts'
import { QuorateError } from '../../../src/errors.ts'
import type { Kernel } from '../../../src/kernel/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import {
  checkDealings,
  type Dealt,
  dealAll,
  faultsOf,
  flipBit,
  kernels,
  makeParties,
  makeParty,
  type Opened,
  openAt,
  type Party,
  present,
  type Shape,
  scalar,
  sidOf,
} from '../ceremony.ts'

const seed = testSeed()
describe.each(kernels)('on the %s kernel', (_name, kernel) => {
  const shape: Shape = { n: 4, t: 2, positions: 2 }
  const sid = sidOf(`${seed} faults`)
  const parties = makeParties(kernel, sid, shape, seededRandom(`${seed} faults`))
  const dealings = parties.map((party) => party.dealing)
  const dealt = dealAll(kernel, sid, shape, parties)

  /** `bytes` with `item` written over the item of that size at `place`. */
  function withItem(bytes: Uint8Array, place: number, item: Uint8Array, stride = item.length): Uint8Array {
    const out = bytes.slice()
    out.set(item, place * stride)
    return out
  }

  describe('the check of dealings', () => {
    const { none, badPoint, badProof } = DEALING_FAULT
    const identity = new Uint8Array(64)
    const offCurve = flipBit(present(dealings[0]).encryptionKey, 511)
    const tooLarge = concatBytes(new Uint8Array(32).fill(255), new Uint8Array(32).fill(1))

    function faultsWith(place: number, change: (dealing: Dealing) => Partial<Dealing>): number[] {
      return faultsOf(
        kernel,
        sid,
        shape,
        dealings.map((dealing, i) => (i === place ? { ...dealing, ...change(dealing) } : dealing)),
      )
    }
    const only = (place: number, fault: number): number[] => dealings.map((_, i) => (i === place ? fault : none))

    it('finds nothing wrong with honest dealers, with one, and with none', () => {
      expect(faultsOf(kernel, sid, shape, dealings)).toEqual([none, none, none, none])
      expect(faultsOf(kernel, sid, shape, dealings.slice(2, 3))).toEqual([none])
      expect(faultsOf(kernel, sid, shape, [])).toEqual([])
    })

    it.each([
      ['the identity', identity],
      ['off the curve', offCurve],
      ['out of range', tooLarge],
    ])('G24, N15: a point that is %s is found at every place of every dealer', (_, point) => {
      for (let place = 0; place < dealings.length; place++) {
        expect(faultsWith(place, () => ({ encryptionKey: point }))).toEqual(only(place, badPoint))
        for (let i = 0; i < 4; i++) {
          expect(faultsWith(place, ({ commitments }) => ({ commitments: withItem(commitments, i, point) }))).toEqual(only(place, badPoint))
        }
        for (let i = 0; i < 2; i++) {
          expect(faultsWith(place, ({ proofs }) => ({ proofs: withItem(proofs, i, point, 96) }))).toEqual(only(place, badPoint))
        }
      }
    })

    it('a wrong proof is found at every position of every dealer', () => {
      for (let place = 0; place < dealings.length; place++) {
        for (const position of [0, 1]) {
          expect(faultsWith(place, ({ proofs }) => ({ proofs: flipBit(proofs, 8 * (96 * position + 95)) }))).toEqual(only(place, badProof))
        }
      }
    })

    it('a response of q or more is a bad proof', () => {
      expect(faultsWith(1, ({ proofs }) => ({ proofs: concatBytes(proofs.slice(0, 64), GROUP_ORDER, proofs.slice(96)) }))).toEqual(
        only(1, badProof),
      )
    })

    it('G7, G8: a copied dealing under another index is a bad proof', () => {
      expect(faultsWith(2, () => ({ ...present(dealings[0]), index: 3 }))).toEqual(only(2, badProof))
    })

    it('G9: a dealing of an earlier ceremony is a bad proof', () => {
      const earlier = makeParty(kernel, sidOf('earlier'), 4, shape, seededRandom(`${seed} earlier`))
      expect(faultsWith(3, () => earlier.dealing)).toEqual(only(3, badProof))
    })

    it('J17: errors of two dealers that cancel in a plain sum are both found', () => {
      const shift = (dealing: Dealing, delta: Uint8Array): Dealing => ({
        ...dealing,
        proofs: withItem(
          dealing.proofs.slice(),
          0,
          concatBytes(dealing.proofs.slice(0, 64), kernel.scalarAdd(dealing.proofs.slice(64, 96), delta)),
        ),
      })
      const changed = dealings.map((dealing, i) => {
        if (i === 0) return shift(dealing, scalar(7n))
        return i === 2 ? shift(dealing, kernel.scalarMul(MINUS_ONE, scalar(7n))) : dealing
      })
      expect(faultsOf(kernel, sid, shape, changed)).toEqual([badProof, none, badProof, none])
    })

    it('different faults of several dealers are all found', () => {
      const changed = dealings.map((dealing, i) => {
        if (i === 0) return { ...dealing, encryptionKey: identity }
        if (i === 1) return { ...dealing, proofs: flipBit(dealing.proofs, 767) }
        return i === 3 ? { ...dealing, commitments: withItem(dealing.commitments, 3, offCurve) } : dealing
      })
      expect(faultsOf(kernel, sid, shape, changed)).toEqual([badPoint, badProof, none, badPoint])
    })

    it('the commitments are summed with our own, if nobody is at fault and a sum is wanted', () => {
      const [own, ...others] = dealings
      const sum = kernel.sum(concatBytes(...dealings.map(({ commitments }) => commitments)), 4)
      const ownCommitments = present(own).commitments
      expect(checkDealings(kernel, sid, shape, others, ownCommitments)).toEqual({ faults: new Uint8Array(3), sumCommitments: sum })
      expect(checkDealings(kernel, sid, shape, others, null).sumCommitments).toBeNull()
      const faulty = others.map((dealing, i) => (i === 1 ? { ...dealing, proofs: flipBit(dealing.proofs, 767) } : dealing))
      expect(checkDealings(kernel, sid, shape, faulty, ownCommitments).sumCommitments).toBeNull()
      expect(checkDealings(kernel, sid, shape, [], ownCommitments).sumCommitments).toEqual(ownCommitments)
      expect(() => checkDealings(kernel, sid, shape, others, ownCommitments.slice(64))).toThrow('ownCommitments')
    })

    it('G2, G3: a vector of another length never reaches the arithmetic', () => {
      for (const change of [-64, 64, -256]) {
        const commitments = new Uint8Array(present(dealings[0]).commitments.length + change)
        const changed = [{ ...present(dealings[0]), commitments }, ...dealings.slice(1)]
        expect(() => faultsOf(kernel, sid, shape, changed)).toThrow(QuorateError)
      }
    })
  })

  describe('the check of shares', () => {
    const { none, undecryptable, wrongShare } = SHARE_FAULT
    const victim = 3

    /** The honest messages, but with another ciphertext of some dealers to the victim. */
    function tampered(replaced: Readonly<Record<number, Uint8Array>>): Dealt {
      const ciphertexts = new Map([...dealt.ciphertexts].map(([from, row]) => [from, new Map(row)]))
      for (const [from, ciphertext] of Object.entries(replaced)) ciphertexts.get(Number(from))?.set(victim, ciphertext)
      return { own: dealt.own, ciphertexts }
    }
    const ciphertextOf = (from: number, to = victim): Uint8Array => present(dealt.ciphertexts.get(from)?.get(to))
    const open = (replaced: Readonly<Record<number, Uint8Array>>, people = parties): Opened =>
      openAt(kernel, sid, shape, people, tampered(replaced), victim, null)
    const bad = (...faults: number[]): Opened => ({ status: 'bad-shares', faults: Uint8Array.from(faults) })

    /** What dealer `from` would send if its values for the victim were these. */
    function encrypted(from: number, plaintext: Uint8Array): Uint8Array {
      const dealer = present(parties[from - 1])
      const to = { index: victim, encryptionKey: present(parties[victim - 1]).dealing.encryptionKey }
      const self = { index: from, encryptionKey: dealer.dealing.encryptionKey }
      const sharedPoints = sharedPointsOf(kernel, dealer.encryptionSecret, [to])
      return encryptShares(present(openChannels(kernel, sid, self, [to], sharedPoints, 'out')[0]), plaintext)
    }

    /** The honest values of dealer `from` for the victim, with something added at each position. */
    function shifted(from: number, first: Uint8Array, second: Uint8Array): Uint8Array {
      const { coefficients } = present(parties[from - 1])
      const values = [0, 1].map((position) => kernel.evaluatePolynomial(coefficients.slice(64 * position, 64 * position + 64), [victim]))
      return encrypted(from, kernel.scalarAdd(concatBytes(...values), concatBytes(first, second)))
    }
    const zero = scalar(0n)
    const five = scalar(5n)
    const minusFive = kernel.scalarMul(MINUS_ONE, five)

    it('finds nothing wrong with honest dealers', () => {
      expect(open({}).status).toBe('shared')
      expect(open({ 1: shifted(1, zero, zero) })).toEqual(open({}))
    })

    it('G13: a wrong value is found at each dealer and position', () => {
      for (const [i, from] of [1, 2, 4].entries()) {
        const expected: number[] = [none, none, none]
        expected[i] = wrongShare
        expect(open({ [from]: shifted(from, five, zero) })).toEqual(bad(...expected))
        expect(open({ [from]: shifted(from, zero, five) })).toEqual(bad(...expected))
      }
    })

    it('G13: several wrong dealers are all found', () => {
      expect(open({ 1: shifted(1, five, zero), 4: shifted(4, zero, five) })).toEqual(bad(wrongShare, none, wrongShare))
      expect(open({ 1: shifted(1, five, five), 2: shifted(2, five, five), 4: shifted(4, five, five) })).toEqual(
        bad(wrongShare, wrongShare, wrongShare),
      )
    })

    it('J17: errors that cancel between two positions are found', () => {
      expect(open({ 2: shifted(2, five, minusFive) })).toEqual(bad(none, wrongShare, none))
    })

    it('errors of two dealers that cancel at one position do no harm: the sum is right', () => {
      expect(open({ 1: shifted(1, five, zero), 4: shifted(4, minusFive, zero) })).toEqual(open({}))
    })

    it('G28: a flipped bit, a cut and an added byte are undecryptable', () => {
      const honest = ciphertextOf(2)
      for (const bit of [0, 255, 256, 511, 512, 639]) expect(open({ 2: flipBit(honest, bit) })).toEqual(bad(none, undecryptable, none))
      expect(open({ 2: honest.slice(0, -1) })).toEqual(bad(none, undecryptable, none))
      expect(open({ 2: concatBytes(honest, Uint8Array.of(0)) })).toEqual(bad(none, undecryptable, none))
      expect(open({ 2: new Uint8Array(0) })).toEqual(bad(none, undecryptable, none))
    })

    it('a plaintext of another length is undecryptable, even if it authenticates', () => {
      expect(open({ 2: encrypted(2, new Uint8Array(32)) })).toEqual(bad(none, undecryptable, none))
    })

    it("G29: swapped recipients, a reflected ciphertext and another dealer's are undecryptable", () => {
      expect(open({ 1: ciphertextOf(1, 2) })).toEqual(bad(undecryptable, none, none))
      expect(open({ 4: ciphertextOf(victim, 4) })).toEqual(bad(none, none, undecryptable))
      expect(open({ 1: ciphertextOf(2), 2: ciphertextOf(1) })).toEqual(bad(undecryptable, undecryptable, none))
    })

    it('an undecryptable and a wrong share are told apart', () => {
      expect(open({ 1: flipBit(ciphertextOf(1), 3), 4: shifted(4, five, zero) })).toEqual(bad(undecryptable, none, wrongShare))
    })

    it('G13: beside a share that does not open, wrong shares that cancel each other are found', () => {
      expect(open({ 1: shifted(1, five, zero), 2: flipBit(ciphertextOf(2), 3), 4: shifted(4, minusFive, zero) })).toEqual(
        bad(wrongShare, undecryptable, wrongShare),
      )
    })

    it('a value of q or more is wrong, also when it is congruent to the right one', () => {
      // Dealer 1 with constant polynomials 5 and 5: its values are 5, and 5 + q has 32 bytes too.
      const dealer = makeParty(kernel, sid, 1, shape, seededRandom(`${seed} small`), concatBytes(five, zero, five, zero).slice())
      expect(dealer.dealing.commitments.length).toBe(256)
      const people: Party[] = [{ ...dealer, encryptionSecret: present(parties[0]).encryptionSecret }, ...parties.slice(1)].map(
        (party, i) => (i === 0 ? { ...party, dealing: { ...party.dealing, encryptionKey: present(dealings[0]).encryptionKey } } : party),
      )
      const congruent = GROUP_ORDER.slice()
      congruent[31] = (congruent[31] ?? 0) + 5
      expect(open({ 1: encrypted(1, concatBytes(five, five)) }, people).status).toBe('shared')
      expect(open({ 1: encrypted(1, concatBytes(congruent, five)) }, people)).toEqual(bad(wrongShare, none, none))
      expect(open({ 1: encrypted(1, concatBytes(five, congruent)) }, people)).toEqual(bad(wrongShare, none, none))
    })

    it('a kernel that computes wrongly is an integrity error and blames nobody', () => {
      const broken = (change: Partial<Kernel>): Kernel => ({ ...kernel, ...change })
      const codeWith = (change: Partial<Kernel>): string => {
        try {
          return openAt(broken(change), sid, shape, parties, dealt, victim, 'bip340').status
        } catch (error) {
          return error instanceof QuorateError ? error.code : String(error)
        }
      }
      expect(codeWith({})).toBe('shared')
      // A fault in summing the shares; a fault in the multiplication by G.
      expect(codeWith({ scalarAdd: (a, b) => flipBit(kernel.scalarAdd(a, b), 255) })).toBe('ERR_KERNEL_INTEGRITY')
      expect(codeWith({ baseMul: (scalars) => kernel.mul(kernel.baseMul(scalars), concatBytes(five, five)) })).toBe('ERR_KERNEL_INTEGRITY')
    })

    it('arguments of another size are refused by name', () => {
      const cut = ({ dealing, ...party }: Party): Party => ({ ...party, dealing: { ...dealing, commitments: new Uint8Array(64) } })
      // The sum of vectors of two lengths is no sum: here all are short, then only what the job is told of one dealer.
      expect(() => open({}, parties.map(cut))).toThrow('sumCommitments')
      const one = parties.map((party) => (party.index === 2 ? cut(party) : party))
      expect(() => openAt(kernel, sid, shape, one, dealt, victim, null, [], new Uint8Array(256))).toThrow('commitments[1]')
      const own = { ...dealt, own: new Map([[victim, new Uint8Array(32)]]) }
      expect(() => openAt(kernel, sid, shape, parties, own, victim)).toThrow('ownShares')
    })
  })
})

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { MINUS_ONE } from '../../src/crypto/group-order.ts'
import { PROOF_BYTES, type ProofStatement, verifyProofs } from '../../src/crypto/proof-of-knowledge.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { QuorateError } from '../../src/errors.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { baseline as kernel, makeParty, present, scalar, sidOf } from './ceremony.ts'

const seed = testSeed()
const sid = sidOf(`${seed} proofs`)
const weightSeed = seededRandom(`${seed} weights`)(32)

function statementOf(index: number, position = 0, positions = 1): ProofStatement {
  const { dealing } = makeParty(kernel, sid, index, { n: 1, t: 1, positions }, seededRandom(`${seed} proof ${index}`))
  return {
    sid,
    index,
    position,
    constantTerm: dealing.commitments.slice(position * 64, position * 64 + 64),
    proof: dealing.proofs.slice(position * PROOF_BYTES, (position + 1) * PROOF_BYTES),
  }
}

function split({ proof }: ProofStatement): { noncePoint: Uint8Array; response: Uint8Array } {
  return { noncePoint: proof.slice(0, 64), response: proof.slice(64) }
}

/** The statement with `delta` added to its response. */
function shifted(statement: ProofStatement, delta: Uint8Array): ProofStatement {
  const { noncePoint, response } = split(statement)
  return { ...statement, proof: concatBytes(noncePoint, kernel.scalarAdd(response, delta)) }
}

/** H(parts) mod q, without the code under test. */
function challengeFrom(...parts: readonly Uint8Array[]): Uint8Array {
  const tag = createHash('sha256').update('quorate/v1/proof-of-knowledge').digest()
  const digest = createHash('sha256').update(tag).update(tag)
  for (const part of parts) digest.update(part)
  const value = BigInt(`0x${digest.digest('hex')}`)
  return scalar(value % 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n)
}

const honest = [1, 2, 3, 4, 5].map((index) => statementOf(index))
const at = (i: number): ProofStatement => present(honest[i])
const check = (statements: readonly ProofStatement[], weights: Uint8Array | null = weightSeed): number[] => [
  ...verifyProofs(kernel, statements, weights),
]

describe('proofs of knowledge', () => {
  it('hold together, alone, and with every weight seed', () => {
    expect(check(honest)).toEqual([1, 1, 1, 1, 1])
    expect(check(honest, null)).toEqual([1, 1, 1, 1, 1])
    expect(check(honest, new Uint8Array(32))).toEqual([1, 1, 1, 1, 1])
    expect(check([at(2)])).toEqual([1])
    expect(check([])).toEqual([])
  })

  it('J17: one bad proof among many is found at each place, with and without the combination', () => {
    for (let bad = 0; bad < honest.length; bad++) {
      const statements = honest.map((statement, i) => (i === bad ? shifted(statement, scalar(1n)) : statement))
      const expected = honest.map((_, i) => (i === bad ? 0 : 1))
      expect(check(statements)).toEqual(expected)
      expect(check(statements, null)).toEqual(expected)
    }
  })

  it('J17: two errors that cancel in a plain sum are caught by the weights', () => {
    const statements = [shifted(at(0), scalar(1n)), shifted(at(1), MINUS_ONE), at(2)]
    // The control: with all weights 1 the sum of the responses, hence the whole equation, is what honest dealers give.
    const sumOf = (list: readonly ProofStatement[]): Uint8Array =>
      list.map((statement) => split(statement).response).reduce((a, b) => kernel.scalarAdd(a, b))
    expect(sumOf(statements)).toEqual(sumOf([at(0), at(1), at(2)]))
    expect(check(statements)).toEqual([0, 0, 1])
  })

  it('G8: the proof of another party is refused', () => {
    expect(check([{ ...at(0), index: 2 }, at(1)])).toEqual([0, 1])
    expect(check([{ ...at(0), index: 257 }], null)).toEqual([0])
  })

  it('G9: the proof of another ceremony is refused', () => {
    expect(check([{ ...at(0), sid: sidOf('another') }, at(1)])).toEqual([0, 1])
  })

  it('a proof serves no other position of its batch', () => {
    const first = statementOf(9, 0, 2)
    const second = statementOf(9, 1, 2)
    expect(check([first, second])).toEqual([1, 1])
    expect(check([{ ...first, position: 1 }, second])).toEqual([0, 1])
    expect(check([{ ...first, constantTerm: second.constantTerm }, second])).toEqual([0, 1])
  })

  it('G5, G10: a rogue constant term built from an honest proof is refused', () => {
    // Negating C_0, R and z keeps the equation true for the old challenge: only because the challenge holds C_0 and R does it fail.
    const { noncePoint, response } = split(at(0))
    const minus = (point: Uint8Array): Uint8Array => kernel.mul(point, MINUS_ONE)
    const rogue = {
      ...at(0),
      constantTerm: minus(at(0).constantTerm),
      proof: concatBytes(minus(noncePoint), kernel.scalarMul(MINUS_ONE, response)),
    }
    expect(check([rogue, at(1)])).toEqual([0, 1])
    // Choosing C_0 after R and z: C_0 = (z G - R) / c for a challenge c made with another C_0.
    const chosen = { ...at(0), constantTerm: at(1).constantTerm }
    expect(check([chosen, at(2)])).toEqual([0, 1])
    expect(check([{ ...at(0), proof: concatBytes(split(at(1)).noncePoint, response) }, at(2)])).toEqual([0, 1])
  })

  it('G10: forgers who could leave the statement or the nonce point out of the challenge are refused', () => {
    const [c, z] = [0, 1].map((i) => randomScalars(seededRandom(`${seed} forger ${i}`), 1)).map((value) => value.slice())
    if (c === undefined || z === undefined) throw new Error('test: no scalars')
    const add = (a: Uint8Array, b: Uint8Array): Uint8Array => kernel.sum(concatBytes(a, b), 1)
    const holds = ({ constantTerm, proof }: ProofStatement, challenge: Uint8Array): boolean =>
      toHex(kernel.baseMul(proof.slice(64))) === toHex(add(proof.slice(0, 64), kernel.mul(constantTerm, challenge)))
    // Without C_0: R first, hence the challenge, and then C_0 = (z G - R) / c.
    const noncePoint = kernel.baseMul(c)
    const early = challengeFrom(sid, uintBytes(1, 2), uintBytes(0, 2), kernel.compress(noncePoint))
    const difference = add(kernel.baseMul(z), kernel.mul(noncePoint, MINUS_ONE))
    const rogue = { ...at(0), constantTerm: kernel.mul(difference, kernel.scalarInvert(early)), proof: concatBytes(noncePoint, z) }
    expect(holds(rogue, early)).toBe(true)
    expect(check([rogue, at(1)])).toEqual([0, 1])
    // Without R: C_0 of unknown logarithm first, and then R = z G - c C_0.
    const late = challengeFrom(sid, uintBytes(1, 2), uintBytes(0, 2), kernel.compress(at(2).constantTerm))
    const fitting = add(kernel.baseMul(z), kernel.mul(at(2).constantTerm, kernel.scalarMul(MINUS_ONE, late)))
    const forged = { ...at(0), constantTerm: at(2).constantTerm, proof: concatBytes(fitting, z) }
    expect(holds(forged, late)).toBe(true)
    expect(check([forged, at(1)])).toEqual([0, 1])
  })

  it('the challenge has the bytes of the protocol document', () => {
    const { constantTerm, proof } = at(4)
    const points = kernel.compress(concatBytes(constantTerm, proof.slice(0, 64)))
    const challenge = challengeFrom(sid, Uint8Array.of(0, 5), Uint8Array.of(0, 0), points)
    const right = kernel.sum(concatBytes(proof.slice(0, 64), kernel.mul(constantTerm, challenge)), 1)
    expect(kernel.baseMul(proof.slice(64))).toEqual(right)
  })

  it('a response of q or more is refused, also one that is congruent to the honest one', () => {
    const { noncePoint } = split(at(0))
    const q = scalar(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n)
    expect(check([{ ...at(0), proof: concatBytes(noncePoint, q) }, at(1)])).toEqual([0, 1])
    expect(check([{ ...at(0), proof: concatBytes(noncePoint, new Uint8Array(32).fill(255)) }])).toEqual([0])
  })

  it('a proof of another size is the mistake of the caller', () => {
    expect(() => check([{ ...at(0), proof: at(0).proof.slice(1) }])).toThrow(QuorateError)
  })
})

/** The jobs of Stinson-Strobl signing, on both back ends: against noble's verdict and each other. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, itemOf, toHex } from '../../src/bytes.ts'
import type { JobArgs } from '../../src/crypto/jobs/contract.ts'
import { jobs, runJob } from '../../src/crypto/jobs/index.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import { judgeLocalShare } from '../../src/crypto/strobl-blame.ts'
import { hashNoncePoints } from '../../src/crypto/strobl-sign.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import { leftIn, watch } from '../helpers/leftovers.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { baseline, kernels } from './ceremony.ts'
import { dealGroup, type Group } from './frost-group.ts'

const SUITES = ['secp256k1-sha256', 'bip340', 'evm'] as const
const T = 2
const SIGNERS = [1, 3, 4] as const
const MESSAGES = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))

interface Nonce {
  /** one a dealer: positions x t x 32 */
  readonly coefficients: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  /** positions x 64 */
  readonly noncePoints: Uint8Array
  /** by place: positions x 32 */
  readonly shares: readonly Uint8Array[]
}

/** What SharedSecret leaves, computed in the open. */
function nonceOf(kernel: Kernel, coefficients: readonly Uint8Array[], positions: number, signers: readonly number[]): Nonce {
  const zero = new Uint8Array(positions * T * 32)
  const sum = coefficients.reduce((a, b) => kernel.scalarAdd(a, b), zero)
  const valuesAt = (index: number): Uint8Array =>
    concatBytes(
      ...Array.from({ length: positions }, (_, position) => kernel.evaluatePolynomial(itemOf(sum, position, T * 32).slice(), [index])),
    )
  return {
    coefficients,
    commitments: coefficients.map((each) => kernel.baseMul(each)),
    noncePoints: kernel.baseMul(concatBytes(...MESSAGES.slice(0, positions).map((_, position) => itemOf(sum, position * T, 32)))),
    shares: signers.map(valuesAt),
  }
}

function drawNonce(kernel: Kernel, seed: string, positions = MESSAGES.length): Nonce {
  const coefficients = SIGNERS.map((index) => randomScalars(seededRandom(`${seed} ${index}`), positions * T))
  return nonceOf(kernel, coefficients, positions, SIGNERS)
}

function signAll(kernel: Kernel, group: Group, nonce: Nonce, messages: readonly Uint8Array[]) {
  const { suite, groupPublicKey } = group
  const common = { suite, groupPublicKey, messages, noncePoints: nonce.noncePoints }
  const signed = SIGNERS.map((index, place) => {
    const args = { ...common, nonceShares: nonce.shares[place] as Uint8Array, share: group.shares.get(index) as Uint8Array }
    return runJob(kernel, { name: 'signLocally', args })
  })
  for (const { challenges } of signed) expect(challenges).toEqual(signed[0]?.challenges)
  return { challenges: (signed[0] as (typeof signed)[number]).challenges, signatureShares: signed.map((each) => each.signatureShares) }
}

function aggregateArgs(group: Group, nonce: Nonce, signed: ReturnType<typeof signAll>): JobArgs<'aggregateLocally'> {
  const { suite, groupPublicKey } = group
  return { suite, groupPublicKey, noncePoints: nonce.noncePoints, signers: SIGNERS, ...signed }
}

function blameArgs(
  kernel: Kernel,
  group: Group,
  nonce: Nonce,
  messages: readonly Uint8Array[],
  signatureShares: readonly Uint8Array[],
): JobArgs<'findBadLocalShares'> {
  const { suite, groupPublicKey } = group
  const verifyingShares = kernel.compress(kernel.baseMul(concatBytes(...SIGNERS.map((index) => group.shares.get(index) as Uint8Array))))
  return {
    suite,
    groupPublicKey,
    messages,
    minSigners: T,
    signers: SIGNERS,
    commitments: nonce.commitments,
    verifyingShares,
    signatureShares,
  }
}

/** Errors of one size would cancel between the signers 1 and 3, whose Lagrange coefficients are 2 and -2. */
const spoilt = (batch: Uint8Array, position: number, size = 1): Uint8Array => {
  const copy = batch.slice()
  copy[32 * position + 31] = (copy[32 * position + 31] ?? 0) ^ size
  return copy
}

describe.each(kernels)('%s', (_, kernel) => {
  for (const suite of SUITES) {
    it(`${suite}: more signers than are needed make signatures that noble accepts, over nonce points of both parities`, () => {
      const group = dealGroup(kernel, seededRandom(`group ${suite}`), { suite, t: T, indices: [...SIGNERS, 2] })
      const parities = new Set<number>()
      for (let round = 0; round < 2; round++) {
        const nonce = drawNonce(kernel, `${suite} ${round}`)
        for (let at = 63; at < nonce.noncePoints.length; at += 64) parities.add((nonce.noncePoints[at] ?? 0) & 1)
        const signed = signAll(kernel, group, nonce, MESSAGES)
        const { signatures, valid } = runJob(kernel, { name: 'aggregateLocally', args: aggregateArgs(group, nonce, signed) })
        expect([...valid]).toEqual([1, 1, 1])
        const size = signatures.length / MESSAGES.length
        MESSAGES.forEach((message, i) => {
          expect(nobleAccepts(suite, group.groupPublicKey, message, itemOf(signatures, i, size).slice())).toBe(true)
        })
        const args = blameArgs(kernel, group, nonce, MESSAGES, signed.signatureShares)
        expect(runJob(kernel, { name: 'findBadLocalShares', args })).toEqual({ invalid: [] })
      }
      expect(parities.size).toBe(2)
    })

    it(`${suite}: names every bad share at its signer and position, and judges each alone as it does in a batch`, () => {
      const group = dealGroup(kernel, seededRandom(`blame ${suite}`), { suite, t: T, indices: [...SIGNERS] })
      const nonce = drawNonce(kernel, `blame ${suite}`)
      const signed = signAll(kernel, group, nonce, MESSAGES)
      for (let pattern = 1; pattern < 64; pattern += kernel === baseline ? 19 : 5) {
        const isBad = (signer: number, position: number): boolean => signer < 2 && ((pattern >> (3 * signer + position)) & 1) === 1
        const shares = signed.signatureShares.map((batch, signer) =>
          MESSAGES.reduce(
            (changed, _message, position) => (isBad(signer, position) ? spoilt(changed, position, 1 + signer) : changed),
            batch,
          ),
        )
        const args = blameArgs(kernel, group, nonce, MESSAGES, shares)
        const expected = [0, 1].flatMap((signer) =>
          [0, 1, 2].filter((position) => isBad(signer, position)).map((position) => ({ signer, position })),
        )
        expect(runJob(kernel, { name: 'findBadLocalShares', args })).toEqual({ invalid: expected })
        const { valid } = runJob(kernel, {
          name: 'aggregateLocally',
          args: aggregateArgs(group, nonce, { ...signed, signatureShares: shares }),
        })
        expect([...valid]).toEqual([0, 1, 2].map((position) => (isBad(0, position) || isBad(1, position) ? 0 : 1)))
        SIGNERS.forEach((index, signer) => {
          MESSAGES.forEach((message, position) => {
            const transcript = {
              ...args,
              messages: [message],
              commitments: nonce.commitments.map((each) => itemOf(each, position, T * 64).slice()),
            }
            const point = kernel.decompress(itemOf(args.verifyingShares, signer, 33).slice()).points
            const verdict = judgeLocalShare(kernel, transcript, index, point, itemOf(shares[signer] as Uint8Array, position, 32).slice())
            expect(verdict).toBe(isBad(signer, position) ? 'invalid' : 'valid')
          })
        })
      }
    })
  }

  it('N17: a share of q or more spoils its own position, and is named', () => {
    const group = dealGroup(kernel, seededRandom('range'), { suite: 'evm', t: T, indices: [...SIGNERS] })
    const nonce = drawNonce(kernel, 'range')
    const signed = signAll(kernel, group, nonce, MESSAGES)
    const signatureShares = signed.signatureShares.map((batch, i) => (i === 1 ? batch.slice().fill(0xff, 32, 64) : batch))
    const { valid } = runJob(kernel, { name: 'aggregateLocally', args: aggregateArgs(group, nonce, { ...signed, signatureShares }) })
    expect([...valid]).toEqual([1, 0, 1])
    const args = blameArgs(kernel, group, nonce, MESSAGES, signatureShares)
    expect(runJob(kernel, { name: 'findBadLocalShares', args })).toEqual({ invalid: [{ signer: 1, position: 1 }] })
  })

  it('N16: where a nonce point is the identity nobody signs, and nobody is blamed', () => {
    const group = dealGroup(kernel, seededRandom('identity'), { suite: 'bip340', t: T, indices: [...SIGNERS] })
    const nonce = drawNonce(kernel, 'identity')
    const noncePoints = nonce.noncePoints.slice().fill(0, 64, 128)
    const { suite, groupPublicKey } = group
    const share = group.shares.get(1) as Uint8Array
    const args = { suite, groupPublicKey, messages: MESSAGES, noncePoints, nonceShares: nonce.shares[0] as Uint8Array, share }
    expect(refusalOf(() => runJob(kernel, { name: 'signLocally', args }))).toBe('ERR_INVALID_ARGUMENT noncePoints')
    const opposite = nonce.coefficients.map((each, i) => (i === 0 ? each : new Uint8Array(each.length)))
    const [first = new Uint8Array()] = opposite
    const cancelled = nonceOf(kernel, [first, kernel.scalarMul(first, minusOnes(first.length)), new Uint8Array(first.length)], 3, SIGNERS)
    const shares = nonce.shares
    expect(runJob(kernel, { name: 'findBadLocalShares', args: blameArgs(kernel, group, cancelled, MESSAGES, shares) })).toEqual({
      invalid: [],
    })
  })
})

const GROUP_ORDER_MINUS_ONE = new Uint8Array(Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140', 'hex'))
function minusOnes(length: number): Uint8Array {
  return concatBytes(...Array.from({ length: length / 32 }, () => GROUP_ORDER_MINUS_ONE))
}

describe('both back ends', () => {
  it('give the same bytes', () => {
    const results = kernels.map(([, kernel]) => {
      const group = dealGroup(kernel, seededRandom('same'), { suite: 'bip340', t: T, indices: [...SIGNERS] })
      const nonce = drawNonce(kernel, 'same')
      const signed = signAll(kernel, group, nonce, MESSAGES)
      return { ...signed, ...runJob(kernel, { name: 'aggregateLocally', args: aggregateArgs(group, nonce, signed) }) }
    })
    expect(results[1]).toEqual(results[0])
  })
})

describe('signLocally', () => {
  const group = dealGroup(baseline, seededRandom('secrets'), { suite: 'bip340', t: T, indices: [...SIGNERS] })
  const nonce = drawNonce(baseline, 'secrets')
  const { suite, groupPublicKey } = group
  const args = {
    ...{ suite, groupPublicKey, messages: MESSAGES, noncePoints: nonce.noncePoints },
    nonceShares: nonce.shares[0] as Uint8Array,
    share: group.shares.get(1) as Uint8Array,
  }
  const secrets = [args.share, ...[0, 1, 2].map((i) => itemOf(args.nonceShares, i, 32))].map((bytes) => toHex(bytes))

  it('C7: gives its secrets to constant-time operations only, leaves none of them behind, and names them', () => {
    const { calls, arrays } = watch(baseline, (kernel) => runJob(kernel, { name: 'signLocally', args }))
    const saw = calls.filter(({ before }) => before.some((input) => secrets.some((secret) => input.includes(secret))))
    expect(saw.map(({ operation }) => operation)).toEqual(['signatureShares'])
    expect(leftIn(arrays, secrets, [args.nonceShares, args.share])).toEqual([])
    expect(jobs.signLocally.secretsOf(args)).toEqual([args.nonceShares, args.share])
    expect(jobs.signLocally.secretsOfResult(runJob(baseline, { name: 'signLocally', args }))).toEqual([])
  })

  it('refuses parts that do not belong together', () => {
    for (const [field, wrong] of [
      ['nonceShares', args.nonceShares.slice(32)],
      ['noncePoints', nonce.noncePoints.slice(64)],
      ['share', new Uint8Array(31)],
      ['messages', []],
    ] as const) {
      expect(refusalOf(() => runJob(baseline, { name: 'signLocally', args: { ...args, [field]: wrong } }))).toBe(
        `ERR_INVALID_ARGUMENT ${field}`,
      )
    }
  })
})

it('estimates grow with messages and signers', () => {
  const group = dealGroup(baseline, seededRandom('cost'), { suite: 'bip340', t: T, indices: [...SIGNERS] })
  const nonce = drawNonce(baseline, 'cost')
  const signed = signAll(baseline, group, nonce, MESSAGES)
  const args = blameArgs(baseline, group, nonce, MESSAGES, signed.signatureShares)
  const { findBadLocalShares, aggregateLocally } = jobs
  expect(findBadLocalShares.estimateMicros({ ...args, messages: [...MESSAGES, ...MESSAGES] })).toBeGreaterThan(
    findBadLocalShares.estimateMicros(args),
  )
  const whole = aggregateArgs(group, nonce, signed)
  expect(aggregateLocally.estimateMicros(whole)).toBeGreaterThan(
    aggregateLocally.estimateMicros({ ...whole, signers: [1, 3], signatureShares: whole.signatureShares.slice(1) }),
  )
})

it('the nonce points are hashed compressed, with their number and the sid', () => {
  const sid = new Uint8Array(32).fill(7)
  const nonce = drawNonce(baseline, 'hash')
  const tag = hash(Buffer.from('quorate/v1/nonce-sum', 'ascii'))
  const points = [0, 1, 2].map((i) => {
    const point = itemOf(nonce.noncePoints, i, 64)
    return Buffer.concat([Buffer.of(2 + ((point[63] ?? 0) & 1)), point.subarray(0, 32)])
  })
  const expected = hash(Buffer.concat([tag, tag, sid, Buffer.of(0, 3), ...points]))
  expect(toHex(hashNoncePoints(sid, nonce.noncePoints))).toBe(expected.toString('hex'))
})

function hash(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

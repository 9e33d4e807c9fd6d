/**
 * Stinson-Strobl signers with their real keys and everything else in their hands: all culprits are named, at their message positions and with proof, and
 * nobody else. The signers are c, d, e and f of a key of six, so that their indices are not their places.
 */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import type { JobResult } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import type { Corruption } from '../simulation/adversary.ts'
import type { World } from '../simulation/world.ts'
import type { Lie } from './complaint-attacks.ts'
import { flipped, replaceItem } from './dealings.ts'
import { expectFailure, expectHonestUnblamed, makeWorld, messageOf, missingOf, SUITES, stageOf } from './support.ts'

const SIGNERS = ['c', 'd', 'e', 'f']
const MIN_SIGNERS = 2
const MESSAGES = ['one', 'two', 'three'].map(messageOf)
const ORDER = new Uint8Array(Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'hex'))

function inStage(stage: number, alter: (body: Uint8Array) => Uint8Array): Corruption {
  return ({ envelope, reseal }) => (envelope.header.stage === stage ? [reseal({ body: alter(envelope.body) })] : [envelope.bytes])
}

/** A network of six with a key, whose nodes lie in their signings alone. */
class Signing {
  readonly world: World
  readonly key: KeyInfo
  #lies: Readonly<Record<ValidatorId, Lie>> = {}

  constructor(name: string, suite: (typeof SUITES)[number] = 'bip340') {
    this.world = makeWorld(`strobl blame ${name}`, 6, {
      protocol: 'stinson-strobl',
      duplicate: 0.2,
      compute: (id, job, result) => this.#lies[id]?.(job, result) ?? result,
    })
    this.key = this.world.makeKey(suite, MIN_SIGNERS)
  }

  run(
    corruptions: Readonly<Record<ValidatorId, Corruption>>,
    lies: Readonly<Record<ValidatorId, Lie>> = {},
    messages: readonly Uint8Array[] = MESSAGES,
  ): bigint {
    const { adversary, network } = this.world
    adversary.reform()
    // Those of machines that were made to lie before.
    for (const node of network.nodes.values()) node.errors.length = 0
    this.#lies = lies
    for (const id of Object.keys(lies)) adversary.corrupt(id, ({ envelope }) => [envelope.bytes])
    for (const [id, corruption] of Object.entries(corruptions)) adversary.corrupt(id, corruption)
    const ceremonyId = this.world.startSigning(this.key, SIGNERS, messages)
    network.run()
    return ceremonyId
  }

  /** Nobody honest has sent a LocalSig of this ceremony. */
  expectNoShares(ceremonyId: bigint): void {
    const { network, honest } = this.world
    for (const { from, bytes } of network.sent) {
      if (stageOf(bytes) !== 5 || !honest.includes(from)) continue
      expect(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(4)).not.toBe(ceremonyId)
    }
  }
}

for (const suite of SUITES) {
  describe(suite, () => {
    const signing = new Signing(suite, suite)
    /** Another scalar at these positions; errors of different `size` cannot cancel in the sum. */
    const spoil = (positions: readonly number[], size: number) =>
      inStage(5, (body) => positions.reduce((shares, position) => flipped(shares, 32 * position + 31 - size), body))

    it('N18, N29, ancestor fault 15: 1 to 3 of 4 signers with bad shares are exactly the culprits, at exactly the positions', () => {
      for (let k = 1; k < SIGNERS.length; k++) {
        for (let first = 0; first < (suite === 'bip340' ? SIGNERS.length : 2); first++) {
          const bad = Array.from({ length: k }, (_, i) => SIGNERS[(first + i) % SIGNERS.length] ?? '').sort()
          const positions = bad.map((_, i) => [0, 1, 2].filter((position) => ((first + i + 1) >> position) & 1))
          const ceremonyId = signing.run(Object.fromEntries(bad.map((id, i) => [id, spoil(positions[i] ?? [], i)])))
          const blames = bad.flatMap((id, i) => (positions[i] ?? []).map((position) => `${id} bad-signature-share ${position}`))
          if (blames.length === 0) continue
          expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'LocalSig', missing: [], blames })
        }
      }
    })

    it('N17: a share of q or more is malformed, a share of zero is a bad share like any other', () => {
      for (const share of [ORDER, new Uint8Array(32).fill(0xff)]) {
        const ceremonyId = signing.run({ d: inStage(5, (body) => replaceItem(body, 32, share)) })
        expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'LocalSig', missing: [], blames: ['d malformed'] })
      }
      const ceremonyId = signing.run({ d: inStage(5, (body) => replaceItem(body, 32, new Uint8Array(32))) })
      expectFailure(signing.world, ceremonyId, { reason: 'fault', blames: ['d bad-signature-share 1'] })
    })

    it('errors that cancel in the sum do no harm: the signature is valid', () => {
      const { kernel } = signing.world
      const lambdas = kernel.lagrange([3, 4, 5, 6])
      const minusOne = flipped(ORDER)
      const inverse = (place: number) => kernel.scalarInvert(lambdas.slice(32 * place, 32 * place + 32))
      const add = (amount: Uint8Array) => inStage(5, (body) => concatBytes(kernel.scalarAdd(body.slice(0, 32), amount), body.subarray(32)))
      const ceremonyId = signing.run({ c: add(inverse(0)), e: add(kernel.scalarMul(minusOne, inverse(2))) })
      for (const id of ['d', 'f']) expect(signing.world.signaturesOf(id, ceremonyId)).toHaveLength(MESSAGES.length)
      expectHonestUnblamed(signing.world, ceremonyId)
    })
  })
}

describe('the nonce stages', () => {
  const signing = new Signing('nonce stages')
  const { kernel } = signing.world
  /** The polynomials behind the shares to these are others than those committed to. */
  const dealWrongly =
    (self: ValidatorId, victims: string): Lie =>
    (job, result) => {
      if (job.name !== 'dealShares') return result
      const honest = result as JobResult<'dealShares'>
      const coefficients = kernel.scalarAdd(job.args.coefficients, job.args.coefficients)
      const other = runJob(kernel, { name: 'dealShares', args: { ...job.args, coefficients } })
      const recipients = SIGNERS.filter((id) => id !== self)
      return {
        ...honest,
        ciphertexts: honest.ciphertexts.map((text, i) => (victims.includes(recipients[i] ?? '') ? other.ciphertexts[i] : text)),
      }
    }
  /** Takes good shares of these dealers for bad, and complains. */
  const complainFalsely =
    (self: ValidatorId, dealers: string): Lie =>
    (job, result) => {
      if (job.name === 'openShares') return { status: 'bad-shares' }
      if (job.name !== 'findBadDealers') return result
      return {
        faults: Uint8Array.from(
          SIGNERS.filter((id) => id !== self),
          (id) => (dealers.includes(id) ? 2 : 0),
        ),
      }
    }

  for (const victims of ['c', 'f', 'cef']) {
    it(`G13: a dealer of bad nonce shares to ${victims} is named by all, and no LocalSig has left`, () => {
      const ceremonyId = signing.run({}, { d: dealWrongly('d', victims) })
      expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'Confirm', missing: [], blames: ['d bad-share'] })
      signing.expectNoShares(ceremonyId)
    })
  }

  it('G13: errors that would cancel between the messages of a batch do not', () => {
    const shift: Lie = (job, result) => {
      if (job.name !== 'dealShares') return result
      // +1 at the first position, -1 at the second: the sum over positions is right.
      const zero = new Uint8Array(32)
      const one = replaceItem(zero, 31, Uint8Array.of(1))
      const delta = concatBytes(one, zero, flipped(ORDER), zero, zero, zero)
      const other = runJob(kernel, {
        name: 'dealShares',
        args: { ...job.args, coefficients: kernel.scalarAdd(job.args.coefficients, delta) },
      })
      return { ...(result as JobResult<'dealShares'>), ciphertexts: other.ciphertexts }
    }
    const ceremonyId = signing.run({}, { e: shift })
    expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'Confirm', missing: [], blames: ['e bad-share'] })
    signing.expectNoShares(ceremonyId)
  })

  it('G17: who complains about a good share is named by all, and no LocalSig has left', () => {
    const ceremonyId = signing.run({}, { f: complainFalsely('f', 'cd') })
    // Its own machine stops at the complaint, which is not its word against others.
    expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'Confirm', missing: [], blames: ['f false-complaint'] })
    signing.expectNoShares(ceremonyId)
  })

  it('G13, G17: a bad dealer and a false complainer in one ceremony: everybody names at least one of them, and nobody else', () => {
    const ceremonyId = signing.run({}, { d: dealWrongly('d', 'c'), f: complainFalsely('f', 'e') })
    expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'Confirm', missing: [] })
    signing.expectNoShares(ceremonyId)
  })

  const junk = new Uint8Array(32).fill(7)
  const faults: Readonly<Record<string, readonly [Corruption, string, string]>> = {
    'another hash of nonce points': [inStage(4, () => encodeConfirm({ type: 'ok', recordHash: junk })), 'Confirm', 'd bad-certificate'],
    'a commitment that does not open': [inStage(1, () => junk), 'Commitments', 'd bad-hash-opening'],
    'a box that does not open': [
      ({ envelope, recipient, reseal }) => [
        envelope.header.stage === 3 && recipient === 'e' ? reseal({ body: flipped(envelope.body) }) : envelope.bytes,
      ],
      'Confirm',
      'd bad-share',
    ],
    'junk in the place of a confirmation': [inStage(4, (body) => body.slice(1)), 'Confirm', 'd malformed'],
  }
  for (const [what, [corruption, stage, blame]] of Object.entries(faults)) {
    it(`${what} is blamed, and no LocalSig has left`, () => {
      const ceremonyId = signing.run({ d: corruption })
      expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: stage as 'Confirm', missing: [], blames: [blame] })
      signing.expectNoShares(ceremonyId)
    })
  }

  it('a bad point and a false proof in the commitments are blamed, by the indices of the key', () => {
    const other = (change: (dealing: JobResult<'dealCommitments'>) => JobResult<'dealCommitments'>): Lie => {
      return (job, result) => (job.name === 'dealCommitments' ? change(result as JobResult<'dealCommitments'>) : result)
    }
    const cases: readonly (readonly [Lie, string])[] = [
      [other((dealing) => ({ ...dealing, commitments: flipped(dealing.commitments, 63) })), 'e bad-point'],
      [other((dealing) => ({ ...dealing, encryptionKey: new Uint8Array(64) })), 'e bad-point'],
      [other((dealing) => ({ ...dealing, proofs: flipped(dealing.proofs, 96 + 95) })), 'e bad-proof'],
    ]
    for (const [lie, blame] of cases) {
      const ceremonyId = signing.run({}, { e: lie })
      expectFailure(signing.world, ceremonyId, { reason: 'fault', stage: 'Commitments', missing: [], blames: [blame] })
    }
  })

  it('who keeps its confirmation to itself is missing, and no LocalSig has left', () => {
    const ceremonyId = signing.run({ d: ({ envelope }) => (envelope.header.stage >= 4 ? [] : [envelope.bytes]) })
    const failure = expectFailure(signing.world, ceremonyId, { reason: 'timeout', stage: 'Confirm', blamed: [] })
    expect(missingOf(failure)).toEqual(['d'])
    signing.expectNoShares(ceremonyId)
  })

  it('N16: nonce points that sum to the identity end it, and nobody is to blame', () => {
    const minus = (batch: Uint8Array): Uint8Array =>
      concatBytes(
        ...Array.from({ length: batch.length / 32 }, (_, i) => kernel.scalarMul(batch.slice(32 * i, 32 * i + 32), flipped(ORDER))),
      )
    const [three, five] = [3, 5].map((byte) => new Uint8Array(32 * MIN_SIGNERS * MESSAGES.length).fill(byte)) as [Uint8Array, Uint8Array]
    // What no adversary can do: polynomials that cancel, drawn by nodes that have seen nothing of each other.
    const drawing =
      (coefficients: Uint8Array): Lie =>
      (job, result) => {
        if (job.name !== 'dealCommitments') return result
        job.args.coefficients.set(coefficients)
        return runJob(kernel, job)
      }
    const ceremonyId = signing.run({}, { c: drawing(three), d: drawing(minus(three)), e: drawing(five), f: drawing(minus(five)) })
    for (const id of SIGNERS) {
      expect(signing.world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'degenerate', blamed: [], missing: [] })
    }
    signing.expectNoShares(ceremonyId)
  })
})

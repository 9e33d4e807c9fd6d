/**
 * The forger: 256 concurrent signings of harmless messages, of which it wants a signature on a message that nobody was asked to sign. In every
 * session it holds its own commitments back until it has seen all those of the honest node, prepares two, and sends the one that the system of
 * `ros.ts` asks for. The honest node's shares, weighted, are then its share of the forgery.
 *
 * It needs to know the honest nonce points, weighted, before it chooses. That is so if they enter R as they are, and not if each is multiplied by
 * a binding factor, a hash over the very commitments that are to be chosen: then it can only guess the choices, compute what they should have
 * been, and try again.
 */
import { concatAll, concatBytes, equalBytes } from '../../src/bytes.ts'
import { checkSignature } from '../../src/crypto/check-signature.ts'
import { challenges } from '../../src/crypto/frost-challenge.ts'
import { prepareSigning } from '../../src/crypto/frost-sign.ts'
import { hasOddY } from '../../src/crypto/point-encoding.ts'
import { assembleSignature, rulesOf } from '../../src/crypto/suites/index.ts'
import { type Kernel, SCALAR_BYTES, type Suite } from '../../src/kernel/contract.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { Prng } from '../fuzz/prng.ts'
import { type Choice, DIMENSION, mod, rosSystem } from './ros.ts'
import { numberOf, scalarOf } from './scalars.ts'
import { type Session, SIGNERS, Target } from './target.ts'

export interface Attack {
  readonly suite: Suite
  readonly seed: number
  /** how the 256 signings are asked for: as many ceremonies of one message, or one batch */
  readonly as: 'ceremonies' | 'batch'
  /** computes with the binding factors of the build at hand, or as if there were none */
  readonly believes: 'binding factors' | 'no binding'
  /** guesses of the choices before the forger sends what it has */
  readonly attempts: number
}

export interface Forgery {
  readonly suite: Suite
  readonly groupPublicKey: Uint8Array
  /** signed by nobody */
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly valid: boolean
  /** the most choices, of 256, that were what the last guess needed them to be: all, or the shares do not add up */
  readonly consistent: number
  /** hashes and multiplications of points that it took, less those of the honest node */
  readonly work: number
}

/** What the forger can send in a session, and what follows from it. */
interface Option {
  /** D || E of the forger */
  readonly commitments: Uint8Array
  /** the honest node's part of R */
  readonly honestPoint: Uint8Array
  readonly challenge: bigint
}

type Options = readonly [Option, Option]

/** Trials for a nonce point with even y fail half the time each. */
const MAX_TRIALS = 64

export function forge({ suite, seed, as, believes, attempts }: Attack): Forgery {
  const kernel = sharedKernel()
  const target = new Target(suite, seed)
  const forger = new Forger(kernel, suite, target, new Prng(seed + 1), believes)
  const sessions = target.open(harmless(as))
  if (sessions.length !== DIMENSION) throw new Error(`${sessions.length} sessions are open`)
  const options = sessions.map((session) => forger.prepare(session))
  const system = rosSystem(options.map(([first, second]) => [first.challenge, second.challenge]))

  let guess: readonly Choice[] = options.map(() => 0)
  let plan = forger.aim(options, system.weights, guess)
  let choices = system.choicesFor(plan.challenge)
  let consistent = count(options, guess, choices)
  for (let i = 1; i < attempts && consistent < DIMENSION; i++) {
    guess = choices
    plan = forger.aim(options, system.weights, guess)
    choices = system.choicesFor(plan.challenge)
    consistent = Math.max(consistent, count(options, guess, choices))
  }

  const shares = target.answer(options.map((pair, i) => pair[choices[i] ?? 0].commitments))
  const weighted = shares.reduce((sum, share, i) => sum + (system.weights[i] ?? 0n) * numberOf(share), 0n)
  const signature = forger.assemble(plan, weighted)
  const { groupPublicKey } = target.key.record
  const valid = checkSignature(kernel, { suite, groupPublicKey, message: UNSIGNED, signature })
  return { suite, groupPublicKey, message: UNSIGNED, signature, valid, consistent, work: forger.work }
}

/** 32 bytes, which every suite signs. */
const UNSIGNED = new TextEncoder().encode('pay everything to the forger now')

function harmless(as: Attack['as']): readonly (readonly Uint8Array[])[] {
  const messages = Array.from({ length: DIMENSION }, (_, i) => new Uint8Array(32).fill(i))
  return as === 'batch' ? [messages] : messages.map((message) => [message])
}

/** Choices that the guess has right, or that do not matter because the honest node's point is the same for both. */
function count(options: readonly Options[], guess: readonly Choice[], choices: readonly Choice[]): number {
  return options.filter(([first, second], i) => guess[i] === choices[i] || equalBytes(first.honestPoint, second.honestPoint)).length
}

/** The point to be forged for, and what the signature's challenge is then. */
interface Aim {
  readonly noncePoint: Uint8Array
  readonly challenge: bigint
  /** the forger's own part of the nonce */
  readonly nonce: bigint
}

class Forger {
  work = 0
  readonly #kernel: Kernel
  readonly #suite: Suite
  readonly #groupPublicKey: Uint8Array
  readonly #share: bigint
  readonly #random: Prng
  readonly #believes: Attack['believes']

  constructor(kernel: Kernel, suite: Suite, { key }: Target, random: Prng, believes: Attack['believes']) {
    this.#kernel = kernel
    this.#suite = suite
    this.#groupPublicKey = key.record.groupPublicKey
    this.#share = numberOf(key.share())
    this.#random = random
    this.#believes = believes
  }

  prepare(session: Session): Options {
    return [this.#option(session), this.#option(session)]
  }

  /** The weighted sum of the honest nonce points under these choices, made fit for the suite with a nonce of our own, and its challenge. */
  aim(options: readonly Options[], weights: readonly bigint[], choices: readonly Choice[]): Aim {
    const points = concatAll(options.map((pair, i) => pair[choices[i] ?? 0].honestPoint))
    const scalars = concatAll(weights.map(scalarOf))
    this.work += weights.length
    for (let nonce = 1n; nonce <= MAX_TRIALS; nonce++) {
      const noncePoint = this.#kernel.msmVar(points, scalars, scalarOf(nonce))
      this.work += 1
      if (!rulesOf(this.#suite).evenPoints || !hasOddY(noncePoint)) {
        const challenge = challenges(this.#kernel, this.#suite, noncePoint, this.#groupPublicKey, [UNSIGNED])
        return { noncePoint, challenge: numberOf(challenge), nonce }
      }
    }
    throw new Error('no nonce point with even y')
  }

  /** @param weighted the sum of the honest shares under the weights */
  assemble({ noncePoint, challenge, nonce }: Aim, weighted: bigint): Uint8Array {
    const { encodeNoncePoint, subtractsChallenge } = rulesOf(this.#suite)
    const lambda = numberOf(this.#kernel.lagrange(SIGNERS).subarray(SCALAR_BYTES))
    const part = lambda * challenge * this.#share
    const scalar = mod(weighted + nonce + (subtractsChallenge ? -part : part))
    return assembleSignature(this.#suite, encodeNoncePoint(noncePoint), scalarOf(scalar))
  }

  /** Fresh commitments of our own for which the session's R can stand as it is. */
  #option({ message, honest }: Session): Option {
    for (let i = 0; i < MAX_TRIALS; i++) {
      const commitments = this.#kernel.baseMulVar(concatBytes(this.#nonce(), this.#nonce()))
      const prepared = prepareSigning(this.#kernel, {
        suite: this.#suite,
        groupPublicKey: this.#groupPublicKey,
        signers: SIGNERS,
        commitments: [honest, commitments],
        messages: [message],
      })
      // Two multiplications for our commitments, two for R, one for the honest part; a challenge and the hashes of two binding factors.
      this.work += 5 + 1 + 2 * 3
      if (prepared.status !== 'ready') throw new Error(prepared.status)
      if (rulesOf(this.#suite).evenPoints && hasOddY(prepared.groupCommitments)) continue
      const one = scalarOf(1n)
      const factor = this.#believes === 'no binding' ? one : prepared.factors.slice(0, one.length)
      const honestPoint = this.#kernel.msmVar(honest, concatBytes(one, factor))
      return { commitments, honestPoint, challenge: numberOf(prepared.challenges) }
    }
    throw new Error('no nonce point with even y')
  }

  /** Below the order, for its first byte is 1. */
  #nonce(): Uint8Array {
    return this.#random.bytes(SCALAR_BYTES).fill(1, 0, 1)
  }
}

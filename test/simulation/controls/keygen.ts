/** Controls of what key generation checks (SharedSecret, stages 1 to 3, and what must be stored). */
import { concatBytes, copyBytes } from '../../../src/bytes.ts'
import { MINUS_ONE } from '../../../src/crypto/group-order.ts'
import type { Job } from '../../../src/crypto/jobs/contract.ts'
import { runJob } from '../../../src/crypto/jobs/index.ts'
import { reduceWide, rulesOf } from '../../../src/crypto/suites/index.ts'
import type { Kernel } from '../../../src/kernel/contract.ts'
import { decodeCommitments } from '../../../src/wire/bodies.ts'
import type { Draft } from '../coalition.ts'
import { changed, encodeLoosely, puppetOf, randomPoint, randomScalar, type Scene, type Strategy, sealedShare } from '../strategies/scene.ts'
import { type Control, enact, type Script } from './scenario.ts'

/** A signature under a key whose secret is known, by the suite without signs. */
function signAlone(kernel: Kernel, secret: Uint8Array, nonce: Uint8Array, message: Uint8Array) {
  const rules = rulesOf('secp256k1-sha256')
  const groupPublicKey = kernel.compress(kernel.baseMul(secret))
  const noncePoint = rules.encodeNoncePoint(kernel.baseMul(nonce))
  const challenge = reduceWide(kernel, rules.challenge(noncePoint, groupPublicKey, message))
  const z = kernel.scalarAdd(nonce, kernel.scalarMul(challenge, secret))
  return { suite: 'secp256k1-sha256' as const, groupPublicKey, message, signature: concatBytes(noncePoint, z) }
}

/**
 * Rogue key, two nodes: b (index 2) waits for what a reveals, chooses C_0 = s G - A_0, so that the key is s G, and C_1 so that its share for a (index 1)
 * is a number that it knows. It then signs alone.
 */
const rogueKey: Strategy = {
  name: 'rogue-key',
  kind: 'keygen',
  play(scene: Scene) {
    const { coalition, author, ceremony, dice } = scene
    const { kernel } = coalition.options
    const [secret, value] = [randomScalar(dice), randomScalar(dice)]
    const later = (to: string, draft: Draft, stage: number, body: (theirs: Uint8Array) => Uint8Array): readonly Draft[] => {
      coalition.await(draft.header.sid, stage, 'a', (envelope) => {
        coalition.inject('rogue-key', author, to, ceremony.ceremonyId, changed(draft, body(envelope.body)))
      })
      return []
    }
    return {
      send(draft, to) {
        const { stage, sid } = draft.header
        const { dealing } = puppetOf(scene)
        if (dealing === undefined) return [draft]
        if (stage === 2) {
          return later(to, draft, 2, (theirs) => {
            const constant = kernel.msmVar(decodeCommitments(theirs).commitments.slice(0, 64), MINUS_ONE, secret)
            const linear = kernel.msmVar(constant, MINUS_ONE, value)
            const reveal = { ...dealing, positions: 1, coefficients: 2, commitments: concatBytes(constant, linear) }
            return encodeLoosely(dice.bytes(32), reveal)
          })
        }
        if (stage === 3) {
          const body = sealedShare(scene, sid, to, value)
          return body === null ? [draft] : [changed(draft, body)]
        }
        // Whatever a confirms is what everybody confirms.
        if (stage !== 4) return [draft]
        coalition.forgeries.push(signAlone(kernel, secret, randomScalar(dice), dice.bytes(32)))
        return later(to, draft, 4, (theirs) => theirs)
      },
    }
  },
}

/** Polynomials that are drawn as `choose` says: chance, or knowledge of what others drew, that no adversary has. */
function drawn(
  choose: (kernel: Kernel, of: (value: number) => Uint8Array, id: string) => readonly Uint8Array[],
): NonNullable<Script['cheat']> {
  return (id, job: Job, result, coalition) => {
    if (job.name !== 'dealCommitments') return result
    const { kernel } = coalition.options
    const of = (value: number): Uint8Array => {
      const scalar = new Uint8Array(32)
      new DataView(scalar.buffer).setUint32(28, Math.abs(value))
      return value < 0 ? kernel.scalarMul(MINUS_ONE, scalar) : scalar
    }
    job.args.coefficients.set(copyBytes(concatBytes(...choose(kernel, of, id))))
    return runJob(kernel, job)
  }
}

const TWO: Omit<Script, 'strategy'> = { kind: 'keygen', nodes: 2, minSigners: 2, corrupted: ['b'] }
const THREE: Omit<Script, 'strategy'> = { kind: 'keygen', nodes: 3, minSigners: 2, corrupted: ['c'] }
const ATTRIBUTED = 'a fault that can be attributed is'
const CONSISTENT = 'keys are consistent, and an active one is held by all honest participants'
const ALONE = 'fewer nodes than the threshold cannot sign'

export const keygenControls: readonly Control[] = [
  {
    defence: 'coefficient-count',
    adversary: 'commits to a longer vector than the threshold allows',
    breaks: ATTRIBUTED,
    run: (kernel) => enact(kernel, 'coefficient-count', { ...THREE, strategy: 'over-long-vector' }),
  },
  {
    defence: 'hash-opening',
    alsoOff: ['proof-of-knowledge'],
    adversary: 'reveals last, a constant term that makes the key its own (rogue key), and signs alone',
    breaks: ALONE,
    run: (kernel) => enact(kernel, 'hash-opening', { ...TWO, strategy: rogueKey }),
  },
  {
    defence: 'proof-of-knowledge',
    alsoOff: ['hash-opening'],
    adversary: 'the same: what it reveals has no logarithm that it knows',
    breaks: ALONE,
    run: (kernel) => enact(kernel, 'proof-of-knowledge', { ...TWO, strategy: rogueKey }),
  },
  {
    defence: 'valid-points',
    adversary: 'commits to what is no point, or the identity',
    breaks: ATTRIBUTED,
    run: (kernel) => enact(kernel, 'valid-points', { ...THREE, strategy: 'bad-point-committed' }),
  },
  {
    defence: 'share-fits-commitments',
    alsoOff: ['own-share-belongs'],
    adversary: 'sends a node a share that is not on its polynomial',
    breaks: CONSISTENT,
    run: (kernel) => enact(kernel, 'share-fits-commitments', { ...THREE, strategy: 'bad-share', pure: false }),
  },
  {
    defence: 'own-share-belongs',
    alsoOff: ['share-fits-commitments'],
    adversary: 'the same, where the sum was not checked',
    breaks: CONSISTENT,
    run: (kernel) => enact(kernel, 'own-share-belongs', { ...THREE, strategy: 'bad-share', pure: false }),
  },
  {
    defence: 'constant-term-sum',
    adversary: "has constant terms that are together the negative of the honest node's (chance)",
    breaks: CONSISTENT,
    run: (kernel) =>
      enact(kernel, 'constant-term-sum', { ...TWO, cheat: drawn((_, of, id) => (id === 'a' ? [of(5), of(7)] : [of(-5), of(11)])) }),
  },
  {
    defence: 'top-coefficient-sum',
    adversary: "has a top coefficient that is the negative of the honest node's (chance): one share is the key",
    breaks: CONSISTENT,
    run: (kernel) =>
      enact(kernel, 'top-coefficient-sum', { ...TWO, cheat: drawn((_, of, id) => (id === 'a' ? [of(5), of(7)] : [of(11), of(-7)])) }),
  },
  {
    defence: 'verifying-share-sum',
    adversary: "makes the honest node's share zero (chance)",
    breaks: CONSISTENT,
    run: (kernel) =>
      enact(kernel, 'verifying-share-sum', { ...TWO, cheat: drawn((_, of, id) => (id === 'a' ? [of(5), of(7)] : [of(11), of(-23)])) }),
  },
  {
    defence: 'stored-before-ok',
    adversary: 'nobody; the disk of one honest node fails when it stores the pending key',
    breaks: CONSISTENT,
    run: (kernel) =>
      enact(kernel, 'stored-before-ok', { ...THREE, store: (id, { operation }) => id !== 'b' || operation === 'reserve', pure: false }),
  },
]

/** Points for whoever wants to look valid. */
export function twoPoints(scene: Scene): Uint8Array {
  return concatBytes(randomPoint(scene), randomPoint(scene))
}

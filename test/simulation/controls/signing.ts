/** Controls of what a signing checks, and of what every message is checked for. */
import type { JobResult } from '../../../src/crypto/jobs/contract.ts'
import type { Strategy } from '../strategies/scene.ts'
import { changed } from '../strategies/scene.ts'
import { twoPoints } from './keygen.ts'
import { type Control, enact, type Script } from './scenario.ts'

const THREE: Omit<Script, 'strategy'> = { kind: 'sign', nodes: 3, minSigners: 2, corrupted: ['c'] }
const ATTRIBUTED = 'a fault that can be attributed is'
const UNBLAMED = 'no honest node is blamed'

/** a hears other nonce commitments of c than b. */
const twoLists: Strategy = {
  name: 'two-lists',
  kind: 'sign',
  play: (scene) => ({ send: (draft, to) => (draft.header.stage === 1 && to === 'a' ? [changed(draft, twoPoints(scene))] : [draft]) }),
}

/** Tells a what a is said to have committed to, before a says it. */
const inOurOwnName: Strategy = {
  name: 'in-our-own-name',
  kind: 'sign',
  play: (scene) => {
    const { coalition, ceremony, author } = scene
    const body = twoPoints(scene)
    return {
      start() {
        for (let delayMs = 0; delayMs < 40; delayMs += 4) {
          const { sid, ceremonyId } = ceremony
          const header = { kind: 'sign' as const, ceremonyId, sid, stage: 1, from: 'a', to: null, previousTranscript: sid }
          coalition.inject('in-our-own-name', author, 'a', ceremonyId, { header, body, digestStays: true, delayMs })
        }
      },
    }
  },
}

export const signingControls: readonly Control[] = [
  {
    defence: 'valid-nonce-points',
    adversary: 'commits to nonces that are no points, or the identity',
    breaks: ATTRIBUTED,
    run: (kernel) => enact(kernel, 'valid-nonce-points', { ...THREE, strategy: 'bad-nonce-point' }),
  },
  {
    defence: 'scalar-range',
    adversary: 'sends a share that is not below the group order',
    breaks: ATTRIBUTED,
    run: (kernel) => enact(kernel, 'scalar-range', { ...THREE, strategy: 'signature-share-above-the-order' }),
  },
  {
    defence: 'signature-verified',
    adversary: 'sends a random share',
    breaks: 'results agree, and every signature is valid',
    run: (kernel) => enact(kernel, 'signature-verified', { ...THREE, strategy: 'bad-signature-share' }),
  },
  {
    defence: 'every-share-checked',
    adversary: 'two signers of four send random shares',
    breaks: 'all who sent bad shares are named',
    run: (kernel) =>
      enact(kernel, 'every-share-checked', { ...THREE, nodes: 4, corrupted: ['c', 'd'], strategy: 'bad-signature-share', messages: 2 }),
  },
  {
    defence: 'own-arithmetic',
    adversary: "nobody; an honest node's own arithmetic fails",
    breaks: UNBLAMED,
    run: (kernel) =>
      enact(kernel, 'own-arithmetic', {
        ...THREE,
        cheat: (id, job, result) => {
          if (id !== 'a') return result
          if (job.name === 'aggregate') return { ...(result as JobResult<'aggregate'>), valid: new Uint8Array(1) }
          return job.name === 'findBadShares' ? { invalid: [{ signer: 0, position: 0 }] } : result
        },
      }),
  },
  {
    defence: 'message-signed',
    adversary: 'speaks in the name of honest nodes',
    breaks: 'every honest node names a guilty one',
    run: (kernel) => enact(kernel, 'message-signed', { ...THREE, strategy: 'in-the-name-of-another' }),
  },
  {
    defence: 'own-commitment',
    alsoOff: ['message-signed'],
    adversary: 'puts another commitment under the own name of the node into its list',
    breaks: 'every honest node names a guilty one',
    run: (kernel) => enact(kernel, 'own-commitment', { ...THREE, strategy: inOurOwnName }),
  },
  {
    defence: 'digest-compared',
    adversary: 'commits to other nonces towards one node than towards the other, whose shares are then over different lists',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'digest-compared', { ...THREE, strategy: twoLists }),
  },
]

/** Lies in a signing: bad points, bad shares, somebody else's. */
import { copyBytes, itemOf } from '../../../src/bytes.ts'
import type { JobResult } from '../../../src/crypto/jobs/contract.ts'
import { runJob } from '../../../src/crypto/jobs/index.ts'
import { SCALAR_BYTES } from '../../../src/kernel/contract.ts'
import type { Act } from '../coalition.ts'
import {
  changed,
  earlier,
  onStage,
  randomPoint,
  randomScalar,
  repeating,
  type Scene,
  type Strategy,
  toAll,
  withBadPoint,
  withItem,
} from './scene.ts'

const NONCES = 1

function withShare(scene: Scene, make: () => Uint8Array): Act {
  return toAll(scene.ceremony.shareStage, (body) => withItem(body, scene.dice.below(body.length / SCALAR_BYTES), make()))
}

export const signing: readonly Strategy[] = [
  {
    name: 'bad-nonce-point',
    kind: 'frost',
    proves: 'bad-point',
    play: (scene) => withBadPoint(scene, NONCES),
  },
  {
    name: 'bad-signature-share',
    kind: 'sign',
    proves: 'bad-signature-share',
    play: (scene) => withShare(scene, () => randomScalar(scene.dice)),
  },
  {
    name: 'zero-signature-share',
    kind: 'sign',
    proves: 'bad-signature-share',
    play: (scene) => withShare(scene, () => new Uint8Array(32)),
  },
  {
    name: 'signature-share-above-the-order',
    kind: 'sign',
    proves: 'malformed',
    play: (scene) => withShare(scene, () => new Uint8Array(32).fill(0xff)),
  },
  {
    name: 'swapped-signature-shares',
    kind: 'sign',
    proves: 'bad-signature-share',
    positions: 2,
    play: (scene) =>
      toAll(scene.ceremony.shareStage, (body) => {
        const copy = copyBytes(body)
        copy.set(itemOf(body, 1, SCALAR_BYTES), 0)
        copy.set(itemOf(body, 0, SCALAR_BYTES), SCALAR_BYTES)
        return copy
      }),
  },
  {
    name: 'duplicated-signature-share',
    kind: 'sign',
    proves: 'bad-signature-share',
    positions: 2,
    play: (scene) => toAll(scene.ceremony.shareStage, (body) => withItem(body, 1, itemOf(body, 0, SCALAR_BYTES))),
  },
  {
    name: "another's-signature-share",
    kind: 'sign',
    proves: 'bad-signature-share',
    play: (scene) => {
      const victim = scene.dice.pick(scene.honest)
      const { shareStage, secretSharing, minSigners } = scene.ceremony
      // Where one signs alone, all have the same share of the key, and of the nonces that they make together.
      if (secretSharing && minSigners === 1) return {}
      return repeating("another's-signature-share", scene, shareStage, () => victim)
    },
  },
  {
    name: "another's-nonces",
    kind: 'frost',
    proves: 'bad-signature-share',
    play: (scene) => {
      const victim = scene.dice.pick(scene.honest)
      return repeating("another's-nonces", scene, NONCES, () => victim)
    },
  },
  {
    name: 'signature-share-of-an-earlier-ceremony',
    kind: 'sign',
    repeats: true,
    play: (scene) => {
      let body: Uint8Array | null = null
      return {
        send(draft) {
          const { shareStage } = scene.ceremony
          if (draft.header.stage !== shareStage) return [draft]
          const old = earlier(
            scene,
            draft.header.sid,
            ({ header, body: said }) => header.kind === 'sign' && header.stage === shareStage && said.length === draft.body.length,
          )
          body ??= old.length === 0 ? draft.body : scene.dice.pick(old).body
          return [changed(draft, body)]
        },
      }
    },
  },
  {
    name: 'signature-share-over-another-list',
    kind: 'frost',
    play: (scene) => ({
      compute(job, result) {
        if (job.name !== 'signShares' || (result as JobResult<'signShares'>).status !== 'signed') return result
        const { kernel } = scene.coalition.options
        const place = scene.ceremony.participants.indexOf(scene.dice.pick(scene.honest))
        const commitments = job.args.commitments.map((own, i) => (i === place ? withItem(own, 0, randomPoint(scene)) : own))
        const other = runJob(kernel, { name: 'signShares', args: { ...job.args, commitments } })
        return other.status === 'signed' ? { ...(result as object), signatureShares: other.signatureShares } : result
      },
    }),
  },
  {
    name: 'short-signature-shares',
    kind: 'sign',
    proves: 'malformed',
    play: (scene) =>
      onStage(scene.ceremony.shareStage, { ...scene, victims: scene.honest }, (draft) => [changed(draft, draft.body.slice(1))]),
  },
]

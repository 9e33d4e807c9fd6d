/** Lies about nonces made ahead, in their making and in their use. */
import { concatAll, copyBytes, equalBytes } from '../../../src/bytes.ts'
import { SCALAR_BYTES } from '../../../src/kernel/contract.ts'
import type { Act, Draft } from '../coalition.ts'
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
  withDigest,
  withItem,
} from './scene.ts'

const PAIRS = 1
const CONFIRM = 2
const SHARES = 2

/** The beginning of the same signing in two rounds, which its author has no reason to begin. */
function beginning(scene: Scene, draft: Draft): Draft {
  const { secondSid, messages } = scene.ceremony
  const { original: _, ...rest } = draft
  const body = concatAll(messages.flatMap(() => [randomPoint(scene), randomPoint(scene)]))
  return { ...rest, header: { ...draft.header, stage: 1, sid: secondSid, previousTranscript: secondSid }, body, digestStays: true }
}

/** In the one-round form only: what the machine says in two rounds is left as it is. */
function inOneRound(scene: Scene, alter: (draft: Draft, to: string) => readonly Draft[]): Act {
  const act = onStage(SHARES, scene, alter)
  return { send: (draft, to) => (equalBytes(draft.header.sid, scene.ceremony.sid) ? (act.send?.(draft, to) ?? [draft]) : [draft]) }
}

export const slots: readonly Strategy[] = [
  {
    name: 'bad-preprocessed-point',
    kind: 'preprocess',
    proves: 'bad-point',
    play: (scene) => withBadPoint(scene, PAIRS),
  },
  {
    name: 'another-preprocess-digest',
    kind: 'preprocess',
    proves: 'bad-certificate',
    play: (scene) => toAll(CONFIRM, (body) => scene.dice.flipped(body, 1)),
  },
  {
    name: 'pairs-of-an-honest-node',
    kind: 'preprocess',
    play: (scene) => repeating('pairs-of-an-honest-node', scene, PAIRS, () => scene.dice.pick(scene.honest)),
  },
  {
    name: 'bad-one-round-share',
    kind: 'one-round',
    proves: 'bad-signature-share',
    play: (scene) => toAll(SHARES, (body) => withItem(body, scene.dice.below(body.length / SCALAR_BYTES), randomScalar(scene.dice))),
  },
  {
    name: 'share-over-other-slots',
    kind: 'one-round',
    play: (scene) => inOneRound(scene, (draft) => [withDigest(draft, scene.dice.bytes(32))]),
  },
  {
    name: 'one-round-silence',
    kind: 'one-round',
    play: (scene) => inOneRound(scene, () => []),
  },
  {
    name: 'two-rounds-for-some',
    kind: 'one-round',
    play: (scene) => inOneRound(scene, (draft) => [beginning(scene, draft)]),
  },
  {
    name: 'one-round-and-two',
    kind: 'one-round',
    play: (scene) => inOneRound(scene, (draft) => scene.dice.shuffled([draft, beginning(scene, draft)])),
  },
  {
    name: 'two-rounds-late',
    kind: 'one-round',
    play: (scene) =>
      inOneRound(scene, (draft) => [{ ...beginning(scene, draft), delayMs: scene.dice.pick([5_000, 29_000, 29_990, 31_000]) }]),
  },
  {
    name: 'share-of-another-use-of-the-slot',
    kind: 'one-round',
    play: (scene) =>
      inOneRound(scene, (draft) => {
        const { stage, kind, sid } = draft.header
        const old = earlier(
          scene,
          sid,
          (said) => said.header.kind === kind && said.header.stage === stage && said.body.length === draft.body.length,
        )
        return old.length === 0 ? [draft] : [changed(draft, copyBytes(scene.dice.pick(old).body))]
      }),
  },
]

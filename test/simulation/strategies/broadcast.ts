/** Lies that any stage admits: two things said, other digests, wrong addresses, bodies that mean nothing, silence. */
import type { ValidatorId } from '../../../src/wire/message.ts'
import type { Act, Draft } from '../coalition.ts'
import { STAGE_TIMEOUT_MS } from '../network.ts'
import { changed, onStage, randomPoint, randomScalar, type Scene, type Strategy, withDigest } from './scene.ts'

/** A body of the same form that says something else: decodes, and is a lie only because another node gets another one. */
function otherBody(scene: Scene, { header, body }: Draft): Uint8Array {
  const copy = new Uint8Array(body)
  const { secretSharing, shareStage } = scene.ceremony
  if (scene.ceremony.kind === 'preprocess' && header.stage === 2) return scene.dice.flipped(body, 1)
  if (!secretSharing || header.stage === shareStage) {
    copy.set(header.stage === 1 ? randomPoint(scene) : randomScalar(scene.dice))
    return copy
  }
  switch (header.stage) {
    case 1:
      return scene.dice.bytes(32)
    case 2:
      return scene.dice.flipped(body, 0, 32)
    case 4:
      return body.length === 33 ? scene.dice.flipped(body, 1) : scene.dice.flipped(body)
    default:
      return scene.dice.flipped(body)
  }
}

function aBroadcastStage({ dice, ceremony }: Scene): number {
  return dice.pick(ceremony.broadcastStages)
}

function aStage({ dice, ceremony }: Scene): number {
  return dice.between(1, ceremony.stages)
}

/** One part of the honest nodes hears this, the others that; each part is at least one node where there are two. */
function partition({ dice, honest }: Scene): (id: ValidatorId) => boolean {
  const part = new Set(dice.shuffled(honest).slice(0, dice.between(1, Math.max(1, honest.length - 1))))
  return (id) => part.has(id)
}

export const broadcast: readonly Strategy[] = [
  {
    name: 'equivocation',
    kind: 'any',
    play(scene) {
      const stage = aBroadcastStage(scene)
      const deceived = partition(scene)
      let body: Uint8Array | null = null
      return {
        send(draft, to) {
          if (draft.header.stage !== stage || !deceived(to)) return [draft]
          body ??= otherBody(scene, draft)
          return [changed(draft, body)]
        },
      }
    },
  },
  {
    name: 'something-else-to-each',
    kind: 'any',
    play(scene) {
      const stage = aBroadcastStage(scene)
      return { send: (draft) => (draft.header.stage === stage ? [changed(draft, otherBody(scene, draft))] : [draft]) }
    },
  },
  {
    name: 'two-messages-to-one',
    kind: 'any',
    proves: 'something',
    play(scene) {
      // Of two first messages that come before the instruction, the second is not kept.
      const stage = scene.dice.between(2, scene.ceremony.stages)
      return onStage(stage, scene, (draft) => scene.dice.shuffled([draft, changed(draft, otherBody(scene, draft))]))
    },
  },
  {
    name: 'one-body-under-two-digests',
    kind: 'any',
    proves: 'something',
    play(scene) {
      const stage = scene.dice.between(2, scene.ceremony.stages)
      return onStage(stage, scene, (draft) => [draft, withDigest(draft, scene.dice.bytes(32))])
    },
  },
  {
    name: 'lying-digest',
    kind: 'any',
    play(scene) {
      const stage = scene.dice.between(2, scene.ceremony.stages)
      return onStage(stage, scene, (draft) => {
        const { sid, previousTranscript } = draft.header
        return [withDigest(draft, scene.dice.pick([sid, scene.dice.bytes(32), scene.dice.flipped(previousTranscript)]))]
      })
    },
  },
  {
    name: 'first-stage-without-the-sid',
    kind: 'any',
    proves: 'malformed',
    play: (scene) => onStage(1, scene, (draft) => [withDigest(draft, scene.dice.bytes(32))]),
  },
  {
    name: 'wrong-address',
    kind: 'any',
    proves: 'malformed',
    play(scene) {
      const stage = aStage(scene)
      return onStage(stage, scene, (draft, to) => {
        const { original: _, ...rest } = draft
        return [{ ...rest, header: { ...draft.header, to: draft.header.to === null ? to : null } }]
      })
    },
  },
  {
    name: 'junk-body',
    kind: 'any',
    play(scene) {
      const stage = aStage(scene)
      return onStage(stage, scene, (draft) => [changed(draft, scene.dice.bytes(scene.dice.below(2 * draft.body.length + 2)))])
    },
  },
  {
    name: 'empty-body',
    kind: 'any',
    proves: 'malformed',
    play(scene) {
      const stage = aStage(scene)
      return onStage(stage, scene, (draft) => [changed(draft, new Uint8Array(0))])
    },
  },
  {
    name: 'silence',
    kind: 'any',
    play(scene) {
      const stages = scene.dice.some(Array.from({ length: scene.ceremony.stages }, (_, i) => i + 1))
      return { send: (draft, to) => (stages.includes(draft.header.stage) && scene.victims.includes(to) ? [] : [draft]) }
    },
  },
  {
    name: 'silence-from-a-stage-on',
    kind: 'any',
    play(scene) {
      const stage = aStage(scene)
      return { send: (draft) => (draft.header.stage >= stage ? [] : [draft]) }
    },
  },
  {
    name: 'late',
    kind: 'any',
    play(scene) {
      const stage = aStage(scene)
      const delayMs = scene.dice.pick([0.3, 0.9, 1.5, 3, 10]) * STAGE_TIMEOUT_MS
      return onStage(stage, scene, (draft) => [{ ...draft, delayMs }])
    },
  },
]

/** The machine's own abort and views are what the coalition makes of them. */
export function withoutAborts(): Act {
  return { send: (draft) => (draft.header.stage > 0x40 ? [] : [draft]) }
}

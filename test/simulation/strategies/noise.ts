/** What no protocol step is about: floods, replays, junk, other ceremonies, other names. */
import { concatBytes, copyBytes } from '../../../src/bytes.ts'
import { ABORT_STAGE, VIEW_STAGE_BASE } from '../../../src/wire/message.ts'
import type { Act, Draft } from '../coalition.ts'
import { STAGE_TIMEOUT_MS } from '../network.ts'
import type { Scene, Strategy } from './scene.ts'

const STAGES = [1, 2, 3, 4, 5, 15, VIEW_STAGE_BASE + 1, VIEW_STAGE_BASE + 2, VIEW_STAGE_BASE + 15, ABORT_STAGE]

/** Sends more beside what the machine says. */
function beside(name: string, scene: Scene, more: (draft: Draft, to: string) => readonly Draft[]): Act {
  const { author, ceremony, coalition } = scene
  return {
    send(draft, to) {
      for (const extra of more(draft, to)) coalition.inject(name, author, to, ceremony.ceremonyId, extra)
      return [draft]
    },
  }
}

function raw(draft: Draft, bytes: Uint8Array, delayMs?: number): Draft {
  return { ...draft, raw: bytes, ...(delayMs === undefined ? {} : { delayMs }) }
}

function unsigned(draft: Draft, header: Partial<Draft['header']>, body = draft.body): Draft {
  return { header: { ...draft.header, ...header }, body, digestStays: true }
}

export const noise: readonly Strategy[] = [
  {
    name: 'replay-of-everything',
    kind: 'any',
    play: (scene) =>
      beside('replay-of-everything', scene, (draft) =>
        scene.dice
          .shuffled([...scene.coalition.heard])
          .slice(0, 12)
          .map((envelope) => raw(draft, envelope.bytes, scene.dice.below(2 * STAGE_TIMEOUT_MS))),
      ),
  },
  {
    name: 'flood-of-early-messages',
    kind: 'any',
    play: (scene) =>
      beside('flood-of-early-messages', scene, (draft) =>
        Array.from({ length: 15 }, () => {
          const ceremonyId = draft.header.ceremonyId + BigInt(scene.dice.pick([1, 2, 5, 100, 5_999, 6_001, 2 ** 40]))
          return unsigned(draft, { ceremonyId, sid: scene.dice.bytes(32), stage: scene.dice.pick([1, 1, 1, 2]) }, scene.dice.bytes(600))
        }),
      ),
  },
  {
    name: 'next-stages-early',
    kind: 'any',
    play: (scene) =>
      beside('next-stages-early', scene, (draft) =>
        STAGES.map((stage) =>
          unsigned(draft, { stage, previousTranscript: scene.dice.bytes(32) }, scene.dice.bytes(scene.dice.below(300))),
        ),
      ),
  },
  {
    name: 'frames-of-junk',
    kind: 'any',
    play: (scene) =>
      beside('frames-of-junk', scene, (draft, to) => [
        raw(draft, scene.dice.bytes(scene.dice.below(500))),
        raw(draft, concatBytes(Uint8Array.of(1, scene.dice.between(1, 5)), scene.dice.bytes(scene.dice.below(500)))),
        raw(draft, scene.dice.flipped(draft.original ?? scene.dice.bytes(100))),
        raw(draft, copyBytes(draft.original ?? scene.dice.bytes(100), 0, scene.dice.below((draft.original ?? []).length || 1))),
        raw(draft, to.length > 0 ? new Uint8Array(0) : scene.dice.bytes(1)),
      ]),
  },
  {
    name: 'other-instruction',
    kind: 'any',
    play: (scene) => ({
      send: (draft, to) => (draft.header.stage === 1 && scene.victims.includes(to) ? [otherSid(draft, scene.dice.bytes(32))] : [draft]),
    }),
  },
  {
    name: 'other-kind',
    kind: 'any',
    play: (scene) => beside('other-kind', scene, (draft) => [unsigned(draft, { kind: draft.header.kind === 'sign' ? 'keygen' : 'sign' })]),
  },
  {
    name: 'in-the-name-of-another',
    kind: 'any',
    play: (scene) =>
      beside('in-the-name-of-another', scene, (draft) =>
        scene.honest.map((from) => unsigned(draft, { from }, scene.dice.chance(0.5) ? draft.body : scene.dice.bytes(draft.body.length))),
      ),
  },
  {
    name: 'reflection',
    kind: 'any',
    play: (scene) =>
      beside('reflection', scene, (draft, to) =>
        [...scene.coalition.heard].filter(({ header }) => header.from === to).map((envelope) => raw(draft, envelope.bytes)),
      ),
  },
]

function otherSid(draft: Draft, sid: Uint8Array): Draft {
  const { original: _, ...rest } = draft
  return { ...rest, header: { ...draft.header, sid, previousTranscript: sid }, digestStays: true }
}

/** Lies in views and aborts: about what was heard, who was missed, and who is guilty. */
import { equalBytes } from '../../../src/bytes.ts'
import { encodeAbort } from '../../../src/wire/abort.ts'
import { ABORT_STAGE, type Envelope, VIEW_STAGE_BASE } from '../../../src/wire/message.ts'
import { type SignedHeader, signedHeaderOf } from '../../../src/wire/signed-header.ts'
import { decodeView, encodeView, type ViewBody } from '../../../src/wire/view.ts'
import type { Act, Draft } from '../coalition.ts'
import { ALL_FAULTS, Archive, compose } from '../framing.ts'
import { NETWORK } from '../network.ts'
import { type Scene, type Strategy, withDigest } from './scene.ts'

/** Says it once, when the machine sends its message of some stage: in its place or beside it. */
function atSomeStage(name: string, scene: Scene, make: (draft: Draft, to: string) => Draft | null): Act {
  const stage = scene.dice.between(1, scene.ceremony.stages)
  const instead = scene.dice.chance(0.5)
  return {
    send(draft, to) {
      if (draft.header.stage !== stage || !scene.victims.includes(to)) return [draft]
      const said = make(draft, to)
      if (said === null) return [draft]
      if (instead) return [said]
      scene.coalition.inject(name, scene.author, to, scene.ceremony.ceremonyId, said)
      return [draft]
    },
  }
}

function broadcastOf(draft: Draft, stage: number, previousTranscript: Uint8Array, body: Uint8Array): Draft {
  return { header: { ...draft.header, stage, to: null, previousTranscript }, body, digestStays: true }
}

function abortOf(draft: Draft, body: Uint8Array): Draft {
  return broadcastOf(draft, ABORT_STAGE, draft.header.sid, body)
}

function corruptView(scene: Scene, view: ViewBody): ViewBody {
  const accepted = [...view.accepted]
  const place = scene.dice.below(accepted.length)
  const others = [...scene.coalition.heard].filter(({ header }) => header.to === null).map(signedHeaderOf)
  const other = others.length === 0 ? view.differing : scene.dice.pick(others)
  switch (scene.dice.below(5)) {
    case 0:
      return { ...view, previous: scene.dice.bytes(32) }
    case 1:
      accepted[place] = other
      return { ...view, accepted }
    case 2: {
      const header = accepted[place] ?? other
      accepted[place] = { ...header, bytes: scene.dice.flipped(header.bytes, header.bytes.length - 64) }
      return { ...view, accepted }
    }
    case 3:
      return { ...view, differing: other }
    default:
      return { ...view, accepted: accepted.map((_, i) => accepted[(i + 1) % accepted.length] ?? other) }
  }
}

/** A view of a dispute that nobody has: made of what was really said, and of one lie. */
function unaskedView(scene: Scene, draft: Draft): Draft | null {
  const { coalition, ceremony, dice } = scene
  const k = dice.pick(ceremony.broadcastStages)
  const said = (id: string): Envelope | undefined =>
    [...coalition.heard].find(
      ({ header }) => header.stage === k && header.from === id && header.to === null && equalBytes(header.sid, ceremony.sid),
    )
  const headers = ceremony.participants.map(said)
  if (headers.some((envelope) => envelope === undefined)) return null
  const accepted = headers.map((envelope) => signedHeaderOf(envelope as Envelope))
  const differing: SignedHeader = signedHeaderOf(dice.pick([...coalition.heard]))
  const previous = (headers[0] as Envelope).header.previousTranscript
  const view: ViewBody = { previous, accepted, differing }
  const digest = coalition.transcriptOf(scene.author, ceremony, ceremony.sid, k + 1) ?? dice.bytes(32)
  return broadcastOf(
    draft,
    VIEW_STAGE_BASE + k,
    dice.chance(0.5) ? digest : dice.bytes(32),
    encodeView(dice.chance(0.5) ? corruptView(scene, view) : view),
  )
}

export const disputes: readonly Strategy[] = [
  {
    name: 'abort-naming-the-honest',
    kind: 'any',
    play: (scene) =>
      atSomeStage('abort-naming-the-honest', scene, (draft) => {
        const missing = scene.dice.some(scene.honest)
        const reason = scene.dice.pick(['timeout', 'dispute', 'unconfirmed', 'instructed-differently', 'aborted', 'internal'] as const)
        return abortOf(draft, encodeAbort({ type: 'reason', reason, missing }))
      }),
  },
  {
    name: 'abort-for-no-reason',
    kind: 'any',
    play: (scene) =>
      atSomeStage('abort-for-no-reason', scene, (draft) => {
        const reason = scene.dice.pick(['timeout', 'dispute', 'degenerate', 'aborted', 'internal'] as const)
        return abortOf(draft, encodeAbort({ type: 'reason', reason, missing: [] }))
      }),
  },
  {
    name: 'abort-with-false-evidence',
    kind: 'any',
    play: (scene) =>
      atSomeStage('abort-with-false-evidence', scene, (draft) => {
        const archive = new Archive(scene.ceremony, scene.coalition.heard)
        const pieces = Array.from({ length: 2 }, () =>
          compose(archive, scene.dice, scene.dice.pick(scene.honest), scene.dice.pick(ALL_FAULTS), []),
        ).filter((piece) => piece !== null)
        return pieces.length === 0
          ? null
          : abortOf(draft, encodeAbort({ type: 'evidence', evidence: pieces.slice(0, scene.ceremony.participants.length) }))
      }),
  },
  {
    name: 'junk-abort',
    kind: 'any',
    play: (scene) => atSomeStage('junk-abort', scene, (draft) => abortOf(draft, scene.dice.bytes(scene.dice.below(200)))),
  },
  {
    name: 'two-aborts',
    kind: 'any',
    proves: 'something',
    play: (scene) => {
      const stage = scene.dice.between(1, scene.ceremony.stages)
      return {
        send: (draft, to) =>
          draft.header.stage === stage && scene.victims.includes(to)
            ? [
                draft,
                abortOf(draft, encodeAbort({ type: 'evidence', evidence: [scene.dice.bytes(50)] })),
                abortOf(draft, encodeAbort({ type: 'evidence', evidence: [scene.dice.bytes(50)] })),
              ]
            : [draft],
      }
    },
  },
  { name: 'unasked-view', kind: 'any', play: (scene) => atSomeStage('unasked-view', scene, (draft) => unaskedView(scene, draft)) },
  {
    name: 'junk-view',
    kind: 'any',
    play: (scene) =>
      atSomeStage('junk-view', scene, (draft) =>
        broadcastOf(draft, VIEW_STAGE_BASE + scene.dice.between(1, 5), scene.dice.bytes(32), scene.dice.bytes(scene.dice.below(400))),
      ),
  },
  {
    name: 'lying-view',
    kind: 'any',
    // A lie in the digest brings the others to show what they saw, and us to show something else.
    play(scene) {
      const { coalition, ceremony, dice, author, honest, victims } = scene
      const { sid, ceremonyId } = ceremony
      const k = dice.pick(ceremony.broadcastStages.slice(0, -1))
      const other = dice.bytes(32)
      return {
        send: (draft, to) => (draft.header.stage === k + 1 && victims.includes(to) ? [withDigest(draft, other)] : [draft]),
        start() {
          coalition.await(sid, VIEW_STAGE_BASE + k, dice.pick(victims), ({ header, body }) => {
            const view = decodeView(body, ceremony.participants.length, NETWORK)
            const lie = dice.chance(0.8) ? corruptView(scene, { ...view, differing: dice.pick([view.differing, ...view.accepted]) }) : view
            const previousTranscript = dice.pick([other, header.previousTranscript, dice.bytes(32)])
            const draft: Draft = { header: { ...header, from: author, previousTranscript }, body: encodeView(lie), digestStays: true }
            for (const to of honest) coalition.inject('lying-view', author, to, ceremonyId, draft)
          })
        },
      }
    },
  },
  {
    name: 'silence-in-a-dispute',
    kind: 'any',
    play: (scene) => ({
      send: (draft, to) => (draft.header.stage > VIEW_STAGE_BASE && scene.victims.includes(to) ? [] : [draft]),
    }),
  },
]

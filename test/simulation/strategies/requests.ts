/** Lies and floods in requests and their answers, which take no slot and are never evidence. */
import { encodeConfirm } from '../../../src/wire/bodies.ts'
import { sealEnvelope } from '../../../src/wire/envelope.ts'
import type { Identity } from '../../../src/wire/identity.ts'
import type { ValidatorId } from '../../../src/wire/message.ts'
import { ABORT_STAGE, VIEW_STAGE_BASE } from '../../../src/wire/message.ts'
import { sealAnswer, sealRequest } from '../../../src/wire/request.ts'
import type { Act, Draft } from '../coalition.ts'
import { NETWORK, STAGE_TIMEOUT_MS } from '../network.ts'
import type { Scene, Strategy } from './scene.ts'

function identityOf({ coalition, author }: Scene): Identity {
  const identity = coalition.options.identities.get(author)
  if (identity === undefined) throw new Error(`no identity ${author}`)
  return identity
}

function asking(scene: Scene, draft: Draft, to: string): Draft[] {
  const { ceremony, dice, author } = scene
  const { ceremonyId, kind, sid } = ceremony
  const seal = (wanted: Parameters<typeof sealRequest>[1]['wanted']): Draft => ({
    ...draft,
    raw: sealRequest(identityOf(scene), { network: NETWORK, from: author, to: dice.chance(0.5) ? to : null, wanted }).bytes,
    delayMs: dice.below(2 * STAGE_TIMEOUT_MS),
  })
  const resends = Array.from({ length: 8 }, () => {
    const stage = dice.pick([1, 2, 3, 4, VIEW_STAGE_BASE + 1, VIEW_STAGE_BASE + 2, ABORT_STAGE])
    return seal({ type: 'resend', kind, ceremonyId, sid, stage, author: dice.pick(ceremony.participants) })
  })
  return [
    ...resends,
    seal({ type: 'certificates', ceremonyId, keyId: sid }),
    seal({ type: 'certificates', ceremonyId, keyId: dice.bytes(32) }),
  ]
}

/** Certificates of others that nobody signed, of another key, in another's place, and true ones. */
function answering(scene: Scene, draft: Draft, to: string): Draft[] {
  const { ceremony, dice, author, coalition } = scene
  const said = [...coalition.heard].filter(({ header }) => header.stage === 4)
  const own = sealEnvelope(
    identityOf(scene),
    NETWORK,
    { ...draft.header, kind: 'keygen', stage: 4, to: null },
    encodeConfirm({ type: 'ok', recordHash: dice.bytes(32) }),
  )
  const any = [own, ...said].flatMap(({ bytes }) => [bytes, dice.flipped(bytes)])
  return Array.from({ length: 4 }, () => {
    const certificates = Array.from({ length: dice.between(1, ceremony.participants.length) }, () => dice.pick(any))
    return {
      ...draft,
      raw: sealAnswer(identityOf(scene), { network: NETWORK, from: author, to, keyId: ceremony.sid, certificates }).bytes,
      delayMs: dice.below(2 * STAGE_TIMEOUT_MS),
    }
  })
}

/** The machine's messages as they are, and more beside them. */
function besides(scene: Scene, name: string, more: (scene: Scene, draft: Draft, to: ValidatorId) => readonly Draft[]): Act {
  return {
    send(draft, to) {
      for (const extra of more(scene, draft, to)) scene.coalition.inject(name, scene.author, to, scene.ceremony.ceremonyId, extra)
      return [draft]
    },
  }
}

export const requests: readonly Strategy[] = [
  {
    name: 'flood-of-requests',
    kind: 'any',
    play: (scene) => besides(scene, 'flood-of-requests', asking),
  },
  {
    name: 'lying-answers',
    kind: 'keygen',
    play: (scene) => besides(scene, 'lying-answers', answering),
  },
  {
    name: 'certificate-kept-back',
    kind: 'keygen',
    // Some honest nodes get the last word and some do not: whoever asks gets it from those.
    play: (scene) => ({ send: (draft, to) => (draft.header.stage === 4 && scene.victims.includes(to) ? [] : [draft]) }),
  },
]

/** Lies in the stages of SharedSecret that are about shares: bad ones, false complaints, a confirmation of another key. */
import { concatAll, concatBytes, copyBytes, itemOf } from '../../../src/bytes.ts'
import { digestToScalar } from '../../../src/crypto/group-order.ts'
import { TAGS, taggedHash, uintBytes } from '../../../src/crypto/tags.ts'
import { COMPRESSED_BYTES, POINT_BYTES } from '../../../src/kernel/contract.ts'
import { type Complaint, decodeCommitments, encodeConfirm } from '../../../src/wire/bodies.ts'
import type { Envelope, ValidatorId } from '../../../src/wire/message.ts'
import type { Act, Draft } from '../coalition.ts'
import {
  changed,
  earlier,
  indexOf,
  onStage,
  positionsOf,
  puppetOf,
  randomPoint,
  randomScalar,
  type Scene,
  type Strategy,
  sealedShare,
} from './scene.ts'

const SHARE = 3
const CONFIRM = 4

function shareOf(scene: Scene, plaintext: () => Uint8Array): Act {
  return onStage(SHARE, scene, (draft, to) => {
    const body = sealedShare(scene, draft.header.sid, to, plaintext())
    return [body === null ? draft : changed(draft, body)]
  })
}

/** Our Diffie-Hellman point with a dealer and the proof that it is ours, as an honest complainer makes them. */
function provenPoint(scene: Scene, sid: Uint8Array, dealer: ValidatorId): Omit<Complaint, 'envelope'> | null {
  const { kernel } = scene.coalition.options
  const { dealt, dealing } = puppetOf(scene)
  const reveal = [...scene.coalition.heard].find(
    ({ header }) => header.stage === 2 && header.from === dealer && header.ceremonyId === scene.ceremony.ceremonyId,
  )
  if (dealt === undefined || dealing === undefined || reveal === undefined) return null
  try {
    const key = decodeCommitments(reveal.body).encryptionKey
    const r = randomScalar(scene.dice)
    const secret = copyBytes(dealt.encryptionSecret)
    const sharedPoint = kernel.mul(key, secret)
    const [a1, a2] = [kernel.baseMul(r), kernel.mul(key, r)]
    const points = kernel.compress(concatBytes(key, dealing.encryptionKey, sharedPoint, a1, a2))
    const indices = [uintBytes(indexOf(scene, dealer), 2), uintBytes(indexOf(scene, scene.author), 2)]
    const hashed = Array.from({ length: 5 }, (_, i) => itemOf(points, i, COMPRESSED_BYTES))
    const challenge = digestToScalar(taggedHash(TAGS.dleq, sid, ...indices, ...hashed))
    const z = kernel.scalarAdd(r, kernel.scalarMul(challenge, secret))
    return { sharedPoint, proof: concatBytes(a1, a2, z) }
  } catch {
    // The other one is corrupted too, and its key is no point.
    return null
  }
}

function junkProof(scene: Scene): Omit<Complaint, 'envelope'> {
  return {
    sharedPoint: randomPoint(scene),
    proof: concatBytes(randomPoint(scene), randomPoint(scene), randomScalar(scene.dice)),
  }
}

export function shareEnvelopes(scene: Scene, matches: (envelope: Envelope) => boolean): Envelope[] {
  return [...scene.coalition.heard].filter(
    (envelope) => envelope.header.kind === scene.ceremony.kind && envelope.header.stage === SHARE && matches(envelope),
  )
}

/** Complains in the place of `ok`: about what `make` gives. All recipients get the same, or it would be equivocation as well. */
function complaining(make: (draft: Draft) => readonly Complaint[]): Act {
  let body: Uint8Array | null = null
  return {
    send(draft) {
      if (draft.header.stage !== CONFIRM) return [draft]
      if (body === null) {
        const complaints = make(draft)
        if (complaints.length === 0) return [draft]
        body = encodeConfirm({ type: 'complaints', complaints })
      }
      return [changed(draft, body)]
    },
  }
}

/** About an honest dealer's share, which is good, with what `alter` makes of a true proof. */
export function complainingOf(
  scene: Scene,
  alter: (point: Omit<Complaint, 'envelope'>) => Omit<Complaint, 'envelope'>,
  shown: (dealer: ValidatorId, sid: Uint8Array) => Uint8Array | null = (dealer) => ownShareFrom(scene, dealer)[0]?.bytes ?? null,
): Act {
  return complaining(({ header }) => {
    const dealer = scene.dice.pick(scene.honest)
    const envelope = shown(dealer, header.sid)
    const point = provenPoint(scene, header.sid, dealer)
    return envelope === null || point === null ? [] : [{ envelope, ...alter(point) }]
  })
}

export function ownShareFrom(scene: Scene, dealer: ValidatorId): Envelope[] {
  return shareEnvelopes(
    scene,
    ({ header }) => header.ceremonyId === scene.ceremony.ceremonyId && header.from === dealer && header.to === scene.author,
  )
}

export const sharing: readonly Strategy[] = [
  {
    name: 'bad-share',
    kind: 'shared-secret',
    proves: 'bad-share',
    play: (scene) => shareOf(scene, () => concatAll(Array.from({ length: positionsOf(scene) }, () => randomScalar(scene.dice)))),
  },
  {
    name: 'zero-share',
    kind: 'shared-secret',
    proves: 'bad-share',
    play: (scene) => shareOf(scene, () => new Uint8Array(32 * positionsOf(scene))),
  },
  {
    name: 'share-above-the-order',
    kind: 'shared-secret',
    proves: 'bad-share',
    play: (scene) => shareOf(scene, () => new Uint8Array(32 * positionsOf(scene)).fill(0xff)),
  },
  {
    name: 'undecryptable-share',
    kind: 'shared-secret',
    proves: 'bad-share',
    play: (scene) => onStage(SHARE, scene, (draft) => [changed(draft, scene.dice.flipped(draft.body))]),
  },
  {
    name: 'share-for-another-node',
    kind: 'shared-secret',
    proves: 'bad-share',
    play: (scene) => {
      // What the first honest node was to get goes to the next, and so on; one honest node alone gets what nobody can open.
      let last: Uint8Array | null = null
      return onStage(SHARE, scene, (draft) => {
        const body = last ?? scene.dice.bytes(draft.body.length)
        last = draft.body
        return [changed(draft, body)]
      })
    },
  },
  {
    name: 'share-of-an-earlier-ceremony',
    kind: 'shared-secret',
    repeats: true,
    play: (scene) =>
      onStage(SHARE, scene, (draft, to) => {
        const old = earlier(scene, draft.header.sid, ({ header }) => header.stage === SHARE && header.to === to)
        return [old.length === 0 ? draft : changed(draft, scene.dice.pick(old).body)]
      }),
  },
  {
    name: 'short-share',
    kind: 'shared-secret',
    proves: 'malformed',
    play: (scene) => onStage(SHARE, scene, (draft) => [changed(draft, draft.body.slice(0, scene.dice.below(draft.body.length)))]),
  },
  {
    name: 'complaint-about-a-good-share',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) => complainingOf(scene, (point) => point),
  },
  {
    name: 'complaint-with-a-false-point',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) =>
      complainingOf(scene, (point) => (scene.dice.chance(0.5) ? junkProof(scene) : { ...point, sharedPoint: randomPoint(scene) })),
  },
  {
    name: 'complaint-with-a-false-proof',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) =>
      complainingOf(scene, (point) => ({
        ...point,
        proof: concatBytes(point.proof.slice(0, 2 * POINT_BYTES), randomScalar(scene.dice)),
      })),
  },
  {
    name: 'complaint-about-a-foreign-envelope',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) =>
      complaining(({ header }) => {
        const dealer = scene.dice.pick(scene.honest)
        const others = shareEnvelopes(
          scene,
          (envelope) =>
            envelope.header.from === dealer && !(envelope.header.to === scene.author && envelope.header.ceremonyId === header.ceremonyId),
        )
        const any = [...scene.coalition.heard].filter((envelope) => envelope.header.from === dealer && envelope.header.stage === 1)
        const [foreign] = scene.dice.shuffled([...others, ...any])
        const point = provenPoint(scene, header.sid, dealer) ?? junkProof(scene)
        return foreign === undefined ? [] : [{ envelope: foreign.bytes, ...point }]
      }),
  },
  {
    name: 'complaint-about-an-altered-envelope',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) =>
      complaining(({ header }) => {
        const dealer = scene.dice.pick(scene.honest)
        const [envelope] = ownShareFrom(scene, dealer)
        const point = provenPoint(scene, header.sid, dealer) ?? junkProof(scene)
        return envelope === undefined ? [] : [{ envelope: scene.dice.flipped(envelope.bytes), ...point }]
      }),
  },
  {
    name: 'complaint-twice',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) =>
      complaining(({ header }) => {
        const dealer = scene.dice.pick(scene.honest)
        const [envelope] = ownShareFrom(scene, dealer)
        const point = provenPoint(scene, header.sid, dealer)
        if (envelope === undefined || point === null || scene.ceremony.participants.length < 3) return []
        return [
          { envelope: envelope.bytes, ...point },
          { envelope: envelope.bytes, ...point },
        ]
      }),
  },
  {
    name: 'complaint-about-oneself',
    kind: 'shared-secret',
    proves: 'false-complaint',
    play: (scene) =>
      complaining(() => {
        const [own] = shareEnvelopes(scene, ({ header }) => header.from === scene.author && header.ceremonyId === scene.ceremony.ceremonyId)
        return own === undefined ? [] : [{ envelope: own.bytes, ...junkProof(scene) }]
      }),
  },
  {
    name: 'junk-complaint',
    kind: 'shared-secret',
    proves: 'false-complaint',
    // No longer than an honest one: with two nodes a larger body is dropped unread, and its author is missing.
    play: (scene) => complaining(() => [{ envelope: scene.dice.bytes(scene.dice.below(300)), ...junkProof(scene) }]),
  },
  {
    name: 'other-record',
    kind: 'shared-secret',
    proves: 'bad-certificate',
    play: (scene) => {
      const recordHash = scene.dice.bytes(32)
      return { send: (draft) => (draft.header.stage === CONFIRM ? [changed(draft, encodeConfirm({ type: 'ok', recordHash }))] : [draft]) }
    },
  },
]

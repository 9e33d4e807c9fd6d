/** Where a strategy plays: one corrupted node in one ceremony; and what strategies are made of. */
import { concatAll, copyBytes, itemOf, toHex } from '../../../src/bytes.ts'
import type { Fault } from '../../../src/ceremony/outcome.ts'
import type { Dealing } from '../../../src/crypto/jobs/contract.ts'
import { PROOF_BYTES } from '../../../src/crypto/proof-of-knowledge.ts'
import { encryptShares, openChannels } from '../../../src/crypto/share-encryption.ts'
import { uintBytes } from '../../../src/crypto/tags.ts'
import { hashCommitment } from '../../../src/crypto/transcript.ts'
import { COMPRESSED_BYTES, POINT_BYTES } from '../../../src/kernel/contract.ts'
import type { Envelope, Protocol, ValidatorId } from '../../../src/wire/message.ts'
import type { Act, Coalition, Draft, Puppet } from '../coalition.ts'
import type { Dice } from '../dice.ts'
import type { CeremonyFacts, Playground } from '../facts.ts'

export interface Strategy {
  readonly name: string
  /** where it makes sense: 'frost' and 'sign' in signings, 'shared-secret' in ceremonies that begin with SharedSecret */
  readonly kind: 'keygen' | 'sign' | 'frost' | 'shared-secret' | 'preprocess' | 'one-round' | 'any'
  /**
   * the fault that honest nodes prove of it, whenever it was shown to one of them and the network carries their messages; 'something': of two messages
   * the one that comes first may have a fault of its own
   */
  readonly proves?: Fault | 'something'
  /** it needs at least so many positions in a signing */
  readonly positions?: number
  /** it repeats what was said in another ceremony of its kind: there must be one */
  readonly repeats?: true
  play(scene: Scene): Act
}

export interface Scene {
  readonly author: ValidatorId
  readonly ceremony: CeremonyFacts
  readonly coalition: Coalition
  readonly dice: Dice
  /** the honest participants */
  readonly honest: readonly ValidatorId[]
  /** those of them that are deceived: all, or some */
  readonly victims: readonly ValidatorId[]
}

/** The kinds of ceremony in which a strategy makes sense, for keys of this protocol. */
export function kindsFor({ kind }: Pick<Strategy, 'kind'>, protocol: Protocol): readonly Playground[] {
  switch (kind) {
    case 'keygen':
      return ['keygen']
    case 'sign':
      return ['sign']
    case 'frost':
      return protocol === 'frost' ? ['sign'] : []
    case 'shared-secret':
      return protocol === 'frost' ? ['keygen'] : ['keygen', 'sign']
    case 'preprocess':
    case 'one-round':
      return protocol === 'frost' ? [kind] : []
    case 'any':
      return protocol === 'frost' ? ['keygen', 'sign', 'preprocess', 'one-round'] : ['keygen', 'sign']
  }
}

/** A participant's index in SharedSecret, from 1. */
export function indexOf({ ceremony }: Scene, id: ValidatorId): number {
  return ceremony.indices[ceremony.participants.indexOf(id)] ?? 0
}

/** 1 in key generation, messages in signing. */
export function positionsOf({ ceremony }: Scene): number {
  return Math.max(1, ceremony.messages.length)
}

export function puppetOf({ coalition, author, ceremony }: Scene): Puppet {
  return coalition.puppet(author, ceremony.ceremonyId)
}

export function randomScalar(dice: Dice): Uint8Array<ArrayBuffer> {
  const scalar = dice.bytes(32)
  scalar[0] = (scalar[0] ?? 0) & 0x7f
  scalar[31] = (scalar[31] ?? 0) | 1
  return scalar
}

export function randomPoint(scene: Scene): Uint8Array {
  return scene.coalition.options.kernel.baseMul(randomScalar(scene.dice))
}

/** What no decoder of a peer's point may take. */
export function badPoint(scene: Scene, honest: Uint8Array): Uint8Array {
  switch (scene.dice.below(4)) {
    case 0:
      return scene.dice.flipped(honest)
    case 1:
      return new Uint8Array(64)
    case 2:
      return new Uint8Array(64).fill(0xff)
    default:
      return scene.dice.bytes(64)
  }
}

/** A reveal of the author's own making: counts and points may be wrong. */
export interface LooseReveal {
  readonly encryptionKey: Uint8Array
  readonly positions: number
  readonly coefficients: number
  /** R || z, one a position */
  readonly proofs: Uint8Array
  /** position-major */
  readonly commitments: Uint8Array
}

export function looseReveal(scene: Scene, dealing: Dealing): LooseReveal {
  return { ...dealing, positions: positionsOf(scene), coefficients: scene.ceremony.minSigners }
}

export function encodeLoosely(blind: Uint8Array, reveal: LooseReveal): Uint8Array {
  const { encryptionKey, positions, coefficients, commitments, proofs } = reveal
  const vector = coefficients * POINT_BYTES
  const items = Array.from({ length: positions }, (_, k) => [
    commitments.subarray(k * vector, (k + 1) * vector),
    proofs.subarray(k * PROOF_BYTES, (k + 1) * PROOF_BYTES),
  ]).flat()
  return concatAll([blind, encryptionKey, uintBytes(positions, 2), uintBytes(coefficients, 2), ...items])
}

/** Both stages of the commitment to another reveal than the machine's own: the hash fits, so that only what is revealed is wrong. */
export function otherReveal(scene: Scene, make: (reveal: LooseReveal) => LooseReveal | Uint8Array, to: (id: ValidatorId) => boolean): Act {
  let body: Uint8Array | null = null
  return {
    send(draft, recipient) {
      const { dealing } = puppetOf(scene)
      if (!to(recipient) || draft.header.stage > 2 || dealing === undefined) return [draft]
      if (body === null) {
        const made = make(looseReveal(scene, dealing))
        body = made instanceof Uint8Array ? made : encodeLoosely(scene.dice.bytes(32), made)
      }
      if (draft.header.stage === 2) return [changed(draft, body)]
      const hash = hashCommitment(draft.header.sid, indexOf(scene, scene.author), body.slice(0, 32), body.subarray(32))
      return [changed(draft, hash)]
    },
  }
}

export function changed(draft: Draft, body: Uint8Array): Draft {
  const { original: _, ...rest } = draft
  return { ...rest, body }
}

/** The digest in the header is the lie: nothing puts it right. */
export function withDigest(draft: Draft, previousTranscript: Uint8Array): Draft {
  const { original: _, ...rest } = draft
  return { ...rest, header: { ...draft.header, previousTranscript }, digestStays: true }
}

/** Alters the message of one stage to each victim. */
export function onStage(stage: number, scene: Scene, alter: (draft: Draft, to: ValidatorId) => readonly Draft[]): Act {
  return {
    send: (draft, to) => (draft.header.stage === stage && scene.victims.includes(to) ? alter(draft, to) : [draft]),
  }
}

/** One lie for all: different ones would be equivocation as well. */
export function toAll(stage: number, alter: (body: Uint8Array) => Uint8Array): Act {
  let body: Uint8Array | null = null
  return {
    send(draft) {
      if (draft.header.stage !== stage) return [draft]
      body ??= alter(draft.body)
      return [changed(draft, body)]
    },
  }
}

/** One point of a stage's message, to all alike, is none that a peer may send. */
export function withBadPoint(scene: Scene, stage: number): Act {
  return toAll(stage, (body) => {
    const place = scene.dice.below(body.length / POINT_BYTES)
    return withItem(body, place, badPoint(scene, itemOf(body, place, POINT_BYTES)))
  })
}

/** In one stage, what `victim()` says in it, as soon as that was heard. */
export function repeating(name: string, scene: Scene, stage: number, victim: () => ValidatorId): Act {
  return {
    send(draft, to) {
      const { sid, ceremonyId } = draft.header
      if (draft.header.stage !== stage) return [draft]
      scene.coalition.await(sid, stage, victim(), ({ body }) => {
        scene.coalition.inject(name, scene.author, to, ceremonyId, changed(draft, body))
      })
      return []
    },
  }
}

export function withItem(body: Uint8Array, place: number, item: Uint8Array): Uint8Array {
  const copy = copyBytes(body)
  copy.set(item, place * item.length)
  return copy
}

/** A share of any content, properly encrypted to its recipient. */
export function sealedShare(scene: Scene, sid: Uint8Array, to: ValidatorId, plaintext: Uint8Array): Uint8Array | null {
  const { sharing } = puppetOf(scene)
  if (sharing === undefined) return null
  const { args, sharedPoints } = sharing
  const place = args.recipients.findIndex(({ index }) => index === indexOf(scene, to))
  const recipient = args.recipients[place]
  if (recipient === undefined) return null
  const shared = sharedPoints.slice(place * COMPRESSED_BYTES, (place + 1) * COMPRESSED_BYTES)
  const [channel] = openChannels(scene.coalition.options.kernel, sid, args, [recipient], shared, 'out')
  return channel === undefined ? null : encryptShares(channel, plaintext)
}

/** Messages of an earlier ceremony of the kind, or of others: what there is to replay. */
export function earlier(scene: Scene, sid: Uint8Array, matches: (envelope: Envelope) => boolean): Envelope[] {
  const own = toHex(sid)
  return [...scene.coalition.heard].filter((envelope) => toHex(envelope.header.sid) !== own && matches(envelope))
}

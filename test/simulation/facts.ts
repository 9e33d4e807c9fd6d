/** What everybody in a run knows of a ceremony: its instruction, and what follows from it. */
import type { KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { encodeContext, messageDigest, type SignContext, sidOf } from '../../src/wire/context.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { Protocol, ValidatorId } from '../../src/wire/message.ts'
import type { NamedSlots } from './ledger.ts'
import { NETWORK } from './network.ts'

/** The public part of a key. */
export type PublicKeyFacts = Pick<KeyMaterial, 'keyId' | 'keyIdBytes' | 'record' | 'recordBytes' | 'digest'>

export interface CeremonyFacts {
  readonly ceremonyId: bigint
  readonly kind: 'keygen' | 'preprocess' | 'sign'
  /** what a signing in one round names */
  readonly slots: NamedSlots | null
  /** of the two rounds into which it falls back; else its own */
  readonly secondSid: Uint8Array
  /** slots of a preprocessing; 0 if it is none */
  readonly count: number
  /** when it is instructed */
  readonly afterMs: number
  /** sorted */
  readonly participants: readonly ValidatorId[]
  readonly minSigners: number
  readonly suite: Suite
  readonly protocol: Protocol
  /** it begins with SharedSecret */
  readonly secretSharing: boolean
  /** of the participants in SharedSecret and in the key, by place */
  readonly indices: readonly number[]
  /** of the signature shares; 0 if there are none */
  readonly shareStage: number
  /** signing only */
  readonly key: PublicKeyFacts | null
  readonly messages: readonly Uint8Array[]
  readonly broadcastStages: readonly number[]
  readonly stages: number
  /** preimage of the sid */
  readonly contextBytes: Uint8Array
  readonly sid: Uint8Array
}

const NO_SLOTS = { slots: null, count: 0, afterMs: 0 } as const

export type Identities = ReadonlyMap<ValidatorId, Identity>

function participantsOf(identities: Identities, ids: readonly ValidatorId[]) {
  return ids.map((id) => {
    const identity = identities.get(id)
    if (identity === undefined) throw new Error(`no identity ${id}`)
    return { id, publicKey: identity.publicKey }
  })
}

export function keygenFacts(
  identities: Identities,
  ceremonyId: bigint,
  participants: readonly ValidatorId[],
  minSigners: number,
  suite: Suite,
  protocol: Protocol = 'frost',
): CeremonyFacts {
  const contextBytes = encodeContext({
    kind: 'keygen',
    network: NETWORK,
    ceremonyId,
    protocol,
    suite,
    minSigners,
    participants: participantsOf(identities, participants),
  })
  return {
    ceremonyId,
    kind: 'keygen',
    participants,
    minSigners,
    suite,
    protocol,
    secretSharing: true,
    indices: participants.map((_, place) => place + 1),
    shareStage: 0,
    key: null,
    messages: [],
    broadcastStages: [1, 2, 4],
    stages: 4,
    contextBytes,
    sid: sidOf(contextBytes),
    ...NO_SLOTS,
    secondSid: sidOf(contextBytes),
  }
}

export function signingFacts(
  identities: Identities,
  ceremonyId: bigint,
  participants: readonly ValidatorId[],
  key: PublicKeyFacts,
  messages: readonly Uint8Array[],
  named?: { readonly slots: NamedSlots; readonly afterMs: number },
): CeremonyFacts {
  const { minSigners, suite, protocol, participants: holders } = key.record
  const secretSharing = protocol === 'stinson-strobl'
  const context: SignContext = {
    kind: 'sign',
    network: NETWORK,
    ceremonyId,
    protocol,
    suite,
    minSigners,
    participants: participantsOf(identities, participants),
    keyDigest: key.digest,
    mode: { type: 'two-round' },
    messages: messages.map(messageDigest),
  }
  const twoRounds = encodeContext(context)
  const contextBytes = named === undefined ? twoRounds : encodeContext({ ...context, mode: { type: 'one-round', ...named.slots } })
  return {
    ceremonyId,
    kind: 'sign',
    participants,
    minSigners,
    suite,
    protocol,
    secretSharing,
    indices: participants.map((id) => holders.indexOf(id) + 1),
    shareStage: secretSharing ? 5 : 2,
    key,
    messages,
    broadcastStages: secretSharing ? [1, 2, 4, 5] : [1, 2],
    // The one round has its time before the two.
    stages: secretSharing ? 5 : named === undefined ? 2 : 3,
    contextBytes,
    sid: sidOf(contextBytes),
    ...NO_SLOTS,
    ...named,
    secondSid: sidOf(twoRounds),
  }
}

export function preprocessFacts(
  identities: Identities,
  ceremonyId: bigint,
  participants: readonly ValidatorId[],
  key: PublicKeyFacts,
  count: number,
): CeremonyFacts {
  const { minSigners, suite, protocol, participants: holders } = key.record
  const contextBytes = encodeContext({
    kind: 'preprocess',
    network: NETWORK,
    ceremonyId,
    protocol,
    suite,
    minSigners,
    participants: participantsOf(identities, participants),
    keyDigest: key.digest,
    count,
  })
  return {
    ceremonyId,
    kind: 'preprocess',
    participants,
    minSigners,
    suite,
    protocol,
    secretSharing: false,
    indices: participants.map((id) => holders.indexOf(id) + 1),
    shareStage: 0,
    key,
    messages: [],
    broadcastStages: [1, 2],
    stages: 2,
    contextBytes,
    sid: sidOf(contextBytes),
    ...NO_SLOTS,
    secondSid: sidOf(contextBytes),
    count,
  }
}

/** What a strategy has to do with: a signing in one round is a kind of its own. */
export type Playground = CeremonyFacts['kind'] | 'one-round'

export function playgroundOf({ kind, slots }: Pick<CeremonyFacts, 'kind' | 'slots'>): Playground {
  return slots === null ? kind : 'one-round'
}

const SHARED_SECRET = ['HashCommitment', 'Commitments', 'SecretShare', 'Confirm']

/** Names of the stages in order, for people. */
export function stageNames({ kind, secretSharing }: Pick<CeremonyFacts, 'kind' | 'secretSharing'>): readonly string[] {
  if (kind === 'keygen') return SHARED_SECRET
  if (kind === 'preprocess') return ['Preprocess', 'Confirm']
  return secretSharing ? [...SHARED_SECRET, 'LocalSig'] : ['NonceCommitments', 'SignatureShare']
}

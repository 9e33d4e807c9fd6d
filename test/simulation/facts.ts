/** What everybody in a run knows of a ceremony: its instruction, and what follows from it. */
import type { KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { encodeContext, messageDigest, sidOf } from '../../src/wire/context.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { Protocol, ValidatorId } from '../../src/wire/message.ts'
import { NETWORK } from './network.ts'

/** The public part of a key. */
export type PublicKeyFacts = Pick<KeyMaterial, 'keyId' | 'keyIdBytes' | 'record' | 'recordBytes' | 'digest'>

export interface CeremonyFacts {
  readonly ceremonyId: bigint
  readonly kind: 'keygen' | 'sign'
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
  }
}

export function signingFacts(
  identities: Identities,
  ceremonyId: bigint,
  participants: readonly ValidatorId[],
  key: PublicKeyFacts,
  messages: readonly Uint8Array[],
): CeremonyFacts {
  const { minSigners, suite, protocol, participants: holders } = key.record
  const secretSharing = protocol === 'stinson-strobl'
  const contextBytes = encodeContext({
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
  })
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
    stages: secretSharing ? 5 : 2,
    contextBytes,
    sid: sidOf(contextBytes),
  }
}

const SHARED_SECRET = ['HashCommitment', 'Commitments', 'SecretShare', 'Confirm']

/** Names of the stages in order, for people. */
export function stageNames({ kind, secretSharing }: Pick<CeremonyFacts, 'kind' | 'secretSharing'>): readonly string[] {
  if (kind === 'keygen') return SHARED_SECRET
  return secretSharing ? [...SHARED_SECRET, 'LocalSig'] : ['NonceCommitments', 'SignatureShare']
}

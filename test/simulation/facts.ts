/** What everybody in a run knows of a ceremony: its instruction, and what follows from it. */
import type { KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { encodeContext, messageDigest, sidOf } from '../../src/wire/context.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
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
): CeremonyFacts {
  const contextBytes = encodeContext({
    kind: 'keygen',
    network: NETWORK,
    ceremonyId,
    protocol: 'frost',
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
  const { minSigners, suite } = key.record
  const contextBytes = encodeContext({
    kind: 'sign',
    network: NETWORK,
    ceremonyId,
    protocol: 'frost',
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
    key,
    messages,
    broadcastStages: [1, 2],
    stages: 2,
    contextBytes,
    sid: sidOf(contextBytes),
  }
}

/** Names of the stages by number, for people. */
export const PLAIN_STAGES: Readonly<Record<string, readonly string[]>> = {
  keygen: ['HashCommitment', 'Commitments', 'SecretShare', 'Confirm'],
  sign: ['NonceCommitments', 'SignatureShare'],
}

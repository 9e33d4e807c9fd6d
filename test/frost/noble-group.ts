/** The other implementation's side of a mixed group: its keys, its signers and its packages, in our types. */
import type { FROST } from '@noble/curves/abstract/frost.js'
import { schnorr_FROST, secp256k1_FROST } from '@noble/curves/secp256k1.js'
import { copyBytes } from '../../src/bytes.ts'
import type { FrostCommitment, FrostPublic, FrostShare, FrostSuite } from '../../src/frost/index.ts'
import { type FrostApi, must } from './apis.ts'

export const NOBLE: Readonly<Record<FrostSuite, FROST>> = { 'secp256k1-sha256': secp256k1_FROST, bip340: schnorr_FROST }

export interface Key {
  readonly keys: FrostPublic
  readonly shares: readonly FrostShare[]
}

/** One member of a signing group, whose code it runs is its own business. */
export interface Signer {
  readonly identifier: number
  readonly commitment: FrostCommitment
  sign(list: readonly FrostCommitment[], message: Uint8Array): Uint8Array
}

export const idOf = (noble: FROST, identifier: number): string => noble.Identifier.fromNumber(identifier)

/** Draws until the group key has the wanted parity. */
export function untilParity(odd: boolean, deal: () => Key): Key {
  for (;;) {
    const key = deal()
    if ((key.keys.groupPublicKey[0] === 3) === odd) return key
  }
}

export function dealtByNoble(suite: FrostSuite, minSigners: number, identifiers: readonly number[]): Key {
  const noble = NOBLE[suite]
  const ids = identifiers.map((identifier) => idOf(noble, identifier))
  const dealt = noble.trustedDealer({ min: minSigners, max: identifiers.length }, ids)
  const pointOf = (identifier: number) => copyBytes(must(dealt.public.verifyingShares[idOf(noble, identifier)]))
  return {
    keys: {
      suite,
      minSigners,
      groupPublicKey: copyBytes(must(dealt.public.commitments[0])),
      verifyingShares: new Map(identifiers.map((identifier) => [identifier, pointOf(identifier)])),
    },
    shares: identifiers.map((identifier) => ({
      identifier,
      secretShare: copyBytes(must(dealt.secretShares[idOf(noble, identifier)]).signingShare),
    })),
  }
}

/** noble's view of our public key package. */
export function forNoble({ suite, minSigners, groupPublicKey, verifyingShares }: FrostPublic) {
  const noble = NOBLE[suite]
  return {
    signers: { min: minSigners, max: verifyingShares.size },
    commitments: [groupPublicKey],
    verifyingShares: Object.fromEntries([...verifyingShares].map(([identifier, point]) => [idOf(noble, identifier), point])),
  }
}

/** In noble the list must be in the order of the identifiers. */
export function listForNoble(noble: FROST, list: readonly FrostCommitment[]) {
  const sorted = [...list].sort((a, b) => a.identifier - b.identifier)
  return sorted.map(({ identifier, hiding, binding }) => ({ identifier: idOf(noble, identifier), hiding, binding }))
}

export function sharesForNoble(noble: FROST, shares: ReadonlyMap<number, Uint8Array>): Record<string, Uint8Array> {
  return Object.fromEntries([...shares].map(([identifier, share]) => [idOf(noble, identifier), share]))
}

export function nobleSigner({ keys, shares }: Key, identifier: number): Signer {
  const noble = NOBLE[keys.suite]
  const { secretShare } = must(shares.find((share) => share.identifier === identifier))
  const secret = { identifier: idOf(noble, identifier), signingShare: secretShare }
  const { nonces, commitments } = noble.commit(secret)
  return {
    identifier,
    commitment: { identifier, hiding: copyBytes(commitments.hiding), binding: copyBytes(commitments.binding) },
    sign: (list, message) => copyBytes(noble.signShare(secret, forNoble(keys), nonces, listForNoble(noble, list), message)),
  }
}

export function ourSigner(frost: FrostApi, { keys, shares }: Key, identifier: number): Signer {
  const share = must(shares.find((one) => one.identifier === identifier))
  const nonces = frost.commit({ suite: keys.suite, share })
  return {
    identifier,
    commitment: nonces.commitment,
    sign: (commitments, message) => frost.sign({ keys, commitments, message, share, nonces }),
  }
}

/** Both rounds of a group. */
export function signTogether(signers: readonly Signer[], message: Uint8Array) {
  const commitments = signers.map(({ commitment }) => commitment)
  const signatureShares = new Map(signers.map((signer) => [signer.identifier, signer.sign(commitments, message)]))
  return { commitments, message, signatureShares }
}

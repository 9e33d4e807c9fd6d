/** What `quorate keys` says of keys: nothing that is secret. */
import { toHex } from '../../bytes.ts'
import type { KeyInfo } from '../../ceremony/key-info.ts'

export interface KeyJson {
  readonly keyId: string
  readonly state: KeyInfo['state']
  readonly suite: KeyInfo['suite']
  readonly protocol: KeyInfo['protocol']
  readonly minSigners: number
  readonly participants: readonly string[]
  readonly groupPublicKey: string
  readonly keygenCeremonyId: string
}

/** The line of `keys list --json`. */
export interface KeysJson {
  readonly schema: 'quorate.keys/1'
  readonly self: string
  readonly highestCeremonyId: string
  readonly keys: readonly KeyJson[]
}

/** The line of `keys show --json`. */
export interface KeyShowJson extends KeyJson {
  readonly schema: 'quorate.key/1'
  readonly verifyingShares: Readonly<Record<string, string>>
  /** whose are stored */
  readonly certificates: readonly string[]
}

/** The line of `keys backup`, `restore`, `delete` and `raise-mark` under --json. */
export interface KeyChangeJson {
  readonly schema: 'quorate.key-change/1'
  readonly done: 'backup' | 'restore' | 'delete' | 'raise-mark'
  readonly keyId?: string
  readonly state?: KeyInfo['state']
  readonly file?: string
  readonly highestCeremonyId: string
}

export function keyJson({ keyId, state, suite, protocol, minSigners, participants, groupPublicKey, keygenCeremonyId }: KeyInfo): KeyJson {
  return {
    keyId,
    state,
    suite,
    protocol,
    minSigners,
    participants,
    groupPublicKey: toHex(groupPublicKey),
    keygenCeremonyId: String(keygenCeremonyId),
  }
}

export function keyShowJson(info: KeyInfo): KeyShowJson {
  return {
    schema: 'quorate.key/1',
    ...keyJson(info),
    verifyingShares: Object.fromEntries(Array.from(info.verifyingShares, ([id, point]) => [id, toHex(point)])),
    certificates: [...info.certificates.keys()],
  }
}

export function keyText({ keyId, state, suite, protocol, minSigners, participants, groupPublicKey }: KeyJson): string {
  return `${keyId}  ${state}  ${suite}  ${protocol}  ${minSigners} of ${participants.length} (${participants.join(', ')})  ${groupPublicKey}`
}

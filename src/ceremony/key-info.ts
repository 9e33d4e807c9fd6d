/** What a node knows of a key, in public. */
import type { Point33, Suite } from '../kernel/contract.ts'
import type { CeremonyId, Protocol, ValidatorId } from '../wire/message.ts'

/** 64 lowercase hex digits: the keygen's `sid`, known before the key exists. Same on every node, safe in a file name. Not secret. */
export type KeyId = string

export interface KeyInfo {
  readonly keyId: KeyId
  readonly suite: Suite
  readonly protocol: Protocol
  readonly minSigners: number
  /** sorted; a validator's index is its 1-based place here, for ever, whatever the roster becomes */
  readonly participants: readonly ValidatorId[]
  readonly groupPublicKey: Point33
  readonly verifyingShares: ReadonlyMap<ValidatorId, Point33>
  readonly state: 'pending' | 'active'
  readonly keygenCeremonyId: CeremonyId
  /** signed `ok` envelopes of stage `Confirm`; all of them when active */
  readonly certificates: ReadonlyMap<ValidatorId, Uint8Array>
}

/** How a ceremony ended, as one line of JSON: bytes are lowercase hex, ids decimal strings. */
import { toHex } from '../bytes.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import type { Failure, FailureReason, Fault } from '../ceremony/outcome.ts'
import type { Suite } from '../kernel/contract.ts'
import type { StageName } from '../wire/message.ts'

interface OutcomeHead {
  readonly schema: 'quorate.outcome/1'
  readonly ceremonyId: string
}

export interface KeygenSuccessJson extends OutcomeHead {
  readonly status: 'success'
  readonly keyId: KeyId
  readonly groupPublicKey: string
}

export interface SignSuccessJson extends OutcomeHead {
  readonly status: 'success'
  readonly keyId: KeyId
  readonly suite: Suite
  readonly signatures: readonly string[]
}

export interface FailureJson extends OutcomeHead {
  readonly status: 'failure'
  readonly reason: FailureReason
  readonly stage: StageName
  readonly blamed: readonly { readonly validator: string; readonly fault: Fault; readonly evidence: string }[]
  readonly missing: readonly { readonly validator: string; readonly reportedBy: string }[]
}

export type OutcomeJson = KeygenSuccessJson | SignSuccessJson | FailureJson

/** A preprocessing makes neither a key nor signatures. */
export interface PreprocessSuccessJson extends OutcomeHead {
  readonly status: 'success'
  readonly keyId: KeyId
  readonly signers: readonly string[]
  readonly count: number
}

export function failureJson(failure: Failure): FailureJson {
  return {
    schema: 'quorate.outcome/1',
    ceremonyId: failure.ceremonyId.toString(),
    status: 'failure',
    reason: failure.reason,
    stage: failure.stage,
    blamed: failure.blamed.map(({ validator, fault, evidence }) => ({ validator, fault, evidence: toHex(evidence) })),
    missing: failure.missing.map(({ validator, reportedBy }) => ({ validator, reportedBy })),
  }
}

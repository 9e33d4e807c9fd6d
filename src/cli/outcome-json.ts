/** The line that tells how a ceremony ended in failure. */
import { toHex } from '../bytes.ts'
import type { Failure, Fault, StageName } from '../index.ts'

export interface FailureJson {
  readonly schema: 'quorate.outcome/1'
  readonly ceremonyId: string
  readonly status: 'failure'
  readonly reason: Failure['reason']
  readonly stage: StageName
  readonly blamed: readonly { validator: string; fault: Fault; evidence: string }[]
  readonly missing: readonly { validator: string; reportedBy: string }[]
}

export function outcomeJson(failure: Failure): FailureJson {
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

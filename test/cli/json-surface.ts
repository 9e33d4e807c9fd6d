/**
 * The promised lines of `--json`, written a second time and compared with the commands' own types. Nothing here runs; `npm run types` checks
 * it. The commands are not importable from the package, so this is not part of the comparison with the installed one.
 */

import type { DemoJson } from '../../src/cli/demo/run.ts'
import type { AuditJson } from '../../src/cli/evidence/audit.ts'
import type { EvidenceJson } from '../../src/cli/evidence/verify.ts'
import type { ErrorJson } from '../../src/cli/exit.ts'
import type { TuneJson } from '../../src/cli/tune/report.ts'
import type { OutcomeJson } from '../../src/node/outcome-json.ts'
import type { ErrorCode, Failure, Fault, KeyId, Protocol, StageName } from '../package/client-surface.ts'
import type { KernelInfo, PoolStats, Suite } from '../package/kernel-surface.ts'
import type { Check, Has, Same } from '../package/same.ts'

/** One line; bytes are lowercase hex, ids decimal strings, times milliseconds. */
interface PromisedDemo {
  schema: 'quorate.demo/1'
  nodes: number
  minSigners: number
  kernel: KernelInfo['name']
  workers: number
  seed: string
  keygen: readonly {
    suite: Suite
    protocol: Protocol
    keyId: KeyId
    groupPublicKey: string
    totalMs: number
    stages: Partial<Record<StageName, number>>
    bytesPerNode: number
  }[]
  signatures: {
    requested: number
    verified: number
    verifiedBy: 'noble' | 'baseline'
    bySuite: readonly {
      suite: Suite
      requested: number
      verified: number
      totalMs: number
      perSignatureMs: number
      bytesPerNode: number
    }[]
  }
  totalMs: number
}

type PromisedOutcome = { schema: 'quorate.outcome/1'; ceremonyId: string } & (
  | { status: 'success'; keyId: KeyId; groupPublicKey: string }
  | { status: 'success'; keyId: KeyId; suite: Suite; signatures: readonly string[] }
  | {
      status: 'failure'
      reason: Failure['reason']
      stage: StageName
      blamed: readonly { validator: string; fault: Fault; evidence: string }[]
      missing: readonly { validator: string; reportedBy: string }[]
    }
)

interface PromisedError {
  schema: 'quorate.error/1'
  code: ErrorCode
  field?: string
  message: string
}

type PromisedEvidence = { schema: 'quorate.evidence/1' } & (
  | {
      proven: true
      validator: string
      fault: Fault
      description: string
      network: string
      kind: 'keygen' | 'preprocess' | 'sign'
      ceremonyId: string
      sid: string
      sent: 'message' | 'view' | 'abort'
      stage: StageName | null
      message?: number
      evidence: string
    }
  | { proven: false; reason: string }
)

interface PromisedAudit {
  schema: 'quorate.audit/1'
  status: 'complete' | 'broken' | 'disputed' | 'incomplete'
  network: string
  kind: 'keygen' | 'preprocess' | 'sign'
  ceremonyId: string
  sid: string
  participants: readonly string[]
  blamed: readonly { validator: string; fault: Fault; message?: number; evidence: string; file?: string }[]
  absent: readonly { stage: StageName; validator: string }[]
  differing: readonly { stage: StageName; validator: string }[]
  claims: readonly { validator: string; reason: string; missing: readonly string[] }[]
  remark: string | null
  result: { groupPublicKey: string } | { signatures: readonly string[] } | { digest: string } | null
}

interface PromisedTune {
  schema: 'quorate.tune/1'
  machine: { cpu: string; cores: number; node: string; v8: string; quorate: string; kernel: KernelInfo['name'] }
  tried: readonly { workers: number; batch: number; inlineBelowMicros: number; signaturesPerSecond: number; p99Ms: number }[]
  best: { workers: number; batch: number; inlineBelowMicros: number }
  written: string | null
}

/** A fault of ours is told in the same line: the one code that the table of errors does not have. */
type WithoutInternal = { [K in keyof ErrorJson]: K extends 'code' ? Exclude<ErrorJson[K], 'ERR_INTERNAL'> : ErrorJson[K] }

export type Lines = [
  Check<Same<Omit<DemoJson, 'pool'>, PromisedDemo>>,
  Check<Has<DemoJson['pool'], PoolStats>>,
  Check<Same<OutcomeJson, PromisedOutcome>>,
  Check<Same<EvidenceJson, PromisedEvidence>>,
  Check<Same<AuditJson, PromisedAudit>>,
  Check<Same<TuneJson, PromisedTune>>,
  Check<Same<WithoutInternal, PromisedError>>,
]

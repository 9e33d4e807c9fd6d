/** How a ceremony ended, for people and as a line of JSON. */
import { createHash } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import type { Failure } from '../../index.ts'
import type { KeygenResult } from '../../node/operator/keygen.ts'
import type { PreprocessResult } from '../../node/operator/preprocess.ts'
import type { SignResult } from '../../node/operator/sign.ts'
import {
  failureJson,
  type KeygenSuccessJson,
  type OutcomeJson,
  type PreprocessSuccessJson,
  type SignSuccessJson,
} from '../../node/outcome-json.ts'
import { FAULT_WORDS } from '../evidence/words.ts'
import { writeEvidence } from '../evidence/write.ts'
import { EXIT } from '../exit.ts'
import type { Terminal } from '../terminal.ts'
import type { OperatorFlags } from './flags.ts'

type SuccessOf<Result> = Extract<Result, { readonly status: 'success' }>
export type Ended = OutcomeJson | PreprocessSuccessJson

const schema = 'quorate.outcome/1'

export function keygenJson(result: KeygenResult): OutcomeJson {
  return result.status === 'failure' ? failureJson(result) : keygenSuccess(result)
}

function keygenSuccess({ ceremonyId, keyId, groupPublicKey }: SuccessOf<KeygenResult>): KeygenSuccessJson {
  return { schema, ceremonyId: ceremonyId.toString(), status: 'success', keyId, groupPublicKey: toHex(groupPublicKey) }
}

export function signJson(result: SignResult): OutcomeJson {
  return result.status === 'failure' ? failureJson(result) : signSuccess(result)
}

function signSuccess({ ceremonyId, keyId, suite, signatures }: SuccessOf<SignResult>): SignSuccessJson {
  return { schema, ceremonyId: ceremonyId.toString(), status: 'success', keyId, suite, signatures: signatures.map(toHex) }
}

export function preprocessJson(result: PreprocessResult): Ended {
  if (result.status === 'failure') return failureJson(result)
  const { ceremonyId, keyId, signers, count } = result
  return { schema, ceremonyId: ceremonyId.toString(), status: 'success', keyId, signers, count } satisfies PreprocessSuccessJson
}

/**
 * The outcome on stdout, and evidence where it was asked for.
 *
 * @param lines of a success
 * @returns the exit code
 * @throws ERR_INVALID_ARGUMENT with field `evidence`
 */
export function tellOutcome(
  result: Failure | { readonly status: 'success' },
  { json, lines }: { readonly json: Ended; readonly lines: readonly string[] },
  flags: Pick<OperatorFlags, 'evidence' | 'json'>,
  terminal: Terminal,
): number {
  const failure = result.status === 'failure' ? result : null
  const files =
    failure === null || flags.evidence === undefined
      ? []
      : writeEvidence(flags.evidence, failure.blamed, 'evidence', `${failure.ceremonyId}-`)
  if (flags.json === true) terminal.writeResult(JSON.stringify(json))
  else terminal.writeResult((failure === null ? lines : failureLines(failure, files)).join('\n'))
  return failure === null ? EXIT.ok : EXIT.failure
}

/** @param files of the evidence, in order, where it was written */
function failureLines({ ceremonyId, reason, stage, blamed, missing }: Failure, files: readonly string[]): readonly string[] {
  const missed = new Map<string, string[]>()
  for (const { validator, reportedBy } of missing) missed.set(validator, [...(missed.get(validator) ?? []), reportedBy])
  return [
    `ceremony ${ceremonyId} failed in stage ${stage}: ${reason}`,
    ...blamed.map(({ validator, fault, evidence }, i) => {
      const where = files[i] ?? `evidence SHA-256 ${createHash('sha256').update(evidence).digest('hex')}`
      return `  blamed   ${validator}: ${fault}, ${FAULT_WORDS[fault]} (${where})`
    }),
    ...[...missed].map(([validator, by]) => `  missing  ${validator}, by the word of ${by.join(', ')}`),
  ]
}

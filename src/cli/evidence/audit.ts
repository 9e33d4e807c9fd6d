/** `quorate evidence audit`: who broke a recorded ceremony, if anyone. */
import { createHash } from 'node:crypto'
import { Command } from 'commander'
import { toHex } from '../../bytes.ts'
import { MAX_TRANSCRIPT_BYTES } from '../../ceremony/transcript/file.ts'
import { invalidArgument } from '../../errors.ts'
import { type Audit, auditTranscript, type Fault, type StageName } from '../../index.ts'
import { decodeKeyRecord } from '../../wire/key-record.ts'
import type { CeremonyKind } from '../../wire/message.ts'
import { EXIT } from '../exit.ts'
import type { Run } from '../program.ts'
import { readFileUpTo, readRoster } from './files.ts'
import { FAULT_WORDS, KIND_WORDS } from './words.ts'
import { writeEvidence } from './write.ts'

interface AuditFlags {
  readonly roster: string
  readonly out?: string
  readonly json?: true
}

/** The line of `--json`: bytes are lowercase hex, ids decimal strings. */
export interface AuditJson {
  readonly schema: 'quorate.audit/1'
  readonly status: Audit['status']
  readonly network: string
  readonly kind: CeremonyKind
  readonly ceremonyId: string
  readonly sid: string
  readonly participants: readonly string[]
  readonly blamed: readonly {
    readonly validator: string
    readonly fault: Fault
    /** bad-signature-share: the place of the message from 0 */
    readonly message?: number
    /** as events name it */
    readonly evidence: string
    /** where it was written, with --out */
    readonly file?: string
  }[]
  readonly absent: readonly { readonly stage: StageName; readonly validator: string }[]
  readonly differing: readonly { readonly stage: StageName; readonly validator: string }[]
  /** what nobody can check */
  readonly claims: readonly { readonly validator: string; readonly reason: string; readonly missing: readonly string[] }[]
  readonly remark: string | null
  /** what the messages make, if the ceremony is complete */
  readonly result: { readonly groupPublicKey: string } | { readonly signatures: readonly string[] } | { readonly digest: string } | null
}

export function evidenceAuditCommand(choose: (run: Run) => void): Command {
  return new Command('audit')
    .description('replay the transcript of a ceremony; exits 0 if it is complete and nobody broke it, 1 if not')
    .argument('<transcript>', 'as a node handed it over')
    .requiredOption('--roster <file>', 'the validators and their identity keys')
    .option('--out <folder>', 'write the evidence there, a file a fault')
    .option('--json', 'one line of JSON on stdout')
    .action((file: string, flags: AuditFlags) => {
      choose(async ({ writeResult }) => {
        const roster = readRoster(flags.roster)
        const read = readFileUpTo(file, 'transcript', MAX_TRANSCRIPT_BYTES)
        if (read.status === 'too-large') throw invalidArgument('transcript', `${file} is larger than ${MAX_TRANSCRIPT_BYTES} bytes`)
        const audit = auditTranscript(read.bytes, roster)
        const files = flags.out === undefined ? [] : writeEvidence(flags.out, audit.blamed, 'out')
        writeResult(flags.json === true ? JSON.stringify(jsonOf(audit, files)) : linesOf(audit, files).join('\n'))
        return audit.status === 'complete' ? EXIT.ok : EXIT.failure
      })
    })
}

function jsonOf(audit: Audit, files: readonly string[]): AuditJson {
  const { context, status, sid, blamed, absent, differing, claims, remark } = audit
  return {
    schema: 'quorate.audit/1',
    status,
    network: context.network,
    kind: context.kind,
    ceremonyId: context.ceremonyId.toString(),
    sid: toHex(sid),
    participants: context.participants.map(({ id }) => id),
    blamed: blamed.map(({ validator, fault, message, evidence }, i) => {
      const file = files[i]
      return {
        validator,
        fault,
        ...(message === undefined ? {} : { message }),
        evidence: `sha256:${createHash('sha256').update(evidence).digest('hex')}`,
        ...(file === undefined ? {} : { file }),
      }
    }),
    absent,
    differing,
    claims,
    remark,
    result: resultOf(audit),
  }
}

function resultOf({ result }: Audit): AuditJson['result'] {
  if (result === null) return null
  if ('record' in result) return { groupPublicKey: toHex(decodeKeyRecord(result.record).groupPublicKey) }
  return 'digest' in result ? { digest: toHex(result.digest) } : { signatures: result.signatures.map(toHex) }
}

const VERDICTS: Readonly<Record<Audit['status'], string>> = {
  complete: 'nobody broke it, and it is complete',
  broken: 'it was broken',
  disputed: 'it is disputed: participants saw different messages, and who lied is not to be seen in this transcript',
  incomplete: 'it is incomplete, and nobody is proven to have broken it',
}

function linesOf(audit: Audit, files: readonly string[]): readonly string[] {
  const { context, status, sid, blamed, absent, differing, claims, remark, result } = audit
  return [
    `${KIND_WORDS[context.kind]} ${context.ceremonyId} of network "${context.network}", ${context.participants.length} participants`,
    `sid ${toHex(sid)}`,
    `${VERDICTS[status]}${remark === null ? '' : ` (${remark})`}`,
    ...blamed.map(({ validator, fault, message }, i) => {
      const where = message === undefined ? '' : ` (message ${message})`
      return `  ${validator}: ${fault}${where}, ${FAULT_WORDS[fault]}${files[i] === undefined ? '' : `: ${files[i]}`}`
    }),
    ...absent.map(({ stage, validator }) => `  absent: ${stage} of ${validator}`),
    ...differing.map(({ stage, validator }) => `  ${stage} of ${validator} carries another transcript digest`),
    ...claims.map(
      ({ validator, reason, missing }) =>
        `  ${validator} gave up (${reason})${missing.length === 0 ? '' : `, missing ${missing.join(', ')}`}`,
    ),
    ...(result === null
      ? []
      : 'record' in result
        ? [`group public key ${toHex(decodeKeyRecord(result.record).groupPublicKey)}`]
        : 'digest' in result
          ? [`all confirm ${toHex(result.digest)}`]
          : [`signatures ${result.signatures.length}, all valid`]),
  ]
}

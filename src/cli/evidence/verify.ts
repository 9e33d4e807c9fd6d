/** `quorate evidence verify`: does a file prove that a validator broke the rules? */
import { createHash } from 'node:crypto'
import { Command } from 'commander'
import { toHex } from '../../bytes.ts'
import { type FaultPlace, placeOfFault } from '../../ceremony/evidence/where.ts'
import { type Fault, type StageName, verifyEvidence } from '../../index.ts'
import type { CeremonyKind } from '../../wire/message.ts'
import { MAX_EVIDENCE_BYTES } from '../../wire/sizes.ts'
import { EXIT } from '../exit.ts'
import type { Run } from '../program.ts'
import { readFileUpTo, readRoster } from './files.ts'
import { FAULT_WORDS, KIND_WORDS, placeWords } from './words.ts'

interface VerifyFlags {
  readonly roster: string
  readonly json?: true
}

/** The line of `--json`. There is no time in it: evidence knows the ceremony and its stage, and nobody's clock. */
export type EvidenceJson = { readonly schema: 'quorate.evidence/1' } & (
  | {
      readonly proven: true
      readonly validator: string
      readonly fault: Fault
      /** the fault in words */
      readonly description: string
      readonly network: string
      readonly kind: CeremonyKind
      readonly ceremonyId: string
      readonly sid: string
      readonly sent: FaultPlace['sent']
      /** null: an abort belongs to no stage */
      readonly stage: StageName | null
      /** bad-signature-share: the place of the message from 0 */
      readonly message?: number
      /** as events name it */
      readonly evidence: string
    }
  | { readonly proven: false; readonly reason: string }
)

export function evidenceVerifyCommand(choose: (run: Run) => void): Command {
  return new Command('verify')
    .description('judge a piece of evidence; exits 0 if it is proven, 1 if not')
    .argument('<file>', 'the evidence, as an outcome or an audit gave it')
    .requiredOption('--roster <file>', 'the validators and their identity keys')
    .option('--json', 'one line of JSON on stdout')
    .action((file: string, flags: VerifyFlags) => {
      choose(async ({ writeResult }) => {
        const json = judge(file, flags.roster)
        writeResult(flags.json === true ? JSON.stringify(json) : linesOf(json).join('\n'))
        return json.proven ? EXIT.ok : EXIT.failure
      })
    })
}

function judge(file: string, rosterFile: string): EvidenceJson {
  const schema = 'quorate.evidence/1'
  const roster = readRoster(rosterFile)
  const read = readFileUpTo(file, 'file', MAX_EVIDENCE_BYTES)
  if (read.status === 'too-large') {
    return { schema, proven: false, reason: `the file has ${read.size} bytes, and no evidence has more than ${MAX_EVIDENCE_BYTES}` }
  }
  const verdict = verifyEvidence(read.bytes, roster)
  if (!verdict.valid) return { schema, proven: false, reason: verdict.reason }
  const { validator, fault, kind, ceremonyId, sid } = verdict
  const { context, sent, stage, message } = placeOfFault(read.bytes)
  return {
    schema,
    proven: true,
    validator,
    fault,
    description: FAULT_WORDS[fault],
    network: context.network,
    kind,
    ceremonyId: ceremonyId.toString(),
    sid: toHex(sid),
    sent,
    stage,
    ...(message === undefined ? {} : { message }),
    evidence: `sha256:${createHash('sha256').update(read.bytes).digest('hex')}`,
  }
}

function linesOf(json: EvidenceJson): readonly string[] {
  if (!json.proven) return [`not proven: ${json.reason}`]
  return [
    `who   ${json.validator}`,
    `what  ${json.fault}: ${json.description}`,
    `when  ${KIND_WORDS[json.kind]} ${json.ceremonyId} of network "${json.network}", ${placeWords(json)}`,
    `sid   ${json.sid}`,
    'proven with the keys of the roster; evidence holds no time of day',
  ]
}

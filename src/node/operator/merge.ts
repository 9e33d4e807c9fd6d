/**
 * One failure of what the participants report of theirs. Proven faults are those whose evidence stands here, whoever sent it; that somebody was missing stays
 * a claim of who says so. Where reports differ that is told, not smoothed over.
 */
import { copyBytes, equalBytes, fromHex } from '../../bytes.ts'
import { verifyEvidence } from '../../ceremony/evidence/public.ts'
import type { Blame, Failure, FailureReason, Missing } from '../../ceremony/outcome.ts'
import type { CeremonyId, CeremonyKind, StageName, ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import { compareValidatorIds } from '../../wire/validator-id.ts'
import type { BlameBody, FailureBody } from '../report-bodies.ts'
import type { End, Gathering } from './gathering.ts'

export interface MergeOptions {
  readonly kind: CeremonyKind
  readonly ceremonyId: CeremonyId
  /** of what was instructed, and of the two rounds that a signing over slots may come to: evidence of any other ceremony is no evidence in this one */
  readonly sids: readonly Uint8Array[]
  readonly roster: Roster
  /** who reports those as missing that report nothing themselves */
  readonly operator: string
}

export interface Merged {
  readonly failure: Failure
  readonly remarks: readonly string[]
}

const FIRST_STAGE: Readonly<Record<CeremonyKind, StageName>> = {
  keygen: 'HashCommitment',
  preprocess: 'Preprocess',
  sign: 'NonceCommitments',
}

export function mergeFailure(gathering: Gathering, options: MergeOptions): Merged {
  const remarks: string[] = []
  const ends = [...gathering.ends].sort(([a], [b]) => compareValidatorIds(a, b))
  const failures = ends.flatMap(([from, end]) => (end.type === 'failure' ? [{ from, body: end.body }] : []))
  const blamed = unionOfBlames(failures, options, remarks)
  const reason = reasonOf(failures, blamed, gathering)
  const stage = (failures.find(({ body }) => body.reason === reason) ?? failures[0])?.body.stage ?? gathering.stage
  const missing = missingOf(failures, gathering.unheard, options.operator)
  remarks.push(...disagreements(failures, ends, gathering))
  const { ceremonyId, kind } = options
  return { failure: { status: 'failure', ceremonyId, reason, stage: stage ?? FIRST_STAGE[kind], blamed, missing }, remarks }
}

interface Reported {
  readonly from: ValidatorId
  readonly body: FailureBody
}

function unionOfBlames(failures: readonly Reported[], options: MergeOptions, remarks: string[]): readonly Blame[] {
  const proven = new Map<string, Blame>()
  for (const { from, body } of failures) {
    for (const blame of body.blamed) {
      const { validator, fault } = blame
      if (proven.has(`${validator} ${fault}`)) continue
      const judged = judge(blame, from, options)
      if (typeof judged === 'string') remarks.push(judged)
      else proven.set(`${validator} ${fault}`, judged)
    }
  }
  return [...proven.values()].sort((a, b) => compareValidatorIds(a.validator, b.validator))
}

function judge(blame: BlameBody, from: ValidatorId, { kind, ceremonyId, sids, roster }: MergeOptions): Blame | string {
  const { validator, fault } = blame
  const claim = `${from} blames ${validator} (${fault})`
  if (!('evidence' in blame)) {
    const where = blame.file === null ? 'and could not keep it' : `kept it in ${blame.file}`
    return `${claim}, not checked: the evidence is too large for the broker; ${from} ${where} (SHA-256 ${blame.sha256})`
  }
  const evidence = fromHex(blame.evidence, 'evidence')
  const verdict = verifyEvidence(evidence, roster)
  if (!verdict.valid) return `${claim} without proof: ${verdict.reason}`
  if (verdict.validator !== validator || verdict.fault !== fault) {
    return `${claim} with evidence of something else: ${verdict.validator} (${verdict.fault})`
  }
  if (verdict.kind !== kind || verdict.ceremonyId !== ceremonyId || !sids.some((sid) => equalBytes(verdict.sid, sid))) {
    return `${claim} with evidence of another ceremony: ${verdict.kind} ${verdict.ceremonyId}`
  }
  return { validator, fault, evidence: copyBytes(evidence) }
}

/** The most common of those reported; a proven fault is what counts where there is one. */
function reasonOf(failures: readonly Reported[], blamed: readonly Blame[], gathering: Gathering): FailureReason {
  if (blamed.length > 0) return 'fault'
  const counts = new Map<FailureReason, number>()
  // A fault that nobody can prove is none.
  for (const { body } of failures) if (body.reason !== 'fault') counts.set(body.reason, (counts.get(body.reason) ?? 0) + 1)
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  if (most !== undefined) return most[0]
  if (gathering.successes.size > 0) return 'unconfirmed'
  return gathering.open.length > 0 ? 'timeout' : 'aborted'
}

/**
 * Each node speaks for itself: whom another missed, by its account, is left out. Who refused, told an untruth or said nothing is missing to the operator.
 */
function missingOf(failures: readonly Reported[], unheard: readonly ValidatorId[], operator: string): readonly Missing[] {
  const claims = failures.flatMap(({ from, body }) =>
    body.missing.filter(({ validator, reportedBy }) => reportedBy === from && validator !== from),
  )
  const all = [...claims, ...unheard.map((validator) => ({ validator, reportedBy: operator }))]
  const once = new Map(all.map((claim) => [`${claim.validator} ${claim.reportedBy}`, claim]))
  return [...once.values()].sort((a, b) => compareValidatorIds(a.validator, b.validator) || compareValidatorIds(a.reportedBy, b.reportedBy))
}

function disagreements(
  failures: readonly Reported[],
  ends: readonly (readonly [ValidatorId, End])[],
  gathering: Gathering,
): readonly string[] {
  const remarks: string[] = []
  for (const [from, end] of ends) {
    if (end.type === 'refused') remarks.push(`${from} refused: ${end.body.message} (${end.body.code})`)
    if (end.type === 'untrue') remarks.push(`${from} reports a success that is none: ${end.why}`)
  }
  const reasons = groupsOf(failures, ({ body }) => `${body.reason} in ${body.stage}`)
  if (reasons.size > 1) {
    remarks.push(`the nodes give different reasons: ${[...reasons].map(([words, ids]) => `${words} (${ids.join(', ')})`).join('; ')}`)
  }
  const successes = ends.flatMap(([from, end]) => (end.type === 'success' ? [{ from, body: end.body }] : []))
  for (const [words, ids] of groupsOf(successes, ({ body }) => (body.kind === 'keygen' ? `the key ${body.groupPublicKey}` : 'success'))) {
    remarks.push(`${ids.join(', ')} ${ids.length === 1 ? 'reports' : 'report'} ${words}`)
  }
  for (const id of gathering.contradicted) remarks.push(`${id} reported two outcomes that differ; the first counts`)
  if (gathering.open.length > 0) remarks.push(`no outcome came from ${gathering.open.join(', ')}`)
  return remarks
}

function groupsOf<Item extends { readonly from: ValidatorId }>(items: readonly Item[], wordsOf: (item: Item) => string) {
  const groups = new Map<string, ValidatorId[]>()
  for (const item of items) groups.set(wordsOf(item), [...(groups.get(wordsOf(item)) ?? []), item.from])
  return groups
}

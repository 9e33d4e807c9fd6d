/** What must hold of evidence: that of honest nodes convinces everybody, and none convicts one of them. */
import { equalBytes, toHex } from '../../src/bytes.ts'
import { abortLimit } from '../../src/ceremony/aborts.ts'
import { parseEvidence } from '../../src/ceremony/evidence/container.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { stagesOf } from '../../src/ceremony/plan.ts'
import { encodeAbort } from '../../src/wire/abort.ts'
import { largestMessageOf } from '../../src/wire/carrying.ts'
import { decodeContext } from '../../src/wire/context.ts'
import { MAX_ENVELOPE_OVERHEAD } from '../../src/wire/sizes.ts'
import { failures } from './endings.ts'
import { ALL_FAULTS, Archive, compose } from './framing.ts'
import type { RunRecord } from './run.ts'

/** Also beside one such piece against each of the others, and alone over a bus that carries no more than a node asks of it. */
function canBeTold(evidence: Uint8Array): boolean {
  const context = decodeContext(parseEvidence(evidence).context)
  const alone = encodeAbort({ type: 'evidence', evidence: [evidence] }).length + MAX_ENVELOPE_OVERHEAD
  return (4 + evidence.length) * context.participants.length <= abortLimit(context, stagesOf(context)) && alone <= largestMessageOf(context)
}

export function evidenceConvinces(record: RunRecord): string[] {
  const judged = new Set<string>()
  return failures(record).flatMap(({ id, ceremony, outcome }) =>
    outcome.blamed.flatMap(({ validator, fault, evidence }) => {
      const name = toHex(evidence)
      if (judged.has(name)) return []
      judged.add(name)
      const verdict = judgeEvidence(record.kernel, evidence, record.network.roster)
      if (!verdict.valid) return [`the evidence of ${id} against ${validator} for ${fault} convinces nobody: ${verdict.reason}`]
      if (!canBeTold(evidence)) return [`the evidence of ${id} against ${validator} for ${fault} does not fit into an abort`]
      const fits =
        verdict.validator === validator &&
        verdict.fault === fault &&
        [ceremony.sid, ceremony.secondSid].some((sid) => equalBytes(verdict.sid, sid))
      return fits ? [] : [`the evidence of ${id} against ${validator} for ${fault} proves something else`]
    }),
  )
}

/** A few attempts a run on each honest node. */
export function nobodyIsFramed(record: RunRecord): string[] {
  const { plan, coalition, kernel, network, honest } = record
  const { dice } = coalition.options
  if (plan.corrupted.length === 0) return []
  const proven = failures(record).flatMap(({ outcome }) => outcome.blamed.map(({ evidence }) => evidence))
  return plan.ceremonies.flatMap((ceremony) => {
    const archive = new Archive(ceremony, coalition.heard)
    return honest
      .filter((id) => ceremony.participants.includes(id))
      .flatMap((accused) => {
        const fault = dice.pick(ALL_FAULTS)
        const evidence = compose(archive, dice, accused, fault, proven)
        const verdict = evidence === null ? null : judgeEvidence(kernel, evidence, network.roster)
        return verdict?.valid === true && verdict.validator === accused
          ? [`evidence of ${verdict.fault} against the honest ${accused} convinces`]
          : []
      })
  })
}

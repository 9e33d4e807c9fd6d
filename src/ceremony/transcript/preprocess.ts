/** The audit of a recorded preprocessing: the points, and whether all confirm the digest of all pairs. */
import { equalBytes } from '../../bytes.ts'
import { preprocessDigest } from '../../crypto/transcript.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { PreprocessContext } from '../../wire/context.ts'
import { preprocessPlan, shapeOf } from '../plan.ts'
import type { Court } from './court.ts'
import type { Transcript } from './file.ts'
import type { RecordedStages } from './stages.ts'

/** The digest that all confirm. */
export type PreprocessResult = { readonly digest: Uint8Array } | null

export function auditPreprocess(
  kernel: Kernel,
  context: PreprocessContext,
  { sid }: Transcript,
  stages: RecordedStages,
  court: Court,
): PreprocessResult {
  const plan = preprocessPlan(shapeOf(context))
  for (const [place, { envelope, body }] of stages.of(plan.preprocess)?.taken ?? []) {
    if (kernel.checkPoints(body).includes(0)) court.accuse({ place, fault: 'bad-point', parts: { envelopes: [envelope.bytes] } })
  }
  const confirms = stages.of(plan.confirm)
  if (confirms === null) return null
  const digest = preprocessDigest(sid, confirms.previous)
  for (const [place, { envelope, body }] of confirms.taken) {
    if (body.type === 'ok' && equalBytes(body.recordHash, digest)) continue
    court.accuse({ place, fault: 'bad-certificate', parts: { envelopes: [envelope.bytes] } })
  }
  return confirms.full && court.convictions.length === 0 ? { digest } : null
}

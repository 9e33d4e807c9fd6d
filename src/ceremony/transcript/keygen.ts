/** The audit of a recorded key generation: SharedSecret, and the record that follows from it. */
import type { Kernel } from '../../kernel/contract.ts'
import type { KeygenContext } from '../../wire/context.ts'
import { recordFromBodies } from '../keygen/key-record-of.ts'
import { shapeOf, sharedSecretPlan } from '../plan.ts'
import { required } from '../step.ts'
import type { Court } from './court.ts'
import type { Transcript } from './file.ts'
import { SharedSecretAudit } from './shared-secret.ts'
import type { RecordedStages } from './stages.ts'

/** The key record, confirmed by all; or why there is none although no message is absent. */
export type KeygenResult = { readonly record: Uint8Array } | { readonly remark: string } | null

export function auditKeygen(
  kernel: Kernel,
  context: KeygenContext,
  { sid }: Transcript,
  stages: RecordedStages,
  court: Court,
): KeygenResult {
  const plan = sharedSecretPlan(shapeOf(context))
  const indices = context.participants.map((_, place) => place + 1)
  const secret = new SharedSecretAudit({ kernel, context, sid, court, plan, indices, known: {} }).run(stages)
  if (secret === null) return null
  if (!secret.sound) return { remark: 'the key that follows is degenerate: it is none, and nobody is to blame' }
  if (secret.complained) return { remark: 'a participant complained about a share' }
  return secret.certified ? { record: required(recordFromBodies(kernel, context, secret.bodies) ?? undefined) } : null
}

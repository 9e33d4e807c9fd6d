/** What each `Confirm` of SharedSecret's last stage brings about: nothing if it is an `ok` to what we have ourselves, and the end otherwise. */
import { equalBytes } from '../bytes.ts'
import type { ConfirmBody } from '../wire/bodies.ts'
import type { Runtime } from './program.ts'
import type { SharedSecret } from './shared-secret-state.ts'
import type { Received } from './stage.ts'
import { fail, type ProvenFault, type Step } from './step.ts'

/**
 * @param hash what we have confirmed ourselves: the hash of the key record, or of the nonce points
 * @returns null to wait for the others
 */
export function checkConfirm<Result>(
  runtime: Runtime,
  { dealings, complaints }: Pick<SharedSecret, 'dealings' | 'complaints'>,
  hash: Uint8Array,
  place: number,
  { envelope, body }: Received<ConfirmBody>,
): Step<Result> | null {
  // defence: complaint-ends
  if (body.type === 'complaints') return complaints.judge(place, envelope, body.complaints)
  // defence: record-compared
  if (equalBytes(body.recordHash, hash)) return null
  // Two hashes side by side do not say whose is wrong: a judge makes it anew from what all published. If it is not theirs, it is ours.
  const parts = () => ({ envelopes: [envelope.bytes], openings: [dealings.opening(() => true)] })
  const fault: ProvenFault = { place, fault: 'bad-certificate', parts }
  // defence: record-computed-anew
  return runtime.proves(fault) ? fail('fault', [fault]) : fail('internal')
}

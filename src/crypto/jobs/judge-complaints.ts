/**
 * Who is at fault where a participant complains about shares. Everything here is public by then: the proven Diffie-Hellman point opens the box for
 * all. Each share is judged for itself, by its own equation: what decides about one dealer must not depend on another.
 */
import { itemOf, wipe } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import { holdsSharedPoint } from '../dleq.ts'
import { decryptShares, openChannels } from '../share-encryption.ts'
import { COMPLAINT_VERDICT, type JobArgs } from './contract.ts'
import type { JobDefinition } from './definition.ts'

type Args = JobArgs<'judgeComplaints'>
type Complaint = Args['complaints'][number]

/** What the dealer sent, or null where the box does not open or holds another number of values. */
function openBox(kernel: Kernel, { sid, complainer, positions }: Args, { dealer, ciphertext, sharedPoint }: Complaint): Batch | null {
  const [channel] = openChannels(kernel, sid, complainer, [dealer], kernel.compress(sharedPoint), 'in')
  const values = channel === undefined ? null : decryptShares(channel, ciphertext)
  return values?.length === positions * SCALAR_BYTES ? values : null
}

function isGoodShare(kernel: Kernel, args: Args, complaint: Complaint): boolean {
  const { positions, minSigners, complainer } = args
  const values = openBox(kernel, args, complaint)
  if (values === null) return false
  try {
    for (let position = 0; position < positions; position++) {
      const value = itemOf(values, position, SCALAR_BYTES)
      const commitments = itemOf(complaint.dealer.commitments, position, minSigners * POINT_BYTES)
      // One dealer alone: its equation and no sum. A value of q or more fits nothing.
      if (kernel.verifyShares(commitments, minSigners, complainer.index, value)[0] !== 1) return false
    }
    return true
  } finally {
    wipe(values)
  }
}

export const judgeComplaints: JobDefinition<'judgeComplaints'> = {
  run(kernel, args) {
    const { sid, positions, minSigners, complainer, complaints } = args
    const verdicts = complaints.map((complaint, i) => {
      const { dealer } = complaint
      if (dealer.index === complainer.index) throw invalidArgument(`complaints[${i}].dealer`, 'must not be the complainer')
      if (dealer.commitments.length !== positions * minSigners * POINT_BYTES) {
        throw invalidArgument(`complaints[${i}].dealer.commitments`, 'must be positions x minSigners x 64 bytes')
      }
      // defence: complaint-proof
      if (!holdsSharedPoint(kernel, { sid, dealer, complainer }, complaint)) return COMPLAINT_VERDICT.badProof
      // defence: complaint-share
      return isGoodShare(kernel, args, complaint) ? COMPLAINT_VERDICT.goodShare : COMPLAINT_VERDICT.badShare
    })
    return { verdicts: Uint8Array.from(verdicts) }
  },

  estimateMicros({ positions, minSigners, complaints }) {
    // Two short sums of multiples and a decryption; an evaluation a position.
    return complaints.length * (150 + positions * (40 + 2.2 * minSigners))
  },

  secretsOf() {
    return []
  },

  secretsOfResult() {
    return []
  },
}

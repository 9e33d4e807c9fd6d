/**
 * Who is at fault where a participant complains about shares. Everything here is public by then: the proven Diffie-Hellman point opens the box for
 * all.
 */
import { wipe } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import { holdsSharedPoint } from '../dleq.ts'
import { fittingShares } from '../share-check.ts'
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

function checkShape({ positions, minSigners, complainer, complaints }: Args): void {
  complaints.forEach(({ dealer }, i) => {
    if (dealer.index === complainer.index) throw invalidArgument(`complaints[${i}].dealer`, 'must not be the complainer')
    if (dealer.commitments.length !== positions * minSigners * POINT_BYTES) {
      throw invalidArgument(`complaints[${i}].dealer.commitments`, 'must be positions x minSigners x 64 bytes')
    }
  })
}

export const judgeComplaints: JobDefinition<'judgeComplaints'> = {
  run(kernel, args) {
    checkShape(args)
    const { sid, positions, minSigners, complainer, complaints } = args
    const verdicts = new Uint8Array(complaints.length).fill(COMPLAINT_VERDICT.badShare)
    const boxes = complaints.flatMap((complaint, place) => {
      const { dealer } = complaint
      // defence: complaint-proof
      if (!holdsSharedPoint(kernel, { sid, dealer, complainer }, complaint)) {
        verdicts[place] = COMPLAINT_VERDICT.badProof
        return []
      }
      const values = openBox(kernel, args, complaint)
      return values === null ? [] : [{ place, commitments: dealer.commitments, values }]
    })
    const fits = fittingShares(kernel, boxes, positions, minSigners, complainer.index)
    boxes.forEach(({ place, values }, i) => {
      // defence: complaint-share
      if (fits[i] === true) verdicts[place] = COMPLAINT_VERDICT.goodShare
      wipe(values)
    })
    return { verdicts }
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

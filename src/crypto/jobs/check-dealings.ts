/** The checks of what the other dealers published, every point first, then all proofs together; and, if all is well, the sum of it. */
import { concatAll, itemOf } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Kernel, POINT_BYTES } from '../../kernel/contract.ts'
import { sumCommitments as sumOf } from '../polynomial.ts'
import { PROOF_BYTES, type ProofStatement, verifyProofs } from '../proof-of-knowledge.ts'
import { DEALING_FAULT, type Dealing, type JobArgs } from './contract.ts'
import type { JobDefinition } from './definition.ts'

type Args = JobArgs<'checkDealings'>

/**
 * A dealing of another size is a mistake of the caller, not of the dealer: the codec takes exactly t points a position, since a longer vector would raise
 * the threshold and a shorter one lower it.
 */
function checkShape({ dealings, positions, minSigners, ownCommitments }: Args): void {
  if (ownCommitments !== null && ownCommitments.length !== positions * minSigners * POINT_BYTES) {
    throw invalidArgument('ownCommitments', 'must be positions x minSigners x 64 bytes')
  }
  dealings.forEach(({ encryptionKey, commitments, proofs }, i) => {
    if (commitments.length !== positions * minSigners * POINT_BYTES) {
      throw invalidArgument(`dealings[${i}].commitments`, 'must be positions x minSigners x 64 bytes')
    }
    if (proofs.length !== positions * PROOF_BYTES) throw invalidArgument(`dealings[${i}].proofs`, 'must be positions x 96 bytes')
    if (encryptionKey.length !== POINT_BYTES) throw invalidArgument(`dealings[${i}].encryptionKey`, 'must have 64 bytes')
  })
}

/** Whether all the dealer's points are on the curve and none is the identity. One call a dealer bounds the memory of large ceremonies. */
function hasGoodPoints(kernel: Kernel, { encryptionKey, commitments, proofs }: Dealing, positions: number): boolean {
  const noncePoints = Array.from({ length: positions }, (_, position) => itemOf(proofs, position, PROOF_BYTES).subarray(0, POINT_BYTES))
  return kernel.checkPoints(concatAll([encryptionKey, commitments, ...noncePoints])).every((valid) => valid === 1)
}

function statementsOf(sid: Uint8Array, { index, commitments, proofs }: Dealing, positions: number, minSigners: number): ProofStatement[] {
  return Array.from({ length: positions }, (_, position) => ({
    sid,
    index,
    position,
    constantTerm: itemOf(commitments, position * minSigners, POINT_BYTES),
    proof: itemOf(proofs, position, PROOF_BYTES),
  }))
}

export const checkDealings: JobDefinition<'checkDealings'> = {
  run(kernel, args) {
    const { sid, positions, minSigners, dealings, weightSeed, ownCommitments } = args
    checkShape(args)
    const faults = new Uint8Array(dealings.length)
    const statements: ProofStatement[] = []
    /** the dealing that each statement belongs to */
    const owners: number[] = []
    dealings.forEach((dealing, i) => {
      // defence: valid-points
      if (!hasGoodPoints(kernel, dealing, positions)) {
        faults[i] = DEALING_FAULT.badPoint
        return
      }
      for (const statement of statementsOf(sid, dealing, positions, minSigners)) {
        statements.push(statement)
        owners.push(i)
      }
    })
    const valid = verifyProofs(kernel, statements, weightSeed)
    owners.forEach((owner, i) => {
      // defence: proof-of-knowledge
      if (valid[i] !== 1) faults[owner] = DEALING_FAULT.badProof
    })
    const wanted = ownCommitments !== null && faults.every((fault) => fault === DEALING_FAULT.none)
    const sumCommitments = wanted ? sumOf(kernel, [ownCommitments, ...dealings.map((dealing) => dealing.commitments)]) : null
    return { faults, sumCommitments }
  },

  estimateMicros({ positions, minSigners, dealings }) {
    // A range check, the curve equation and an addition a point; two points of a multi-scalar multiplication and some hashes a proof.
    return dealings.length * positions * (0.4 * minSigners + 25)
  },

  secretsOf() {
    return []
  },

  secretsOfResult() {
    return []
  },
}

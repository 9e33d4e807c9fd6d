/**
 * One participant's keygen, stage by stage: the jobs that src/ceremony runs, in its order and with its arguments, and the check of the hashes
 * that open. Not here: drawing the coefficients, envelopes (rows of their own) and the store.
 */
import type { Kernel } from 'quorate/kernel'
import type { Dealing, JobArgs, JobName, JobResult } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { hashCommitmentOf } from '../../src/wire/bodies.ts'
import { concat, integersTo, present } from '../groups.ts'
import { bodyOf, type DkgInputs } from './dkg-inputs.ts'

export type RunJob = <N extends JobName>(name: N, args: JobArgs<N>) => Promise<JobResult<N>>

/** What a participant keeps from one stage for the last. */
type Kept = Pick<JobArgs<'openShares'>, 'sumCommitments' | 'ownShares' | 'sharedPoints' | 'verifyingShares'>

export function keptOf(sumCommitments: Uint8Array, { ownShares, sharedPoints, verifyingShares }: JobResult<'dealShares'>): Kept {
  return { sumCommitments, ownShares, sharedPoints, verifyingShares }
}

/** The arguments of each stage's job. */
export const stageArgs = {
  dealCommitments: ({ sid, index, group, own }: DkgInputs): JobArgs<'dealCommitments'> => ({
    sid,
    index,
    positions: 1,
    minSigners: group.t,
    ...own,
  }),
  checkDealings: ({ sid, group, others, weightSeed }: DkgInputs, { commitments }: Dealing): JobArgs<'checkDealings'> => ({
    sid,
    positions: 1,
    minSigners: group.t,
    dealings: others.map(({ dealing }) => dealing),
    weightSeed,
    ownCommitments: commitments,
  }),
  dealShares: (
    { sid, index, group, own, others }: DkgInputs,
    { encryptionKey }: Dealing,
    sumCommitments: Uint8Array,
  ): JobArgs<'dealShares'> => ({
    sid,
    index,
    positions: 1,
    minSigners: group.t,
    coefficients: own.coefficients,
    encryptionSecret: own.encryptionSecret,
    encryptionKey,
    recipients: others.map((other) => ({ index: other.index, encryptionKey: other.dealing.encryptionKey })),
    verify: { sumCommitments, indices: integersTo(group.n) },
  }),
  openShares: ({ sid, index, group, others }: DkgInputs, { encryptionKey }: Dealing, kept: Kept): JobArgs<'openShares'> => ({
    ...kept,
    sid,
    index,
    positions: 1,
    minSigners: group.t,
    encryptionKey,
    dealers: others.map((other) => ({
      index: other.index,
      encryptionKey: other.dealing.encryptionKey,
      ciphertext: other.ciphertext,
    })),
    verifyingIndices: integersTo(group.n),
    normaliseFor: 'secp256k1-sha256',
  }),
} as const

/** Our own reveal and its hash, and the others' reveals against what they published before. */
export function checkOpenings({ sid, index, group, others }: DkgInputs, dealing: Dealing): Uint8Array {
  const own = hashCommitmentOf(sid, index, bodyOf(group, index, dealing))
  for (const other of others) {
    if (Buffer.compare(hashCommitmentOf(sid, other.index, other.body), other.hash) !== 0) throw new Error('a hash does not open')
  }
  return own
}

/** What a participant ends with: its share, the group key and the verifying shares. */
export function outcomeOf(kernel: Kernel, opened: JobResult<'openShares'>): Uint8Array {
  if (opened.status !== 'shared') throw new Error(`the DKG ended as ${opened.status}`)
  return concat([opened.shares, kernel.compress(opened.groupPoints), kernel.compress(opened.verifyingShares)])
}

/** The sums of an honest round. */
export function summed({ faults, sumCommitments }: JobResult<'checkDealings'>): Uint8Array {
  if (faults.some((fault) => fault !== 0)) throw new Error('an honest dealing was refused')
  return present(sumCommitments)
}

/** All of it on this thread. */
export function wholeDkg(kernel: Kernel, inputs: DkgInputs): Uint8Array {
  const dealing = runJob(kernel, { name: 'dealCommitments', args: stageArgs.dealCommitments(inputs) })
  checkOpenings(inputs, dealing)
  const sumCommitments = summed(runJob(kernel, { name: 'checkDealings', args: stageArgs.checkDealings(inputs, dealing) }))
  const dealt = runJob(kernel, { name: 'dealShares', args: stageArgs.dealShares(inputs, dealing, sumCommitments) })
  const kept = keptOf(sumCommitments, dealt)
  return outcomeOf(kernel, runJob(kernel, { name: 'openShares', args: stageArgs.openShares(inputs, dealing, kept) }))
}

/** The same with each job handed to `run`, a pool's. */
export async function pooledDkg(run: RunJob, inputs: DkgInputs): Promise<JobResult<'openShares'>> {
  const dealing = await run('dealCommitments', stageArgs.dealCommitments(inputs))
  checkOpenings(inputs, dealing)
  const sumCommitments = summed(await run('checkDealings', stageArgs.checkDealings(inputs, dealing)))
  const dealt = await run('dealShares', stageArgs.dealShares(inputs, dealing, sumCommitments))
  return await run('openShares', stageArgs.openShares(inputs, dealing, keptOf(sumCommitments, dealt)))
}

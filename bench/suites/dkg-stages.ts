/**
 * One participant's keygen, stage by stage: the jobs that src/ceremony runs, in its order and with its arguments, and the check of the hashes
 * that open. Not here: drawing the coefficients, envelopes (rows of their own) and the store.
 */
import type { Kernel } from 'quorate/kernel'
import type { Dealing, JobArgs, JobName, JobResult } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { hashCommitmentOf } from '../../src/wire/bodies.ts'
import { concat, integersTo } from '../groups.ts'
import { bodyOf, type DkgInputs } from './dkg-inputs.ts'

/** Runs a job here, or hands it to a pool. */
export type Runner<R> = <N extends JobName>(name: N, args: JobArgs<N>) => R extends 'now' ? JobResult<N> : Promise<JobResult<N>>

/** The arguments of each stage's job. */
export const stageArgs = {
  dealCommitments: ({ sid, index, group, own }: DkgInputs): JobArgs<'dealCommitments'> => ({
    sid,
    index,
    positions: 1,
    minSigners: group.t,
    ...own,
  }),
  checkDealings: ({ sid, group, others, weightSeed }: DkgInputs): JobArgs<'checkDealings'> => ({
    sid,
    positions: 1,
    minSigners: group.t,
    dealings: others.map(({ dealing }) => dealing),
    weightSeed,
  }),
  dealShares: ({ sid, index, group, own, others }: DkgInputs, encryptionKey: Uint8Array): JobArgs<'dealShares'> => ({
    sid,
    index,
    positions: 1,
    minSigners: group.t,
    coefficients: own.coefficients,
    encryptionSecret: own.encryptionSecret,
    encryptionKey,
    recipients: others.map((other) => ({ index: other.index, encryptionKey: other.dealing.encryptionKey })),
  }),
  openShares: ({ sid, index, group, own, others }: DkgInputs, dealing: Dealing, ownShares: Uint8Array): JobArgs<'openShares'> => ({
    sid,
    index,
    positions: 1,
    minSigners: group.t,
    encryptionSecret: own.encryptionSecret,
    encryptionKey: dealing.encryptionKey,
    ownShares,
    ownCommitments: dealing.commitments,
    dealers: others.map((other) => ({
      index: other.index,
      encryptionKey: other.dealing.encryptionKey,
      commitments: other.dealing.commitments,
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

function accept(faults: Uint8Array): void {
  if (faults.some((fault) => fault !== 0)) throw new Error('an honest dealing was refused')
}

/** All of it on this thread. */
export function wholeDkg(kernel: Kernel, inputs: DkgInputs): Uint8Array {
  const dealing = runJob(kernel, { name: 'dealCommitments', args: stageArgs.dealCommitments(inputs) })
  checkOpenings(inputs, dealing)
  accept(runJob(kernel, { name: 'checkDealings', args: stageArgs.checkDealings(inputs) }).faults)
  const { ownShares } = runJob(kernel, { name: 'dealShares', args: stageArgs.dealShares(inputs, dealing.encryptionKey) })
  return outcomeOf(kernel, runJob(kernel, { name: 'openShares', args: stageArgs.openShares(inputs, dealing, ownShares) }))
}

/** The same with each job handed to `run`, a pool's. */
export async function pooledDkg(run: Runner<'later'>, inputs: DkgInputs): Promise<JobResult<'openShares'>> {
  const dealing = await run('dealCommitments', stageArgs.dealCommitments(inputs))
  checkOpenings(inputs, dealing)
  accept((await run('checkDealings', stageArgs.checkDealings(inputs))).faults)
  const { ownShares } = await run('dealShares', stageArgs.dealShares(inputs, dealing.encryptionKey))
  return await run('openShares', stageArgs.openShares(inputs, dealing, ownShares))
}

/** The table of all jobs: what a worker, or the pool inline, looks a job up in. May import the jobs and their contract only. */
import type { Kernel } from '../../kernel/contract.ts'
import { aggregate } from './aggregate.ts'
import { aggregateLocally } from './aggregate-locally.ts'
import { checkDealings } from './check-dealings.ts'
import { checkNonces } from './check-nonces.ts'
import { commitNonces } from './commit-nonces.ts'
import type { JobArgs, JobName, JobResult } from './contract.ts'
import { dealCommitments } from './deal-commitments.ts'
import { dealShares } from './deal-shares.ts'
import type { JobDefinition } from './definition.ts'
import { findBadDealers } from './find-bad-dealers.ts'
import { findBadLocalShares } from './find-bad-local-shares.ts'
import { findBadShares } from './find-bad-shares.ts'
import { judgeComplaints } from './judge-complaints.ts'
import { makeComplaints } from './make-complaints.ts'
import { openShares } from './open-shares.ts'
import { signLocally } from './sign-locally.ts'
import { signShares } from './sign-shares.ts'
import { sumShares } from './sum-shares.ts'

export const jobs: { readonly [N in JobName]: JobDefinition<N> } = {
  dealCommitments,
  checkDealings,
  dealShares,
  openShares,
  sumShares,
  findBadDealers,
  makeComplaints,
  judgeComplaints,
  commitNonces,
  checkNonces,
  signShares,
  aggregate,
  findBadShares,
  signLocally,
  aggregateLocally,
  findBadLocalShares,
}

/** One job whose result's type follows from its name; `Job` is the union over all names. */
export type JobOf<N extends JobName> = { readonly [M in N]: { readonly name: M; readonly args: JobArgs<M> } }[N]

/** Runs one job to its end on this thread. Secrets among the arguments are left to the caller to wipe. */
export function runJob<N extends JobName>(kernel: Kernel, job: JobOf<N>): JobResult<N> {
  const definition: JobDefinition<N> = jobs[job.name]
  return definition.run(kernel, job.args)
}

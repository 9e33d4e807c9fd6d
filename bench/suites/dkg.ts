/** Distributed key generation, the work of one participant: by stage, in all, and a coefficient (there are n times t). */
import type { Kernel } from 'quorate/kernel'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { byCeremonies, byKernels, type Context } from '../context.ts'
import { concat, GROUPS, type Group } from '../groups.ts'
import { type CaseSource, type Contender, once } from '../model.ts'
import { dealCommitments, makeDkgInputs } from './dkg-inputs.ts'
import { checkOpenings, keptOf, stageArgs, summed, wholeDkg } from './dkg-stages.ts'

export function dkgSuite(context: Context): CaseSource[] {
  return GROUPS.flatMap((group) => groupCases(context, group))
}

function groupCases(context: Context, group: Group): CaseSource[] {
  const { own, baseline } = context
  const inputs = once(() => makeDkgInputs(own.kernel, group))
  const dealing = once(() => dealCommitments(own.kernel, inputs().sid, group, inputs().index, inputs().own))
  const kept = once(() => {
    const sumCommitments = summed(runJob(own.kernel, { name: 'checkDealings', args: stageArgs.checkDealings(inputs(), dealing()) }))
    const dealt = runJob(own.kernel, { name: 'dealShares', args: stageArgs.dealShares(inputs(), dealing(), sumCommitments) })
    return keptOf(sumCommitments, dealt)
  })
  /** Nothing of the inputs is made while something is timed. */
  const prepare = (): void => {
    inputs()
    dealing()
    kept()
  }
  const small = group.n <= 10
  const kernels = small ? [own, baseline] : [own]

  const stage = (name: string, what: string, run: (kernel: Kernel) => Uint8Array, by = kernels): CaseSource => ({
    id: `dkg/${group.name}/${name}`,
    unit: 'ms',
    what,
    large: group.large,
    build: () => {
      prepare()
      return { timer: 'repeat', contenders: byKernels(by, 1, run) }
    },
  })

  const total = (): Contender[] => [
    ...byKernels([own], 1, (kernel) => wholeDkg(kernel, inputs())),
    ...byKernels([baseline], 1, (kernel) => wholeDkg(kernel, inputs())).map((contender) => ({
      ...contender,
      ...(!small && { repetitions: 2, notQuick: true }),
    })),
    ...byCeremonies(context, (peer) => peer.dkg(own.kernel, inputs())).map((contender) => ({
      ...contender,
      ...(!small && { repetitions: group.large ? 2 : 3 }),
    })),
  ]

  return [
    stage('deal-commitments', 'polynomial, proof and encryption key', (kernel) => {
      const { encryptionKey, commitments, proofs } = runJob(kernel, { name: 'dealCommitments', args: stageArgs.dealCommitments(inputs()) })
      return concat([encryptionKey, commitments, proofs])
    }),
    // Hashes alone: no kernel takes part.
    stage('check-openings', 'the hashes of all dealings', () => checkOpenings(inputs(), dealing()), [own]),
    stage('check-dealings', 'all points and proofs, the sums', (kernel) =>
      summed(runJob(kernel, { name: 'checkDealings', args: stageArgs.checkDealings(inputs(), dealing()) })),
    ),
    stage('deal-shares', 'shares for all, encrypted', (kernel) =>
      concat(runJob(kernel, { name: 'dealShares', args: stageArgs.dealShares(inputs(), dealing(), kept().sumCommitments) }).ciphertexts),
    ),
    stage('open-shares', 'shares of all decrypted and checked, verifying shares', (kernel) => {
      const opened = runJob(kernel, { name: 'openShares', args: stageArgs.openShares(inputs(), dealing(), kept()) })
      if (opened.status !== 'shared') throw new Error(`the DKG ended as ${opened.status}`)
      return concat([opened.shares, opened.groupPoints, opened.verifyingShares])
    }),
    {
      id: `dkg/${group.name}/total`,
      unit: 'ms',
      what: 'all stages at one participant',
      large: group.large,
      build: () => ({ timer: 'repeat', contenders: total() }),
    },
    {
      id: `dkg/${group.name}/coefficient`,
      unit: 'us',
      what: `all stages, divided by ${group.n} x ${group.t} coefficients`,
      large: group.large,
      build: () => ({ timer: 'repeat', contenders: byKernels([own], group.n * group.t, (kernel) => wholeDkg(kernel, inputs())) }),
    },
  ]
}

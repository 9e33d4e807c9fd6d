/**
 * CPU time of one node of a 3-of-5 group for one signature, everything included: mathematics, envelopes, queues, the bus, garbage. The three signers
 * share a process and do the same work, so that a third of what the process spends is one node's; the other two nodes have nothing to do.
 */
import type { Context } from '../context.ts'
import type { CaseSource } from '../model.ts'
import { SigningCluster } from './clusters.ts'

const NODES = 5
const SIGNERS = 3
/** [messages a ceremony, ceremonies at a time] */
const LOADS = [
  [100, 1],
  [1, 64],
] as const

export function clusterSuite({ own, baseline }: Context): CaseSource[] {
  return LOADS.map(([batch, inFlight]): CaseSource => {
    const id = `cluster/${SIGNERS}-of-${NODES}/cpu/batch=${batch},ceremonies=${inFlight}`
    return {
      id,
      unit: 'us',
      what: `CPU time of one node for one signature, ${batch} in a ceremony, ${inFlight} ceremonies at a time`,
      async build() {
        const kernels = [own, baseline] as const
        const clusters = await Promise.all(
          kernels.map(({ kernel }) => SigningCluster.start(NODES, SIGNERS, { workers: 0, kernel: kernel.info.name })),
        )
        return {
          timer: 'cpu',
          contenders: clusters.map((cluster, i) => ({
            impl: kernels[i]?.impl ?? own.impl,
            items: batch * inFlight * SIGNERS,
            run: () => cluster.sign(batch, inFlight),
            result: () => cluster.check(batch),
            ...(i > 0 && { repetitions: 2, notQuick: true }),
          })),
          close: async () => void (await Promise.all(clusters.map((cluster) => cluster.close()))),
        }
      },
    }
  })
}

/**
 * Signatures per second of whole clusters, all nodes of which share this process and its cores, against one figure at a time. Each series has its points
 * side by side and in turns, as everywhere.
 */
import type { Context } from '../context.ts'
import type { CaseSource, Contender } from '../model.ts'
import { SigningCluster } from './clusters.ts'

interface Point {
  /** nodes, all of which sign */
  readonly signers: number
  /** at a time */
  readonly ceremonies: number
  /** messages a ceremony */
  readonly batch: number
  readonly workers: number
}

interface Series {
  readonly name: string
  readonly what: string
  readonly points: readonly Point[]
}

const BATCHES: Point = { signers: 3, ceremonies: 4, batch: 100, workers: 0 }
const SINGLE: Point = { signers: 3, ceremonies: 64, batch: 1, workers: 0 }

export const SERIES: readonly Series[] = [
  { name: 'signers', what: 'signers', points: [2, 3, 5, 10, 20].map((signers) => ({ ...BATCHES, batch: 10, signers })) },
  { name: 'ceremonies', what: 'ceremonies at a time', points: [1, 4, 16, 64, 256].map((ceremonies) => ({ ...SINGLE, ceremonies })) },
  { name: 'batch', what: 'messages a ceremony', points: [1, 10, 100, 1_000].map((batch) => ({ ...BATCHES, batch })) },
  {
    name: 'workers',
    what: 'worker threads',
    points: [0, 1, 2].flatMap((workers) => [BATCHES, SINGLE].map((point) => ({ ...point, workers }))),
  },
]

/** Signatures of one run, at least: a run of a few milliseconds is noise. */
const LEAST = 40
/** Of the samples of a point. More than this many signatures times signers are a second or more, and few are enough. */
const REPETITIONS = 5
const LARGE = 700

export function rowId(series: string, { signers, ceremonies, batch, workers }: Point): string {
  return `throughput/by-${series}/signers=${signers},ceremonies=${ceremonies},batch=${batch},workers=${workers}`
}

export function throughputSuite({ own }: Context): CaseSource[] {
  const { name: kernel } = own.kernel.info
  return SERIES.map(({ name, what, points }): CaseSource => {
    const contender = (cluster: SigningCluster, point: Point): Contender => {
      const { ceremonies, batch, signers } = point
      const each = Math.ceil(LEAST / (ceremonies * batch))
      const signatures = ceremonies * each * batch
      const large = signatures * signers > LARGE
      return {
        impl: own.impl,
        id: rowId(name, point),
        items: signatures,
        run: () => cluster.sign(batch, ceremonies, each),
        // As much as a run: with --quick it is what is timed.
        result: () => cluster.check(batch, ceremonies, each),
        repetitions: large ? 3 : REPETITIONS,
        notQuick: large,
      }
    }
    return {
      id: `throughput/by-${name}`,
      rowIds: points.map((point) => rowId(name, point)),
      unit: 'ops/s',
      what: `signatures per second against ${what}`,
      async build() {
        // Points that differ in their load alone share a cluster.
        const clusters = new Map<string, SigningCluster>()
        const contenders: Contender[] = []
        for (const point of points) {
          const { signers, workers } = point
          const cluster = clusters.get(`${signers} ${workers}`) ?? (await SigningCluster.start(signers, signers, { workers, kernel }))
          clusters.set(`${signers} ${workers}`, cluster)
          contenders.push(contender(cluster, point))
        }
        return {
          timer: 'repeat',
          contenders,
          close: async () => void (await Promise.all([...clusters.values()].map((one) => one.close()))),
        }
      },
    }
  })
}

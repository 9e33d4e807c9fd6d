/**
 * Real signing ceremonies of a cluster in this process, under one setting after another. Settings take turns in several passes of changing order, so that a
 * slow phase of the machine (another tenant, a lower clock) meets all of them.
 */
import { KernelPool, type PoolOptions, type Suite } from '../../index.ts'
import { Cluster } from '../demo/cluster.ts'
import { type Sample, type Setting, type Tried, triedOf, workerCounts } from './choose.ts'
import { makeKey, runLoad } from './load.ts'

export interface TunePlan {
  readonly nodes: number
  readonly minSigners: number
  readonly suite: Suite
  /** what is not tuned: kernel and queue; and the threshold that is tried first */
  readonly pool: Pick<PoolOptions, 'kernel' | 'maxQueue'>
  readonly defaultInline: number
  readonly mostWorkers: number
  readonly batches: readonly number[]
  /** other thresholds than the default */
  readonly inlines: readonly number[]
  /** ceremonies at a time, at most */
  readonly mostInFlight: number
  /** of one run */
  readonly seconds: number
  readonly passes: number
}

export interface Watcher {
  /** a part of the work and how many runs it has */
  begin(label: string, total: number): void
  step(note: string): void
}

export interface Measured {
  readonly tried: readonly Tried[]
  readonly kernel: 'baseline' | 'integer' | 'fma'
}

/** Messages under way at a time: enough that no core has to wait, whatever the batch. */
const MESSAGES_IN_FLIGHT = 400
/** Ceremonies before the clock starts: threads compile, V8 optimises. Of the time of a run. */
const WARM_UP = 0.4
const WARM_UP_BATCH = 10

/** @throws CeremonyFailed; QuorateError, ERR_ABORTED after the signal */
export async function measureSettings(plan: TunePlan, watcher: Watcher, signal: AbortSignal): Promise<Measured> {
  const { defaultInline, mostWorkers, batches, inlines, passes } = plan
  const counts = workerCounts(mostWorkers)
  const results = new Results()
  let kernel: Measured['kernel'] = 'integer'
  const run = async (settings: readonly Setting[]): Promise<void> => {
    kernel = await measureOn(plan, settings, (setting, sample) => results.add(setting, sample), watcher, signal)
  }

  watcher.begin('workers and batches', passes * counts.length * batches.length)
  for (let pass = 0; pass < passes; pass++) {
    for (const workers of inTurn(counts, pass)) {
      await run(inTurn(batches, pass).map((batch) => ({ workers, batch, inlineBelowMicros: defaultInline })))
    }
  }
  // Without threads all is inline. With them the threshold is tried where they did best, which may still win over none.
  const [threaded] = results
    .tried()
    .filter(({ workers }) => workers > 0)
    .sort((a, b) => b.signaturesPerSecond - a.signaturesPerSecond)
  if (threaded !== undefined && inlines.length > 0) {
    const thresholds = [defaultInline, ...inlines]
    watcher.begin('inline threshold', passes * thresholds.length)
    for (let pass = 0; pass < passes; pass++) {
      for (const inlineBelowMicros of inTurn(thresholds, pass)) {
        await run([{ workers: threaded.workers, batch: threaded.batch, inlineBelowMicros }])
      }
    }
  }
  return { tried: results.tried(), kernel }
}

/** Settings that have their pool in common, by a cluster of their own. @returns the kernel that ran */
async function measureOn(
  { nodes, minSigners, suite, pool: options, seconds, mostInFlight }: TunePlan,
  settings: readonly Setting[],
  add: (setting: Setting, sample: Sample) => void,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<Measured['kernel']> {
  const [first] = settings
  if (first === undefined) throw new RangeError('no settings')
  const pool = await KernelPool.create({ ...options, workers: first.workers, inlineBelowMicros: first.inlineBelowMicros })
  try {
    const cluster = await Cluster.start(nodes, pool, signal, null)
    try {
      const key = await makeKey(cluster, minSigners, suite, signal)
      const load = { cluster, key, signers: cluster.ids.slice(0, minSigners), signal }
      await runLoad({ ...load, batch: WARM_UP_BATCH, inFlight: inFlightOf(WARM_UP_BATCH, mostInFlight), seconds: WARM_UP * seconds })
      for (const setting of settings) {
        const { batch, workers, inlineBelowMicros } = setting
        watcher.step(`${workers} workers, batches of ${batch}, inline below ${inlineBelowMicros} us`)
        add(setting, await runLoad({ ...load, batch, inFlight: inFlightOf(batch, mostInFlight), seconds }))
      }
      return pool.kernel.info.name
    } finally {
      await cluster.close()
    }
  } finally {
    await pool.close()
  }
}

/** Ceremonies at a time; two at least, so that one can compute while the other's messages are under way. */
function inFlightOf(batch: number, most: number): number {
  return Math.max(2, Math.min(most, Math.floor(MESSAGES_IN_FLIGHT / batch)))
}

/** Another one begins in each pass, and every other pass runs backwards. */
export function inTurn<T>(items: readonly T[], pass: number): T[] {
  const start = pass % items.length
  const turned = [...items.slice(start), ...items.slice(0, start)]
  return pass % 2 === 0 ? turned : turned.reverse()
}

/** The runs of each setting, in the order in which settings were first tried. */
class Results {
  readonly #samples = new Map<string, { readonly setting: Setting; readonly samples: Sample[] }>()

  add(setting: Setting, sample: Sample): void {
    const key = `${setting.workers} ${setting.batch} ${setting.inlineBelowMicros}`
    const known = this.#samples.get(key) ?? { setting, samples: [] }
    known.samples.push(sample)
    this.#samples.set(key, known)
  }

  tried(): Tried[] {
    const tried = [...this.#samples.values()].map(({ setting, samples }) => triedOf(setting, samples))
    return tried.sort((a, b) => a.workers - b.workers || a.batch - b.batch || a.inlineBelowMicros - b.inlineBelowMicros)
  }
}

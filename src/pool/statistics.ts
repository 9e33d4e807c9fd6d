/** Counts and times of the pool. Piscina's own figures know nothing of work on the calling thread, nor of the pool's queue. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { SingleWork } from './work.ts'

/** Told of every job and operation that has run, by name, with the time from its start to its result. It must not throw. */
export type RunListener = (work: string, ms: number) => void

export class PoolStatistics {
  completed = 0
  inline = 0
  lostWorkers = 0
  listener: RunListener | null = null
  readonly #lanes: number
  readonly #start = performance.now()
  readonly #runTimes = createHistogram()
  readonly #waitTimes = createHistogram()
  #busyMs = 0

  /** @param lanes threads, or 1 for the calling thread alone: whose time utilization is a share of */
  constructor(lanes: number) {
    this.#lanes = lanes
  }

  recordWait(ms: number): void {
    record(this.#waitTimes, ms)
  }

  recordRun(work: SingleWork, ms: number): void {
    record(this.#runTimes, ms)
    this.listener?.(work.type === 'ping' ? 'ping' : work.name, ms)
  }

  /** Time that a lane was taken. */
  recordBusy(ms: number): void {
    this.#busyMs += ms
  }

  utilization(): number {
    return Math.min(1, this.#busyMs / Math.max(1e-3, this.#lanes * (performance.now() - this.#start)))
  }

  runMs(): { p50: number; p99: number } {
    return percentiles(this.#runTimes)
  }

  waitMs(): { p50: number; p99: number } {
    return percentiles(this.#waitTimes)
  }
}

/** Histograms hold integers above zero: microseconds. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(1_000 * ms)))
}

function percentiles(histogram: RecordableHistogram): { p50: number; p99: number } {
  if (histogram.count === 0) return { p50: 0, p99: 0 }
  return { p50: histogram.percentile(50) / 1_000, p99: histogram.percentile(99) / 1_000 }
}

/** What is tried, and which of it is best. */

export interface Setting {
  /** threads; 0: everything on the calling thread */
  readonly workers: number
  /** messages a ceremony */
  readonly batch: number
  readonly inlineBelowMicros: number
}

export interface Tried extends Setting {
  readonly signaturesPerSecond: number
  /** of ceremonies, from the instruction to the last signer's outcome */
  readonly p99Ms: number
}

/** One run of a setting. */
export interface Sample {
  readonly signatures: number
  readonly seconds: number
  readonly ceremonyMs: readonly number[]
}

/** What lies closer together is noise of the machine: then the simpler setting is better. */
const NOISE = 0.05

/** 0..most, on machines with many cores in growing steps. */
export function workerCounts(most: number): number[] {
  const counts = new Set<number>()
  for (let count = 0; count < most; count += Math.max(1, Math.floor(count / 4))) counts.add(count)
  return [...counts, most]
}

/** The median rate of some runs, and the time that 99 of 100 of their ceremonies took at most. */
export function triedOf(setting: Setting, samples: readonly Sample[]): Tried {
  const rates = ascending(samples.map(({ signatures, seconds }) => signatures / seconds))
  const times = ascending(samples.flatMap(({ ceremonyMs }) => ceremonyMs))
  const middle = rates.length >> 1
  const rate = rates.length % 2 === 1 ? rates[middle] : ((rates[middle - 1] ?? 0) + (rates[middle] ?? 0)) / 2
  const p99 = times[Math.ceil(0.99 * times.length) - 1]
  if (rate === undefined || p99 === undefined) throw new RangeError('nothing was measured')
  return { ...setting, signaturesPerSecond: rounded(rate), p99Ms: rounded(p99) }
}

/**
 * The simplest of those that sign about as many as the fastest: fewest threads, then the smallest batch, then the threshold that is closest to the
 * default. More than `maxP99Ms` is out of the question, unless all take more: then the one that takes least.
 *
 * @throws RangeError when nothing was tried
 */
export function bestOf(tried: readonly Tried[], maxP99Ms: number | null, defaultInline: number): Tried {
  const fit = tried.filter(({ p99Ms }) => maxP99Ms === null || p99Ms <= maxP99Ms)
  if (fit.length === 0) {
    const [quickest] = [...tried].sort((a, b) => a.p99Ms - b.p99Ms)
    if (quickest === undefined) throw new RangeError('nothing was tried')
    return quickest
  }
  const fastest = Math.max(...fit.map(({ signaturesPerSecond }) => signaturesPerSecond))
  const asGood = fit.filter(({ signaturesPerSecond }) => signaturesPerSecond >= (1 - NOISE) * fastest)
  const distance = ({ inlineBelowMicros }: Tried): number => Math.abs(inlineBelowMicros - defaultInline)
  const [best] = asGood.sort((a, b) => a.workers - b.workers || a.batch - b.batch || distance(a) - distance(b))
  if (best === undefined) throw new RangeError('nothing was tried')
  return best
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

/** Four significant digits: the rest is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** Summaries of samples. The median, because a busy machine makes outliers in one direction only. */

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly samples: number
}

/** Of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new RangeError('no values')
  return (lower + upper) / 2
}

export function summarise(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), samples: values.length }
}

/** Four significant digits: what is behind them is noise, and would make two files hard to compare by eye. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

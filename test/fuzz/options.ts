/** What the command line of the fuzzing campaign may say. */
import { parseArgs } from 'node:util'

/** Inputs `from` to `to - 1` of a seed. */
export interface Work {
  readonly seed: number
  readonly from: number
  readonly to: number
}

/** Of the seed with the number below it in 53 bits. */
const MAX_SEED = 2 ** 21 - 1
const MAX_NUMBER = 2 ** 32 - 1

export const USAGE = 'usage: npm run fuzz -- [--runs N] [--seed S] [--from I]'

/** @throws Error: not a usage of the command */
export function readArguments(args: readonly string[]): Work {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string' }, seed: { type: 'string' }, from: { type: 'string' } },
  })
  const integer = (value: string | undefined, otherwise: number, min: number, max: number): number => {
    const number = value === undefined ? otherwise : /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= min && number <= max)) throw new RangeError(`an integer in ${min}..${max} is expected`)
    return number
  }
  const seed = integer(values.seed, 1, 0, MAX_SEED)
  const from = integer(values.from, 0, 0, MAX_NUMBER)
  return { seed, from, to: from + integer(values.runs, 100_000, 1, MAX_NUMBER - from) }
}

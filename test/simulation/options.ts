/** What the command line of the simulation may say. */
import { parseArgs } from 'node:util'

export const USAGE = `usage: npm run simulate -- --seed SEED            one run, told step by step
       npm run simulate -- --runs N [--from SEED]  N runs from this seed on (default 1), on all cores
`

export type Command =
  | { readonly what: 'help' }
  | { readonly what: 'replay'; readonly seed: string }
  | { readonly what: 'campaign'; readonly runs: number; readonly from: number }

/** @throws Error: not a usage of the command */
export function readArguments(args: readonly string[]): Command {
  const options = { seed: { type: 'string' }, runs: { type: 'string' }, from: { type: 'string' }, help: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...args], options, allowPositionals: false })
  if (values.help === true) return { what: 'help' }
  if (values.seed !== undefined) {
    if (values.runs !== undefined || values.from !== undefined) throw new Error('--seed goes alone')
    return { what: 'replay', seed: values.seed }
  }
  const runs = Number(values.runs)
  const from = Number(values.from ?? 1)
  if (values.runs === undefined) throw new Error('one of --seed and --runs is needed')
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs must be a number from 1')
  if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(from + runs)) throw new Error('--from must be a number from 0')
  return { what: 'campaign', runs, from }
}

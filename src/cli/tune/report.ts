/** What was measured, as one line of JSON and as a table. */
import { type Machine, machineOf } from '../machine.ts'
import type { Setting, Tried } from './choose.ts'
import type { Measured } from './measure.ts'

/** The line of `--json`; times in milliseconds. */
export interface TuneJson {
  readonly schema: 'quorate.tune/1'
  readonly machine: Machine
  readonly tried: readonly Tried[]
  readonly best: Setting
  /** the configuration file that `best` was written to */
  readonly written: string | null
}

export function tuneJson({ tried, kernel }: Measured, best: Tried, written: string | null): TuneJson {
  const { workers, batch, inlineBelowMicros } = best
  return { schema: 'quorate.tune/1', machine: machineOf(kernel), tried, best: { workers, batch, inlineBelowMicros }, written }
}

const HEAD = ['workers', 'batch', 'inline below', 'signatures/s', 'p99'] as const
const WIDTHS = [9, 8, 15, 15, 12] as const

/** @param who what was measured, in words */
export function tableLines({ machine, tried, best, written }: TuneJson, who: string): string[] {
  const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0)).join('')
  const rows = tried.map((one) => {
    const { workers, batch, inlineBelowMicros, signaturesPerSecond, p99Ms } = one
    const cells = [workers, batch, `${inlineBelowMicros} us`, signaturesPerSecond, `${p99Ms} ms`].map(String)
    return line(cells) + (isSame(one, best) ? '  <- best' : '')
  })
  const { cpu, cores, node, kernel } = machine
  return [
    `quorate: ${who}; ${cpu}, ${cores} cores, Node ${node}, kernel ${kernel}`,
    'All nodes share this machine: a node that has it to itself signs as many times more as there are signers.',
    '',
    line(HEAD),
    ...rows,
    '',
    `best      ${countOf(best.workers, 'worker')}, ${best.batch === 1 ? 'one message' : `${best.batch} messages`} a ceremony, work below ${best.inlineBelowMicros} us inline`,
    written === null ? 'not written; --config FILE --write puts it into a configuration file' : `written   ${written}`,
  ]
}

function isSame(a: Setting, b: Setting): boolean {
  return a.workers === b.workers && a.batch === b.batch && a.inlineBelowMicros === b.inlineBelowMicros
}

function countOf(workers: number, thing: string): string {
  return workers === 0 ? `no ${thing}s` : `${workers} ${thing}${workers === 1 ? '' : 's'}`
}

/** Whether a run's targets are met, or known not to be. */
import type { BenchJson, BenchRatio } from './json.ts'
import { type Target, targetsOf } from './targets.ts'

/** The kernel and row that a line of docs/performance.md admits to have missed. */
export interface Admitted {
  readonly kernel: BenchJson['machine']['kernel']
  readonly id: string
  readonly against: string
}

export interface Verdict {
  readonly target: Target
  /** null: the run has no such ratio */
  readonly ratio: number | null
  readonly met: boolean
  readonly admitted: boolean
}

/**
 * The list of missed targets in the document: lines of the form "- missed: integer `msm/n=128` against `noble`: why", so that a
 * reader and this program see the same.
 */
export function admittedIn(document: string): Admitted[] {
  return [...document.matchAll(/^- missed: (integer|fma) `([^`]+)` against `([^`]+)`: \S/gm)].map(([, kernel, id = '', against = '']) => ({
    kernel: kernel === 'fma' ? 'fma' : 'integer',
    id,
    against,
  }))
}

export function verdictsOf({ machine, ratios }: BenchJson, admitted: readonly Admitted[]): Verdict[] {
  return targetsOf(machine.kernel).map((target): Verdict => {
    const same = (one: Pick<BenchRatio, 'id' | 'against'>): boolean => one.id === target.id && one.against === target.against
    const ratio = ratios.find(same)?.ratio ?? null
    return {
      target,
      ratio,
      met: ratio !== null && ratio >= target.atLeast,
      admitted: admitted.some((one) => one.kernel === machine.kernel && one.id === target.id && one.against === target.against),
    }
  })
}

/** A target that was not measured counts as missed: a row that is gone must not pass for one that is fast. */
export function failuresOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(({ met, admitted }) => !met && !admitted)
}

export function verdictLine({ target, ratio, met, admitted }: Verdict): string {
  const { id, against, atLeast, stretch } = target
  const state = met
    ? admitted
      ? 'met, though listed as missed'
      : stretch !== null && (ratio ?? 0) >= stretch
        ? 'met, stretch too'
        : 'met'
    : admitted
      ? 'missed, as listed'
      : 'MISSED'
  const cells = [ratio === null ? 'not measured' : `${ratio}x`, `${atLeast}x`, stretch === null ? '' : `${stretch}x`]
  return `${`${id} against ${against}`.padEnd(60)}${cells.map((cell) => cell.padStart(13)).join('')}  ${state}`
}

/** The part of a campaign that runs with the tests, in two halves so that two cores share it. */
import type { Kernel } from '../../src/kernel/contract.ts'
import { runAll, seedsFrom } from './campaign.ts'
import type { Figures } from './figures.ts'

export const RUNS_PER_HALF = 1_000

export function runHalf(half: 0 | 1, kernel: Kernel): Figures {
  return runAll(seedsFrom(1 + half, RUNS_PER_HALF, 2), kernel)
}

/** What a failing test says. */
export function violationsIn({ violations }: Figures): string[] {
  return violations.map(({ seed, invariant, detail }) => `${invariant}: ${detail} (npm run simulate -- --seed ${seed})`)
}

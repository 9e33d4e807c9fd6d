/** What many runs came to, in numbers that can be added up. */
import { invariants, type Violation } from './invariants.ts'
import type { RunRecord } from './run.ts'

export interface Figures {
  runs: number
  ceremonies: number
  /** runs in which messages between honest nodes all arrived in time */
  goodWeather: number
  checks: number
  /** by how honest nodes' ceremonies ended */
  readonly outcomes: Record<string, number>
  /** by fault, as honest nodes reported it */
  readonly blames: Record<string, number>
  /** how many messages each strategy altered, withheld or added */
  readonly strategies: Record<string, number>
  readonly violations: { readonly seed: string; readonly invariant: string; readonly detail: string }[]
}

export function noFigures(): Figures {
  return { runs: 0, ceremonies: 0, goodWeather: 0, checks: 0, outcomes: {}, blames: {}, strategies: {}, violations: [] }
}

function add(to: Record<string, number>, name: string, count = 1): void {
  to[name] = (to[name] ?? 0) + count
}

export function enter(figures: Figures, { plan, honest, network, coalition }: RunRecord, violations: readonly Violation[]): void {
  figures.runs += 1
  figures.ceremonies += plan.ceremonies.length
  figures.goodWeather += plan.weather.good ? 1 : 0
  figures.checks += invariants.length
  for (const outcomes of honest.flatMap((id) => [...network.node(id).outcomes.values()])) {
    for (const outcome of outcomes) {
      add(figures.outcomes, outcome.status === 'success' ? 'success' : outcome.reason)
      if (outcome.status === 'failure') for (const { fault } of outcome.blamed) add(figures.blames, fault)
    }
  }
  for (const { name } of coalition.applied) add(figures.strategies, name)
  figures.violations.push(...violations.map((violation) => ({ seed: plan.seed, ...violation })))
}

export function merge(into: Figures, more: Figures): void {
  into.runs += more.runs
  into.ceremonies += more.ceremonies
  into.goodWeather += more.goodWeather
  into.checks += more.checks
  for (const part of ['outcomes', 'blames', 'strategies'] as const) {
    for (const [name, count] of Object.entries(more[part])) add(into[part], name, count)
  }
  into.violations.push(...more.violations)
}

function table(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`)
    .join('\n')
}

export function describeFigures({ runs, ceremonies, goodWeather, checks, outcomes, blames, strategies, violations }: Figures): string {
  return [
    `${runs} runs, ${ceremonies} ceremonies, ${goodWeather} runs without loss between honest nodes; ${checks} checks of ${invariants.length} invariants`,
    `outcomes at honest nodes\n${table(outcomes)}`,
    `blames by fault\n${table(blames)}`,
    `messages altered, withheld or added, by strategy\n${table(strategies)}`,
    `violations: ${violations.length}`,
    ...violations.slice(0, 50).map(({ seed, invariant, detail }) => `  seed ${seed}: ${invariant}: ${detail}`),
  ].join('\n')
}

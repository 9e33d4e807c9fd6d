/** What honest nodes reported of the ceremonies of a run. */
import type { Effect } from '../../src/ceremony/effects.ts'
import { type Failure, outcomeOf as outcomeIn } from '../../src/ceremony/outcome.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import type { CeremonyFacts } from './facts.ts'
import type { Outcome } from './network.ts'
import type { RunRecord } from './run.ts'

export interface Ended {
  readonly id: ValidatorId
  readonly ceremony: CeremonyFacts
  readonly outcome: Outcome
}

/** Every outcome that an honest node reported. */
export function endings({ plan, honest, network }: RunRecord): Ended[] {
  return plan.ceremonies.flatMap((ceremony) =>
    honest.flatMap((id) => (network.node(id).outcomes.get(ceremony.ceremonyId) ?? []).map((outcome) => ({ id, ceremony, outcome }))),
  )
}

export function failures(record: RunRecord): (Omit<Ended, 'outcome'> & { readonly outcome: Failure })[] {
  return endings(record).flatMap(({ outcome, ...rest }) => (outcome.status === 'failure' ? [{ ...rest, outcome }] : []))
}

/** What an effect reports the end of a ceremony with; null for any other. */
export function outcomeOf(effect: Effect): Outcome | null {
  return effect.type === 'event' ? outcomeIn(effect.event) : null
}

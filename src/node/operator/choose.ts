/** Which participants a ceremony is given. Pure. */
import type { Missing } from '../../ceremony/outcome.ts'
import type { ValidatorId } from '../../wire/message.ts'
import { compareValidatorIds, sortValidatorIds } from '../../wire/validator-id.ts'

/**
 * Those named first, in their order, and as many others of the ready ones as are needed; null when there are not enough.
 *
 * @param size as many as possible up to this, and `least` at least
 */
export function chooseSigners(
  preferred: readonly ValidatorId[],
  ready: readonly ValidatorId[],
  { least, size }: { readonly least: number; readonly size: number },
): readonly ValidatorId[] | null {
  const able = new Set(ready)
  const chosen = [...new Set([...preferred.filter((id) => able.has(id)), ...sortValidatorIds(ready)])].slice(0, size)
  return chosen.length < least ? null : sortValidatorIds(chosen)
}

/**
 * Whom to leave out so that nobody is left who misses somebody that is left. A claim may be a lie, and says only that two do not work together: first goes
 * who stands in the most of them, as a dead node does whom all miss, and also a liar who misses all. Of two that miss each other it is the one that is missed
 * by more, then the missed one of the claim.
 *
 * @param out who is left out anyhow, for better reasons
 */
export function contested(missing: readonly Missing[], out: ReadonlySet<ValidatorId>): ReadonlySet<ValidatorId> {
  const contested = new Set<ValidatorId>()
  let open = missing.filter(({ validator, reportedBy }) => !out.has(validator) && !out.has(reportedBy))
  while (open.length > 0) {
    const neighbours = new Map<ValidatorId, Set<ValidatorId>>()
    const missed = new Map<ValidatorId, number>()
    for (const { validator, reportedBy } of open) {
      join(neighbours, validator, reportedBy)
      join(neighbours, reportedBy, validator)
      missed.set(validator, (missed.get(validator) ?? 0) + 1)
    }
    const [worst] = [...neighbours]
      .map(([id, others]) => ({ id, others: others.size, missed: missed.get(id) ?? 0 }))
      .sort((a, b) => b.others - a.others || b.missed - a.missed || compareValidatorIds(a.id, b.id))
    if (worst === undefined) break
    contested.add(worst.id)
    open = open.filter(({ validator, reportedBy }) => validator !== worst.id && reportedBy !== worst.id)
  }
  return contested
}

function join(neighbours: Map<ValidatorId, Set<ValidatorId>>, a: ValidatorId, b: ValidatorId): void {
  const known = neighbours.get(a)
  if (known === undefined) neighbours.set(a, new Set([b]))
  else known.add(b)
}

/** Everything that a corrupted node can choose from. */
import { broadcast } from './broadcast.ts'
import { dealing } from './dealing.ts'
import { disputes } from './disputes.ts'
import { noise } from './noise.ts'
import { requests } from './requests.ts'
import type { Strategy } from './scene.ts'
import { sharing } from './sharing.ts'
import { signing } from './signing.ts'
import { slots } from './slots.ts'

export const strategies: readonly Strategy[] = [
  ...dealing,
  ...sharing,
  ...signing,
  ...slots,
  ...broadcast,
  ...disputes,
  ...noise,
  ...requests,
]

export function strategyOf(name: string): Strategy {
  const found = strategies.find((strategy) => strategy.name === name)
  if (found === undefined) throw new Error(`no strategy "${name}"`)
  return found
}

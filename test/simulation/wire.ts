/** What the network does to messages between honest nodes: nothing but delay, or loss, partitions and delivery long after the end. */
import type { ValidatorId } from '../../src/wire/message.ts'
import type { Dice } from './dice.ts'
import { type Delivery, STAGE_TIMEOUT_MS } from './network.ts'

export interface Weather {
  readonly name: string
  /** messages between honest nodes arrive, and in time */
  readonly good: boolean
  readonly duplicate: number
  readonly maxDelayMs: number
  carry(delivery: Delivery, now: number): readonly Delivery[]
}

function fair(name: string, maxDelayMs: number, duplicate: number): Weather {
  return { name, good: true, duplicate, maxDelayMs, carry: (delivery) => [delivery] }
}

function lossy(dice: Dice, rate: number): Weather {
  return {
    name: `loses ${rate}`,
    good: false,
    duplicate: 0.1,
    maxDelayMs: 200,
    carry: (delivery) => (dice.chance(rate) ? [] : [delivery]),
  }
}

function slow(dice: Dice): Weather {
  return {
    name: 'slow',
    good: false,
    duplicate: 0.2,
    maxDelayMs: 100,
    carry: (delivery) => [dice.chance(0.1) ? { ...delivery, delayMs: dice.fraction() * 6 * STAGE_TIMEOUT_MS } : delivery],
  }
}

/** For a while nothing passes between one part of the honest nodes and the rest. */
function parted(dice: Dice, nodes: readonly ValidatorId[]): Weather {
  const part = new Set(dice.some(nodes))
  const from = dice.below(1_000)
  const until = from + dice.pick([100, 1_000, 20_000, 200_000])
  return {
    name: `parts ${[...part].join('')} from ${from} to ${until} ms`,
    good: false,
    duplicate: 0.1,
    maxDelayMs: 200,
    carry: (delivery, now) => (now >= from && now < until && part.has(delivery.from) !== part.has(delivery.to) ? [] : [delivery]),
  }
}

export function weatherOf(dice: Dice, nodes: readonly ValidatorId[]): Weather {
  if (dice.chance(0.7)) return fair('fair', dice.pick([20, 200, 2_000]), dice.pick([0, 0.1, 0.4]))
  return dice.pick([() => lossy(dice, dice.pick([0.02, 0.1, 0.3])), () => slow(dice), () => parted(dice, nodes)])()
}

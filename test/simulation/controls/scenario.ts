/** Runs made by hand for one control: few nodes, one lie, perhaps some luck that no adversary has. */
import type { Job } from '../../../src/crypto/jobs/contract.ts'
import type { Kernel, Suite } from '../../../src/kernel/contract.ts'
import type { Protocol, ValidatorId } from '../../../src/wire/message.ts'
import type { Coalition } from '../coalition.ts'
import { type CeremonyFacts, keygenFacts, type Playground, preprocessFacts, signingFacts } from '../facts.ts'
import { type Violation, violationsOf } from '../invariants.ts'
import { identityOf, sharedKey } from '../keys.ts'
import { NonceLedger } from '../ledger.ts'
import type { NetworkOptions } from '../network.ts'
import { type Assignment, type Plan, perform, type RunOptions } from '../run.ts'
import { strategyOf } from '../strategies/index.ts'
import type { Strategy } from '../strategies/scene.ts'

export interface Control {
  readonly defence: string
  /** defences that would stop this adversary too: they are off in both runs */
  readonly alsoOff?: readonly string[]
  /** what it does, for people */
  readonly adversary: string
  /** the invariant that holds with the defence and not without it */
  readonly breaks: string
  run(kernel: Kernel): readonly Violation[]
}

export interface Script {
  /** one-round: a preprocessing, and two signings one after the other that name one slot; who lies does it in the first of them */
  readonly kind: Playground
  readonly nodes: number
  readonly minSigners: number
  readonly suite?: Suite
  /** default 'frost' */
  readonly protocol?: Protocol
  readonly corrupted: readonly ValidatorId[]
  /** a name, or one made for the control */
  readonly strategy?: string | Strategy
  /** all honest nodes if absent */
  readonly victims?: readonly ValidatorId[]
  readonly messages?: number
  /** the same ceremony under another id, in which nobody lies, before it */
  readonly before?: boolean
  /** the strategy alone, so that it must be attributed */
  readonly pure?: boolean
  readonly cheat?: (id: ValidatorId, job: Job, result: unknown, coalition: Coalition) => unknown
  readonly store?: NetworkOptions['store']
}

const FAIR: Plan['weather'] = { name: 'fair', good: true, duplicate: 0, maxDelayMs: 20, carry: (delivery) => [delivery] }

export function enact(kernel: Kernel, name: string, script: Script): readonly Violation[] {
  const {
    kind,
    nodes,
    minSigners,
    suite = 'secp256k1-sha256',
    protocol = 'frost',
    corrupted,
    messages = 1,
    pure = true,
    before = false,
    cheat,
    store,
  } = script
  const strategy = typeof script.strategy === 'string' ? strategyOf(script.strategy) : (script.strategy ?? null)
  const change = (plan: Plan): Plan => {
    const ids = Array.from({ length: nodes }, (_, i) => String.fromCharCode(97 + i))
    const identities = new Map(ids.map((id) => [id, identityOf(id)]))
    const ceremonyId = 1_001n
    const factsOf = (id: bigint): readonly CeremonyFacts[] => {
      if (kind === 'keygen') return [keygenFacts(identities, id, ids, minSigners, suite, protocol)]
      const key = sharedKey(kernel, nodes, minSigners, suite, protocol).material
      const makeMessages = () => Array.from({ length: messages }, () => plan.dice.bytes(32))
      if (kind === 'sign') return [signingFacts(identities, id, ids, key, makeMessages())]
      if (kind === 'preprocess') return [preprocessFacts(identities, id, ids, key, messages)]
      const slots = { ceremonyId: id - 1n, firstSlot: 0 }
      const uses = [0n, 1n].map((use) =>
        signingFacts(identities, id + use, ids, key, makeMessages(), { slots, afterMs: 1_000 * (1 + Number(use)) }),
      )
      return [preprocessFacts(identities, slots.ceremonyId, ids, key, messages + 1), ...uses]
    }
    const victims = script.victims ?? ids.filter((id) => !corrupted.includes(id))
    const assignments = strategy === null ? [] : corrupted.map((author): Assignment => ({ author, ceremonyId, strategy, victims }))
    const base = {
      seed: plan.seed,
      dice: plan.dice,
      ids,
      corrupted,
      minSigners,
      suite,
      protocol,
      weather: FAIR,
      aligned: true,
      stopped: null,
      restarted: null,
    }
    const ceremonies = [...(before ? factsOf(1_000n) : []), ...factsOf(ceremonyId)]
    return { ...base, ceremonies, assignments, pure: pure ? strategy : null }
  }
  const options: RunOptions = {
    seed: `control ${name}`,
    kernel,
    change,
    ...(cheat === undefined ? {} : { cheat }),
    ...(store === undefined ? {} : { store }),
  }
  try {
    return violationsOf(perform(options), new NonceLedger())
  } catch (error) {
    return [{ invariant: 'the run ends', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }]
  }
}

/** One run: a network, its ceremonies, who is corrupted and what they do, all from the seed; and what came of it. */
import { equalBytes } from '../../src/bytes.ts'
import type { Job } from '../../src/crypto/jobs/contract.ts'
import { jobs } from '../../src/crypto/jobs/index.ts'
import type { Kernel, Suite } from '../../src/kernel/contract.ts'
import type { Protocol, ValidatorId } from '../../src/wire/message.ts'
import { Coalition } from './coalition.ts'
import { Dice } from './dice.ts'
import { type CeremonyFacts, keygenFacts, type Playground, playgroundOf, preprocessFacts, signingFacts } from './facts.ts'
import { identityOf, sharedKey } from './keys.ts'
import { type NetworkOptions, SimulatedNetwork, STAGE_TIMEOUT_MS } from './network.ts'
import { withoutAborts } from './strategies/broadcast.ts'
import { strategies } from './strategies/index.ts'
import { kindsFor, type Scene, type Strategy } from './strategies/scene.ts'
import { type Weather, weatherOf } from './wire.ts'

const SUITES: readonly Suite[] = ['secp256k1-sha256', 'bip340', 'evm']
const FIRST_ID = 1_000n
/** A preprocessing has up to two uses. */
const IDS_A_KIND = 3
const MIXED: readonly Playground[] = ['keygen', 'sign', 'one-round']

/** Who does what where. */
export interface Assignment {
  readonly author: ValidatorId
  readonly ceremonyId: bigint
  readonly strategy: Strategy
  readonly victims: readonly ValidatorId[]
}

export interface Plan {
  readonly seed: string
  readonly ids: readonly ValidatorId[]
  readonly corrupted: readonly ValidatorId[]
  readonly minSigners: number
  readonly suite: Suite
  /** of the key that the signings use, and of those that are made */
  readonly protocol: Protocol
  readonly weather: Weather
  readonly ceremonies: readonly CeremonyFacts[]
  readonly assignments: readonly Assignment[]
  readonly aligned: boolean
  /** the one strategy of the run, to be judged exactly; null when many are mixed */
  readonly pure: Strategy | null
  /** an honest node's operator ends a ceremony */
  readonly stopped: { readonly id: ValidatorId; readonly ceremonyId: bigint; readonly afterMs: number } | null
  /** an honest node's process dies and starts again, with what its store has */
  readonly restarted: { readonly id: ValidatorId; readonly atMs: number } | null
  readonly dice: Dice
}

/** Whether honest nodes hear each other in time, and none of them is stopped or dies: then more can be asked of them. */
export function isCalm({ weather, restarted }: Plan): boolean {
  return weather.good && restarted === null
}

export interface RunRecord {
  readonly plan: Plan
  readonly kernel: Kernel
  readonly network: SimulatedNetwork
  readonly coalition: Coalition
  readonly honest: readonly ValidatorId[]
  /** virtual time of the instruction, by `node ceremonyId` */
  readonly started: ReadonlyMap<string, number>
  /** secret scalars of honest nodes, 32 bytes each */
  readonly secrets: readonly Uint8Array[]
  /** the most that any honest node held of early messages */
  readonly earlyBytes: number
}

export interface RunOptions {
  readonly seed: string
  readonly kernel: Kernel
  readonly trace?: (line: string) => void
  /** instead of the plan that the seed gives */
  readonly change?: (plan: Plan) => Plan
  /** what an honest node's job gives instead: for controls that need knowledge or luck which no adversary has */
  readonly cheat?: (id: ValidatorId, job: Job, result: unknown, coalition: Coalition) => unknown
  /** false: a node's store refuses the request */
  readonly store?: NetworkOptions['store']
  readonly settings?: NetworkOptions['settings']
}

export function planOf(seed: string, kernel: Kernel): Plan {
  const dice = new Dice(seed)
  const nodes = dice.pick([2, 3, 3, 4, 4, 4, 5, 5, 6, 7])
  const ids = Array.from({ length: nodes }, (_, i) => String.fromCharCode(97 + i))
  const identities = new Map(ids.map((id) => [id, identityOf(id)]))
  const minSigners = dice.between(1, nodes)
  const suite = dice.pick(SUITES)
  const protocol: Protocol = dice.chance(0.4) ? 'stinson-strobl' : 'frost'
  const corrupted = dice
    .shuffled(ids)
    .slice(0, dice.chance(0.03) ? 0 : dice.between(1, nodes - 1))
    .sort()
  const honest = ids.filter((id) => !corrupted.includes(id))
  const playable = strategies.filter((strategy) => kindsFor(strategy, protocol).length > 0)
  const pure = dice.chance(0.4) && corrupted.length > 0 ? dice.pick(playable) : null
  const kinds =
    pure === null
      ? Array.from({ length: dice.pick([1, 1, 2, 2, 3]) }, () => dice.pick(protocol === 'frost' ? MIXED : ['keygen', 'sign']))
      : Array.from({ length: pure.repeats === true ? 2 : 1 }, () => dice.pick(kindsFor(pure, protocol)))
  const weather = weatherOf(dice, honest)
  const ceremonies = kinds.flatMap((kind, i): CeremonyFacts[] => {
    const ceremonyId = FIRST_ID + BigInt(IDS_A_KIND * i)
    if (kind === 'keygen') return [keygenFacts(identities, ceremonyId, ids, minSigners, suite, protocol)]
    const key = sharedKey(kernel, nodes, minSigners, suite, protocol).material
    // At least one honest node signs, and where there is a strategy to be judged, one corrupted node too.
    const some = [dice.pick(honest), ...(corrupted.length === 0 ? [] : [dice.pick(corrupted)])]
    const others = dice.shuffled(ids.filter((id) => !some.includes(id)))
    const size = Math.max(minSigners, Math.min(nodes, some.length + dice.below(nodes)))
    const signers = [...some, ...others].slice(0, Math.max(size, some.length)).sort()
    const count = Math.max(dice.pick([1, 1, 2, 3]), pure?.positions ?? 1)
    const makeMessages = () => Array.from({ length: count }, () => dice.bytes(suite === 'evm' ? 32 : dice.pick([0, 1, 32, 100])))
    if (kind === 'sign') return [signingFacts(identities, ceremonyId, signers, key, makeMessages())]
    const made = preprocessFacts(identities, ceremonyId, signers, key, count + dice.pick([1, 2, 2, 2]))
    // Mostly when all have confirmed; the second may name what the first has used, at the same time.
    const uses = Array.from({ length: dice.pick([1, 1, 2]) }, (_, use) => {
      const slots = { ceremonyId, firstSlot: dice.below(3) }
      const afterMs = dice.chance(0.9) ? weather.maxDelayMs * 10 + 500 : dice.below(weather.maxDelayMs * 10)
      return signingFacts(identities, ceremonyId + BigInt(1 + use), signers, key, makeMessages(), { slots, afterMs })
    })
    return [made, ...uses]
  })
  const base = {
    seed,
    ids,
    corrupted,
    minSigners,
    suite,
    protocol,
    weather,
    ceremonies,
    pure,
    dice,
    aligned: pure !== null || dice.chance(0.7),
  }
  const stopped =
    pure === null && dice.chance(0.04)
      ? { id: dice.pick(honest), ceremonyId: dice.pick(ceremonies).ceremonyId, afterMs: dice.below(500) }
      : null
  const restarted = pure === null && dice.chance(0.06) ? { id: dice.pick(honest), atMs: dice.pick([50, 300, 2_000, 40_000]) } : null
  return { ...base, stopped, restarted, assignments: assign(base) }
}

function assign({ corrupted, ceremonies, pure, dice }: Omit<Plan, 'assignments' | 'stopped' | 'restarted'>): Assignment[] {
  return ceremonies.flatMap((ceremony) => {
    const { ceremonyId, protocol, participants, messages } = ceremony
    const playground = playgroundOf(ceremony)
    const honest = participants.filter((id) => !corrupted.includes(id))
    const fitting = strategies.filter(
      (s) => kindsFor(s, protocol).includes(playground) && (s.positions ?? 1) <= Math.max(1, messages.length),
    )
    return corrupted
      .filter((id) => participants.includes(id))
      .flatMap((author) => {
        const spared = playground === 'preprocess' && pure?.kind === 'any' && dice.chance(0.7)
        const judged = pure !== null && kindsFor(pure, protocol).includes(playground) && !spared ? [pure] : []
        // Where the nonces are lied about, nobody has any, and lies about their use come to nothing.
        const lies = playground === 'preprocess' && dice.chance(0.8) ? 0 : dice.pick([0, 1, 1, 2, 3])
        const chosen = pure !== null ? judged : Array.from({ length: lies }, () => dice.pick(fitting))
        return chosen.map((strategy) => ({ author, ceremonyId, strategy, victims: dice.chance(0.5) ? honest : dice.some(honest) }))
      })
  })
}

export function perform(options: RunOptions): RunRecord {
  const { kernel, trace, change = (same) => same, cheat, store, settings } = options
  const plan = change(planOf(options.seed, kernel))
  const { dice, ids, corrupted, weather } = plan
  const identities = new Map(ids.map((id) => [id, identityOf(id)]))
  const secrets: Uint8Array[] = []
  const coalition = new Coalition({
    kernel,
    identities,
    members: corrupted,
    ceremonies: new Map(plan.ceremonies.map((facts) => [facts.ceremonyId, facts])),
    dice: new Dice(`${options.seed} coalition`),
    aligned: plan.aligned,
    carry: (delivery) => weather.carry(delivery, network.now),
    ...(trace === undefined ? {} : { trace }),
  })
  const network: SimulatedNetwork = new SimulatedNetwork({
    kernel,
    identities,
    random: dice.bytes,
    duplicate: weather.duplicate,
    maxDelayMs: weather.maxDelayMs,
    ...(store === undefined ? {} : { store }),
    ...(settings === undefined ? {} : { settings }),
    intercept: coalition.intercept,
    compute: (id, job, result, ceremonyId) => {
      // The job threw: there is nothing to see or to change.
      if (result === null) return null
      if (!coalition.has(id)) collectSecrets(secrets, job, result)
      const cheated = cheat === undefined ? result : cheat(id, job, result, coalition)
      return coalition.compute(id, job, cheated, ceremonyId)
    },
  })
  coalition.enter(network)
  const started = new Map<string, number>()
  for (const facts of plan.ceremonies) {
    cast(plan, facts, coalition)
    instruct(plan, facts, network, kernel, started)
  }
  const { stopped, restarted } = plan
  if (stopped !== null) network.after(stopped.afterMs, () => network.abort(stopped.id, stopped.ceremonyId))
  if (restarted !== null) network.after(restarted.atMs, () => network.restart(restarted.id))
  const honest = ids.filter((id) => !corrupted.includes(id))
  let earlyBytes = 0
  for (let at = 100; at <= 1_000; at += 100) {
    network.runUntil(at)
    for (const id of honest) earlyBytes = Math.max(earlyBytes, network.node(id).inner.earlyBytes)
  }
  network.run()
  // What is kept for a while after the end goes in time.
  network.runUntil(network.now + 3 * STAGE_TIMEOUT_MS)
  return { plan, kernel, network, coalition, honest, started, secrets, earlyBytes }
}

function cast(plan: Plan, facts: CeremonyFacts, coalition: Coalition): void {
  const honest = facts.participants.filter((id) => !plan.corrupted.includes(id))
  for (const author of plan.corrupted) {
    // An honest machine among liars soon stops and says so; the coalition mostly prefers to keep it quiet.
    const quiet = plan.pure !== null ? plan.pure.proves !== undefined : plan.dice.chance(0.5)
    if (quiet && facts.participants.includes(author)) coalition.assign(author, facts.ceremonyId, { name: 'quiet', act: withoutAborts() })
  }
  for (const { author, ceremonyId, strategy, victims } of plan.assignments) {
    if (ceremonyId !== facts.ceremonyId) continue
    const scene: Scene = { author, ceremony: facts, coalition, dice: coalition.options.dice, honest, victims }
    const act = strategy.play(scene)
    coalition.assign(author, ceremonyId, { name: strategy.name, act })
    act.start?.()
  }
}

function instruct(plan: Plan, facts: CeremonyFacts, network: SimulatedNetwork, kernel: Kernel, started: Map<string, number>): void {
  const { ceremonyId, kind, participants, minSigners, suite, protocol, key, messages, slots, count, afterMs } = facts
  const spread = plan.dice.pick([0, 50, 500])
  for (const id of participants) {
    if (key !== null) {
      const stored = sharedKey(kernel, plan.ids.length, minSigners, suite, protocol).stored.get(id)
      if (stored !== undefined) network.node(id).store.set(key.keyId, { ...stored })
    }
    network.after(afterMs + plan.dice.below(spread + 1), () => {
      // After a restart an id below the mark may be one that was used: nothing is begun under it.
      if (plan.restarted?.id === id && network.now >= plan.restarted.atMs && network.node(id).highestCeremonyId >= ceremonyId) return
      started.set(`${id} ${ceremonyId}`, network.now)
      if (key === null) network.keygen(id, { ceremonyId, participants, minSigners, suite, protocol })
      else if (kind === 'preprocess') network.preprocess(id, { ceremonyId, keyId: key.keyId, signers: participants, count })
      else network.sign(id, { ceremonyId, keyId: key.keyId, signers: participants, messages, ...(slots && { preprocessed: slots }) })
    })
  }
}

interface AnyJob {
  secretsOf(args: unknown): readonly Uint8Array[]
  secretsOfResult(result: unknown): readonly Uint8Array[]
}

/** Scalars only: of a Diffie-Hellman point an honest complaint may show the coordinates. */
function collectSecrets(secrets: Uint8Array[], job: Job, result: unknown): void {
  const definition = jobs[job.name] as AnyJob
  for (const array of [...definition.secretsOf(job.args), ...definition.secretsOfResult(result)]) {
    if (array.length % 32 !== 0) continue
    for (let at = 0; at < array.length; at += 32) {
      const scalar = array.slice(at, at + 32)
      if (!secrets.some((known) => equalBytes(known, scalar))) secrets.push(scalar)
    }
  }
}

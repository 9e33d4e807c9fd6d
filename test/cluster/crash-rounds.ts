/**
 * Rounds of a campaign: an operator's instruction, a node killed with SIGKILL at some moment of it, a look into what it left on its disk, the node started
 * again, and every key that anybody has ever called active used by all its holders together.
 */
import type { Failure } from '../../src/ceremony/outcome.ts'
import { QuorateError } from '../../src/errors.ts'
import { OperatorClient } from '../../src/node/operator/operator-client.ts'
import type { KernelPool } from '../../src/pool/index.ts'
import { STAGE_NUMBER } from '../../src/wire/message.ts'
import type { Dice } from '../simulation/dice.ts'
import type { Group } from './group.ts'
import { type Judgement, judge } from './judge.ts'
import { openOperatorOf } from './operator.ts'
import { reportedKeys } from './reported.ts'
import { imageOf, type StoreImage } from './store-image.ts'

/** A little more than the ceremony takes, on a machine that does nothing else. */
const MOMENT_MS = { keygen: 300, sign: 60 }
const STAGES = { keygen: 4, sign: 2 }
/** How long the operator listens to nothing of a node that was killed before it takes it for gone. */
const SETTLE_MS = 500
/** All stages and their timeouts; a node that is killed after its last word is not waited for longer. */
const WAIT_MS = 5_000
/** How long the holders of a key that somebody called active may take until all of them can sign with it. */
const ACTIVE_MS = 30_000

export interface CrashOptions {
  readonly group: Group
  readonly dice: Dice
  readonly pool: KernelPool
  readonly rounds: number
  readonly minSigners: number
  readonly log?: (line: string) => void
}

export interface CrashFigures {
  rounds: number
  /** what was under way when a node was killed, and how it ended */
  readonly orders: Record<string, number>
  /** messages of the ceremony that had been said when the node was killed */
  readonly moments: Record<string, number>
  keysReported: number
  keysLeftPending: number
  readonly restartMs: number[]
  readonly violations: string[]
  judgement: Judgement | null
}

type Moment =
  /** since the instruction was on the bus */
  | { readonly afterMs: number }
  /** of anybody */
  | { readonly afterMessages: number }
  /** the victim's own */
  | { readonly afterStage: number }
  /** of anybody, in a key generation: some have the key by then */
  | { readonly afterConfirms: number }

interface Kill {
  readonly victim: string
  readonly moment: Moment
}

interface Result {
  /** `success`, the reason of a failure, or the code of a refusal */
  readonly ended: string
  readonly ceremonyId: bigint | null
}

export class CrashRounds {
  readonly figures: CrashFigures = {
    rounds: 0,
    orders: {},
    moments: {},
    keysReported: 0,
    keysLeftPending: 0,
    restartMs: [],
    violations: [],
    judgement: null,
  }
  readonly #options: CrashOptions
  readonly #operator: OperatorClient
  readonly #reported: ReadonlyMap<string, string>
  /** keys that all their holders have signed with since somebody called them active */
  readonly #proven = new Set<string>()

  private constructor(options: CrashOptions, operator: OperatorClient) {
    this.#options = options
    this.#operator = operator
    this.#reported = reportedKeys(options.group.record)
  }

  /**
   * @param told the figures as they grow, so that there are some when it throws
   * @throws what the group does that makes further rounds senseless: a node that does not start, a store that does not open
   */
  static async run(options: CrashOptions, told: (figures: CrashFigures) => void = () => {}): Promise<CrashFigures> {
    const { bus, ...operator } = await openOperatorOf(options.group)
    try {
      const rounds = new CrashRounds(options, new OperatorClient({ ...operator, bus, settleMs: SETTLE_MS }))
      told(rounds.figures)
      return await rounds.#run()
    } finally {
      await bus.close()
    }
  }

  async #run(): Promise<CrashFigures> {
    const { rounds, group, log = () => {} } = this.#options
    await this.#keygen()
    await this.#useReported()
    for (let round = 1; round <= rounds; round++) {
      log(`round ${round}: ${await this.#round()}`)
      this.figures.rounds = round
      this.figures.keysReported = this.#reported.size
    }
    await this.#lookIntoAll()
    this.figures.judgement = judge(group.record.said)
    this.figures.violations.push(...this.figures.judgement.violations)
    return this.figures
  }

  async #round(): Promise<string> {
    const { group, dice } = this.#options
    const victim = dice.pick(group.ids)
    const kind = this.#proven.size === 0 || dice.chance(0.6) ? 'keygen' : 'sign'
    const moment = this.#moment(kind)
    const { ended, when } = await this.#orderAndKill(kind, { victim, moment })
    await group.node(victim).kill()
    const image = await this.#image(victim)
    const started = performance.now()
    group.record.startLife(victim)
    await group.start([victim])
    const restartMs = performance.now() - started
    this.figures.restartMs.push(restartMs)
    await this.#useReported()
    return `${kind}, ${victim} killed ${when}: ${ended}; its store has ${image}; ready again in ${restartMs.toFixed(0)} ms`
  }

  #moment(kind: 'keygen' | 'sign'): Moment {
    const { group, dice } = this.#options
    const n = group.ids.length
    const messages = kind === 'keygen' ? 3 * n + n * (n - 1) : 2 * n
    const moments: readonly Moment[] = [
      { afterMs: dice.below(MOMENT_MS[kind]) },
      { afterMessages: dice.between(1, messages) },
      { afterStage: dice.between(1, STAGES[kind]) },
      ...(kind === 'keygen' ? [{ afterConfirms: dice.between(1, n) }] : []),
    ]
    return dice.pick(moments)
  }

  /** The victim is killed at its moment, at the latest when the ceremony has ended. */
  async #orderAndKill(kind: 'keygen' | 'sign', { victim, moment }: Kill): Promise<{ ended: string; when: string }> {
    const { group, dice } = this.#options
    let messages = 0
    let confirms = 0
    let told = false
    let atKill: number | null = null
    let timer: NodeJS.Timeout | undefined
    const strike = () => {
      if (atKill !== null) return
      atKill = messages
      group.node(victim).child.signal('SIGKILL')
    }
    const stop = group.record.listen((subject, said) => {
      if (said !== null) messages++
      if (said?.envelope.header.stage === STAGE_NUMBER.sharedSecret.Confirm) confirms++
      if ('afterMessages' in moment && messages === moment.afterMessages) strike()
      if ('afterConfirms' in moment && confirms === moment.afterConfirms) strike()
      if ('afterStage' in moment && said?.envelope.header.from === victim && said.envelope.header.stage === moment.afterStage) strike()
      if ('afterMs' in moment && subject.kind === 'instruction' && !told) {
        told = true
        timer = setTimeout(strike, moment.afterMs)
      }
    })
    const { ended } = kind === 'keygen' ? await this.#keygen() : await this.#sign(dice.pick([...this.#proven]), group.ids)
    stop()
    clearTimeout(timer)
    strike()
    const when = atKill === 0 ? 'before the first message' : atKill === messages ? 'after the last message' : 'between messages'
    count(this.figures.orders, `${kind}: ${ended}`)
    count(this.figures.moments, `${kind}: ${when}`)
    return { ended, when: `${when} (${atKill} of ${messages})` }
  }

  #keygen(): Promise<Result> {
    const { group, minSigners } = this.#options
    return resultOf(this.#operator.keygen({ participants: group.ids, minSigners, suite: 'bip340', waitMs: WAIT_MS }))
  }

  #sign(keyId: string, signers: readonly string[]): Promise<Result> {
    return resultOf(this.#operator.sign({ keyId, signers, messages: [this.#options.dice.bytes(32)], waitMs: WAIT_MS }))
  }

  /** All holders of every key that was called active since the last time sign with it, and with one that they have used before. */
  async #useReported(): Promise<void> {
    const { group, dice } = this.#options
    const news = [...this.#reported.keys()].filter((keyId) => !this.#proven.has(keyId))
    const old = this.#proven.size === 0 ? [] : [dice.pick([...this.#proven])]
    for (const keyId of [...news, ...old]) {
      const deadline = performance.now() + ACTIVE_MS
      let result = await this.#sign(keyId, group.ids)
      while (!this.#byAll(result) && performance.now() < deadline) result = await this.#sign(keyId, group.ids)
      if (this.#byAll(result)) this.#proven.add(keyId)
      else this.figures.violations.push(`${this.#reported.get(keyId)} called key ${keyId} active; a signing of all ended: ${result.ended}`)
    }
  }

  /** A success, and every node has spoken in it. */
  #byAll({ ended, ceremonyId }: Result): boolean {
    const { group } = this.#options
    const headers = group.record.said.map(({ envelope: { header } }) => header)
    const speakers = new Set(headers.filter((header) => header.ceremonyId === ceremonyId).map(({ from }) => from))
    return ended === 'success' && group.ids.every((id) => speakers.has(id))
  }

  async #image(id: string): Promise<string> {
    const { group } = this.#options
    const { keys, highestCeremonyId } = await this.#look(id)
    const spoken = group.record.said
      .filter(({ envelope: { header }, life }) => header.from === id && life !== null)
      .map(({ envelope: { header } }) => header.ceremonyId)
    const highest = spoken.reduce((max, ceremonyId) => (ceremonyId > max ? ceremonyId : max), 0n)
    if (highestCeremonyId < highest) {
      this.figures.violations.push(`${id} has spoken in ceremony ${highest}, and its store has the mark ${highestCeremonyId}`)
    }
    return `${keys.size} keys, ${pendingIn(keys)} of them pending`
  }

  /** After the last round every node is stopped in peace: what was called active is active in each store. */
  async #lookIntoAll(): Promise<void> {
    const { group } = this.#options
    for (const id of group.ids) {
      const { code } = await group.node(id).kill('SIGTERM')
      if (code !== 0) this.figures.violations.push(`${id} ended with ${code} on SIGTERM`)
      const { keys } = await this.#look(id)
      for (const keyId of this.#reported.keys()) {
        if (keys.get(keyId) !== 'active') this.figures.violations.push(`key ${keyId} is ${keys.get(keyId) ?? 'not'} in the store of ${id}`)
      }
      this.figures.keysLeftPending = Math.max(this.figures.keysLeftPending, pendingIn(keys))
    }
  }

  #look(id: string): Promise<StoreImage> {
    const { group, pool } = this.#options
    return imageOf({ self: id, path: group.storeOf(id), keyFile: group.path('keys', `${id}.key`) }, pool)
  }
}

const pendingIn = (keys: StoreImage['keys']): number => [...keys.values()].filter((state) => state === 'pending').length

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

async function resultOf(ordered: Promise<{ readonly status: 'success'; readonly ceremonyId: bigint } | Failure>): Promise<Result> {
  try {
    const outcome = await ordered
    return { ended: outcome.status === 'success' ? outcome.status : outcome.reason, ceremonyId: outcome.ceremonyId }
  } catch (error) {
    if (error instanceof QuorateError) return { ended: error.code, ceremonyId: null }
    throw error
  }
}

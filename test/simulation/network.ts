/**
 * A whole network of nodes in one thread, on virtual time, under a seeded scheduler: the sans-I/O core of every node, real identities, real
 * cryptography, bytes between nodes. A failing run is replayed from its seed.
 */
import type { Effect } from '../../src/ceremony/effects.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { KeyMaterial } from '../../src/ceremony/key-material.ts'
import { type InnerEvent, type KeygenOutcome, outcomeOf, type PreprocessOutcome, type SignOutcome } from '../../src/ceremony/outcome.ts'
import type { StoreRequest } from '../../src/ceremony/step.ts'
import { Inbox, type Opened } from '../../src/client/inbox.ts'
import { MultisigClientInner } from '../../src/client/multisig-client-inner.ts'
import type { NodeSettings } from '../../src/client/node-settings.ts'
import type { KeygenInstruction, PreprocessInstruction, SignInstruction } from '../../src/client/requests.ts'
import type { Job } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { Envelope, ValidatorId } from '../../src/wire/message.ts'
import type { Roster } from '../../src/wire/roster.ts'
import { isSigned } from '../helpers/opened.ts'
import { Agenda } from './agenda.ts'
import { carryOut, recall } from './node-store.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** The label of every simulated network. */
export const NETWORK = 'simulation'

export const STAGE_TIMEOUT_MS = 30_000

export type Outcome = KeygenOutcome | SignOutcome | PreprocessOutcome

export interface Delivery {
  readonly from: ValidatorId
  readonly to: ValidatorId
  readonly bytes: Uint8Array
  /** virtual milliseconds on the way; a random delay if absent */
  readonly delayMs?: number
  /** for a corrupted recipient: what its machine is to believe, past the inbox and its checks */
  readonly believed?: Envelope
}

export interface NetworkOptions {
  readonly kernel: Kernel
  readonly identities: ReadonlyMap<ValidatorId, Identity>
  /** seeded bytes: the schedule and the nodes' randomness */
  readonly random: (length: number) => Uint8Array
  /** 0..1: how often a delivery is made twice */
  readonly duplicate?: number
  /** largest delay of a delivery, a job or a store request, in virtual milliseconds */
  readonly maxDelayMs?: number
  readonly settings?: Partial<NodeSettings>
  /** a source of its own for some nodes; the others draw from `random` */
  readonly randomOf?: (id: ValidatorId) => ((length: number) => Uint8Array) | undefined
  /** what becomes of a message between two nodes: [] drops it */
  readonly intercept?: (delivery: Delivery) => readonly Delivery[]
  /** what a node's job gives instead of its result: a node that computes wrongly, or lies; null: the job fails */
  readonly compute?: (id: ValidatorId, job: Job, result: unknown, ceremonyId: bigint) => unknown
  /** false: the store of this node refuses the request */
  readonly store?: (id: ValidatorId, request: StoreRequest) => boolean
  /** the highest ceremony id that a node's earlier process used */
  readonly marks?: ReadonlyMap<ValidatorId, bigint>
}

export class SimulatedNetwork {
  readonly roster: Roster
  readonly nodes: ReadonlyMap<ValidatorId, SimulatedNode>
  /** every byte string that was sent, in order */
  readonly sent: Delivery[] = []
  readonly #options: NetworkOptions
  readonly #agenda = new Agenda()
  /** Verdicts on signatures by the bytes that were sent: a broadcast has one signature and many recipients. */
  readonly #verdicts = new WeakMap<Uint8Array, boolean>()
  #now = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    this.roster = new Map([...options.identities].map(([id, identity]) => [id, identity.publicKey]))
    this.nodes = new Map([...options.identities].map(([id, identity]) => [id, this.#node(id, identity)]))
  }

  get now(): number {
    return this.#now
  }

  node(id: ValidatorId): SimulatedNode {
    const node = this.nodes.get(id)
    if (node === undefined) throw new Error(`no node ${id}`)
    return node
  }

  keygen(id: ValidatorId, instruction: KeygenInstruction): void {
    this.#perform(this.node(id), (node) => node.inner.keygen(instruction, this.#now).effects)
  }

  sign(id: ValidatorId, instruction: SignInstruction): void {
    const key = this.key(id, instruction.keyId)
    this.#perform(this.node(id), (node) => node.inner.sign(instruction, key, this.#now))
  }

  preprocess(id: ValidatorId, instruction: PreprocessInstruction): void {
    const key = this.key(id, instruction.keyId)
    this.#perform(this.node(id), (node) => node.inner.preprocess(instruction, key, this.#now))
  }

  key(id: ValidatorId, keyId: string): KeyMaterial {
    const stored = this.node(id).store.get(keyId)
    if (stored === undefined) throw new Error(`${id} has no key ${keyId}`)
    return KeyMaterial.decode(stored.record)
  }

  /** Whatever else a node's application, or its bus, may tell it. */
  act(id: ValidatorId, change: (node: SimulatedNode) => Effect[]): void {
    this.#perform(this.node(id), change)
  }

  /** Calls `action` at a random time of the schedule. */
  later(action: () => void, maxDelayMs = this.#options.maxDelayMs ?? 50): void {
    this.#agenda.add(this.#now + this.fraction() * maxDelayMs, action)
  }

  /** Calls `action` after this much virtual time. */
  after(delayMs: number, action: () => void): void {
    this.#agenda.add(this.#now + delayMs, action)
  }

  /** Until nothing is left to happen; deadlines fire when they are due. */
  run(): void {
    this.runUntil(Number.POSITIVE_INFINITY)
  }

  /** What is due until then, and deadlines. */
  runUntil(time: number): void {
    for (;;) {
      const deadline = Math.min(...[...this.nodes.values()].map(({ inner }) => inner.nextDeadline()))
      const next = Math.min(this.#agenda.due, deadline)
      if (next > time || next === Number.POSITIVE_INFINITY) break
      this.#now = Math.max(this.#now, next)
      if (this.#agenda.due <= next) this.#agenda.take()?.()
      else this.cleanup()
    }
    if (time === Number.POSITIVE_INFINITY) return
    this.#now = Math.max(this.#now, time)
    this.cleanup()
  }

  cleanup(): void {
    for (const node of this.nodes.values()) this.#perform(node, () => node.inner.cleanup(this.#now))
  }

  abort(id: ValidatorId, ceremonyId: bigint): void {
    this.#perform(this.node(id), ({ inner }) => inner.abort(ceremonyId, this.#now))
  }

  /** A new process of the same node: it remembers what its store has, and nothing else. */
  restart(id: ValidatorId): void {
    const node = this.node(id)
    const identity = this.#options.identities.get(id)
    if (identity === undefined) throw new Error(`no identity ${id}`)
    node.inner = new MultisigClientInner(this.#settings(id, identity), node.highestCeremonyId)
    for (const keyId of node.store.keys()) this.#perform(node, ({ inner }) => inner.recalled(keyId, recall(node, keyId), this.#now))
  }

  /** The one outcome that a node reported for a ceremony. */
  outcome(id: ValidatorId, ceremonyId: bigint): Outcome {
    const outcomes = this.node(id).outcomes.get(ceremonyId) ?? []
    if (outcomes.length !== 1 || outcomes[0] === undefined) throw new Error(`${id} reported ${outcomes.length} outcomes for ${ceremonyId}`)
    return outcomes[0]
  }

  /** 0 <= x < 1, from the seed */
  fraction(): number {
    const bytes = this.#options.random(4)
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32
  }

  /** Hands bytes to a node as if they had come from the bus. */
  deliver(to: ValidatorId, bytes: Uint8Array): void {
    const node = this.node(to)
    const opened = node.inbox.open(bytes)
    if (typeof opened === 'string') node.dropped.push(opened)
    else if (!this.#isSigned(bytes, opened)) node.dropped.push('signature')
    else {
      const effects = node.log.length
      const drops = node.dropped.length
      this.#perform(node, () => node.inner.deliver(opened.message, this.#now))
      if (node.dropped.length === drops) node.taken.push({ bytes, effects })
    }
  }

  #isSigned(bytes: Uint8Array, opened: Opened): boolean {
    const known = this.#verdicts.get(bytes)
    if (known !== undefined) return known
    const verdict = isSigned(opened)
    this.#verdicts.set(bytes, verdict)
    return verdict
  }

  #node(id: ValidatorId, identity: Identity): SimulatedNode {
    const mark = this.#options.marks?.get(id) ?? 0n
    const settings = this.#settings(id, identity)
    return {
      id,
      inner: new MultisigClientInner(settings, mark),
      // The client's own way in, less its threads: the signature is checked here, at once.
      inbox: new Inbox(settings, {
        admit: (header, bodyBytes, frameBytes) => this.node(id).inner.admit(header, bodyBytes, frameBytes),
        admitRequest: (request) => this.node(id).inner.admitRequest(request, this.#now),
        admitAnswer: (answer) => this.node(id).inner.admitAnswer(answer),
        deliver: () => {},
      }),
      store: new Map(),
      events: [],
      outcomes: new Map(),
      dropped: [],
      transcripts: new Map(),
      errors: [],
      log: [],
      taken: [],
      highestCeremonyId: mark,
    }
  }

  #settings(id: ValidatorId, identity: Identity): NodeSettings {
    return {
      network: NETWORK,
      self: id,
      identity,
      roster: this.roster,
      random: this.#options.randomOf?.(id) ?? this.#options.random,
      stageTimeoutMs: STAGE_TIMEOUT_MS,
      ceremonyIdWindow: 6_000,
      maxOpenCeremonies: 4_096,
      maxOpenMessageBytes: 1 << 30,
      slotBytes: 1 << 24,
      tailBytes: 1 << 24,
      judge: (evidence) => judgeEvidence(this.#options.kernel, evidence, this.roster),
      transcripts: false,
      early: { bytesPerPeer: 1 << 20, bytesTotal: 1 << 24, ttlMs: STAGE_TIMEOUT_MS },
      ...this.#options.settings,
    }
  }

  #perform(node: SimulatedNode, change: (node: SimulatedNode) => Effect[]): void {
    for (const effect of change(node)) {
      node.log.push({ at: this.#now, effect })
      this.#carryOut(node, effect)
    }
  }

  #carryOut(node: SimulatedNode, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        for (const to of effect.to === null ? this.nodes.keys() : [effect.to]) {
          if (to !== node.id) this.#send({ from: node.id, to, bytes: effect.bytes })
        }
        return
      case 'compute':
        this.later(() => {
          if (!node.inner.awaits(effect.ceremonyId, effect.token)) return
          const honest = this.#runJob(node, effect.job)
          const { compute } = this.#options
          const result = compute === undefined ? honest : compute(node.id, effect.job, honest, effect.ceremonyId)
          const computed = result === null ? { ok: false as const } : { ok: true as const, result }
          this.#perform(node, ({ inner }) => inner.computed(effect.ceremonyId, effect.token, computed, this.#now))
        })
        return
      case 'store':
        this.later(() => {
          const ok = this.#options.store?.(node.id, effect.request) ?? true
          if (ok) carryOut(node, effect.request)
          this.#perform(node, ({ inner }) => inner.stored(effect.ceremonyId, effect.token, ok, this.#now))
        })
        return
      case 'recall':
        this.later(() => this.#perform(node, ({ inner }) => inner.recalled(effect.keyId, recall(node, effect.keyId), this.#now)))
        return
      case 'activate':
        this.later(() => {
          const request = { operation: 'activate', keyId: effect.keyId, certificates: effect.certificates } as const
          const ok = this.#options.store?.(node.id, request) ?? true
          if (ok) carryOut(node, request)
          this.#perform(node, ({ inner }) => inner.activated(effect.keyId, ok, this.#now))
        })
        return
      case 'event':
        this.#record(node, effect.event)
        return
      case 'transcript':
        node.transcripts.set(effect.info.ceremonyId, effect.bytes)
        return
      case 'dropped':
        node.dropped.push(effect.reason)
        return
      case 'idsJumped':
        return
      case 'internalError':
        node.errors.push(effect.error)
        return
    }
  }

  /** Null for a job that rejects: an error of this node, whatever becomes of it. */
  #runJob(node: SimulatedNode, job: Job): unknown {
    try {
      return runJob(this.#options.kernel, job)
    } catch (error) {
      node.errors.push(error)
      return null
    }
  }

  #send(delivery: Delivery): void {
    this.sent.push(delivery)
    const { intercept, duplicate = 0 } = this.#options
    for (const passed of intercept === undefined ? [delivery] : intercept(delivery)) {
      const copies = this.fraction() < duplicate ? 2 : 1
      for (let i = 0; i < copies; i++) {
        const arrive = () => this.#arrive(passed)
        if (passed.delayMs === undefined) this.later(arrive)
        else this.after(passed.delayMs, arrive)
      }
    }
  }

  #record(node: SimulatedNode, event: InnerEvent): void {
    node.events.push(event)
    const outcome = outcomeOf(event)
    if (outcome !== null) node.outcomes.set(outcome.ceremonyId, [...(node.outcomes.get(outcome.ceremonyId) ?? []), outcome])
  }

  #arrive({ to, bytes, believed }: Delivery): void {
    if (believed === undefined) this.deliver(to, bytes)
    else this.#perform(this.node(to), ({ inner }) => inner.message(believed, this.#now))
  }
}

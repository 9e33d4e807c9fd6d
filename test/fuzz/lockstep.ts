/**
 * One node whose requests are all answered at once, so that the same messages in the same order find it in the same state every time: the way to
 * bring a node to any point of a ceremony, quickly and again.
 */
import type { Effect } from '../../src/ceremony/effects.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import type { InnerEvent, KeygenOutcome, SignOutcome } from '../../src/ceremony/outcome.ts'
import { Inbox } from '../../src/client/inbox.ts'
import { MultisigClientInner } from '../../src/client/multisig-client-inner.ts'
import type { NodeSettings } from '../../src/client/node-settings.ts'
import type { Job } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { type Identity, identityFromSeed } from '../../src/wire/identity.ts'
import type { Envelope, ValidatorId } from '../../src/wire/message.ts'
import type { Roster } from '../../src/wire/roster.ts'
import { isSigned } from '../helpers/opened.ts'
import { carryOut, type NodeStore, recall, type StoringNode } from '../simulation/node-store.ts'
import { Prng } from './prng.ts'

export const NETWORK = 'fuzz'
export const STAGE_TIMEOUT_MS = 30_000
export const IDS: readonly ValidatorId[] = ['a', 'b', 'c']

const IDENTITIES: ReadonlyMap<ValidatorId, Identity> = new Map(IDS.map((id, i) => [id, identityFromSeed(new Uint8Array(32).fill(i + 1))]))
export const ROSTER: Roster = new Map([...IDENTITIES].map(([id, { publicKey }]) => [id, publicKey]))

export function identityOf(id: ValidatorId): Identity {
  const identity = IDENTITIES.get(id)
  if (identity === undefined) throw new Error(`no identity ${id}`)
  return identity
}

export interface Sent {
  readonly to: ValidatorId | null
  readonly bytes: Uint8Array
}

export type Compute = (job: Job) => unknown

export function computeNow(job: Job): unknown {
  return runJob(sharedKernel(), job)
}

/** Those of two ceremonies, with what they ask for again. */
const MANY_DEADLINES = 64

export class LockstepNode implements StoringNode {
  readonly inner: MultisigClientInner
  readonly outcomes: (KeygenOutcome | SignOutcome)[] = []
  readonly errors: unknown[] = []
  readonly dropped: string[] = []
  /** not taken away by anybody yet */
  sent: Sent[] = []
  readonly store: NodeStore = new Map()
  highestCeremonyId = 0n
  transcript: Uint8Array | null = null
  readonly #inbox: Inbox
  readonly #compute: Compute
  #now = 0

  constructor(id: ValidatorId, compute: Compute, transcripts = false) {
    const settings: NodeSettings = {
      network: NETWORK,
      self: id,
      identity: identityOf(id),
      roster: ROSTER,
      random: new Prng(IDS.indexOf(id) + 1).bytes,
      stageTimeoutMs: STAGE_TIMEOUT_MS,
      ceremonyIdWindow: 6_000,
      maxOpenCeremonies: 16,
      maxOpenMessageBytes: 1 << 30,
      slotBytes: 1 << 20,
      tailBytes: 1 << 20,
      judge: (evidence) => judgeEvidence(sharedKernel(), evidence, ROSTER),
      transcripts,
      early: { bytesPerPeer: 1 << 20, bytesTotal: 1 << 24, ttlMs: STAGE_TIMEOUT_MS },
    }
    this.inner = new MultisigClientInner(settings, 0n)
    this.#inbox = new Inbox(settings, {
      admit: (header, bodyBytes, frameBytes) => this.inner.admit(header, bodyBytes, frameBytes),
      admitRequest: (request) => this.inner.admitRequest(request, this.#now),
      admitAnswer: (answer) => this.inner.admitAnswer(answer),
      deliver: () => {},
    })
    this.#compute = compute
  }

  /** Whatever the core says is to be done, until nothing is left of it. */
  perform(effects: readonly Effect[]): void {
    const queue = [...effects]
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) queue.push(...this.#carryOut(effect))
  }

  /** A message whose signature is known to be right. */
  message(envelope: Envelope): void {
    this.perform(this.inner.message(envelope, this.#now))
  }

  /** Bytes from the bus, all the way in. Returns what it took in milliseconds, less what follows from the message. */
  receive(bytes: Uint8Array): number {
    const start = performance.now()
    const opened = this.#inbox.open(bytes)
    let effects: readonly Effect[] = []
    if (typeof opened === 'string') this.dropped.push(opened)
    else if (!isSigned(opened)) this.dropped.push('signature')
    else effects = this.inner.deliver(opened.message, this.#now)
    const elapsed = performance.now() - start
    this.perform(effects)
    return elapsed
  }

  /** Lets the time pass until no ceremony is open. */
  expire(): void {
    for (let i = 0; i < MANY_DEADLINES && this.inner.open > 0; i++) this.#tick()
  }

  /** And on, until nothing is kept of those that were. */
  settle(): void {
    for (let i = 0; i < MANY_DEADLINES && this.inner.tailBytes > 0; i++) this.#tick()
  }

  #tick(): void {
    this.#now = Math.max(this.#now, this.inner.nextDeadline())
    this.perform(this.inner.cleanup(this.#now))
  }

  #carryOut(effect: Effect): readonly Effect[] {
    switch (effect.type) {
      case 'send':
        this.sent.push({ to: effect.to, bytes: effect.bytes })
        return []
      case 'compute':
        // Nobody waits for it any more, and what it was to be computed from is wiped.
        if (!this.inner.awaits(effect.ceremonyId, effect.token)) return []
        return this.inner.computed(effect.ceremonyId, effect.token, { ok: true, result: this.#compute(effect.job) }, this.#now)
      case 'store':
        carryOut(this, effect.request)
        return this.inner.stored(effect.ceremonyId, effect.token, true, this.#now)
      case 'recall':
        return this.inner.recalled(effect.keyId, recall(this, effect.keyId), this.#now)
      case 'activate':
        carryOut(this, { operation: 'activate', ...effect })
        return this.inner.activated(effect.keyId, true, this.#now)
      case 'event':
        this.#record(effect.event)
        return []
      case 'dropped':
        this.dropped.push(effect.reason)
        return []
      case 'transcript':
        this.transcript = effect.bytes
        return []
      case 'internalError':
        this.errors.push(effect.error)
        return []
      default:
        return []
    }
  }

  #record(event: InnerEvent): void {
    if (event.type === 'keygenOutcome' || event.type === 'signingOutcome') this.outcomes.push(event.outcome)
  }
}

/**
 * What a node counts, in a registry of its own, so that several nodes of one process do not mix. Labels are names out of closed sets, and validators of the
 * roster: nothing that a stranger sends makes a new series.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { NatsBusStats } from '../bus/nats/index.ts'
import { DROP_REASONS } from '../ceremony/effects.ts'
import type { Failure } from '../ceremony/outcome.ts'
import type { ClientStats } from '../client/index.ts'
import type { PoolStats } from '../pool/index.ts'
import type { CeremonyKind, StageName } from '../wire/message.ts'
import type { MessageCounts } from './gated-bus.ts'

const CEREMONY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const JOB_BUCKETS = [20e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 500e-3, 2.5]
const STORE_BUCKETS = [100e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5]

type Numbers = Readonly<Record<string, number>>

export class NodeMetrics {
  readonly registry = new Registry()
  readonly #ceremonies = this.#counter('ceremonies_total', 'Ceremonies that ended, by kind and by success or reason of failure', [
    'kind',
    'outcome',
  ])
  readonly #ceremonySeconds = this.#histogram('ceremony_seconds', 'From first to last event of a ceremony', ['kind'], CEREMONY_BUCKETS)
  readonly #stageSeconds = this.#histogram(
    'stage_seconds',
    'From the stage before to the last message of a stage',
    ['kind', 'stage'],
    CEREMONY_BUCKETS,
  )
  readonly #faults = this.#counter('faults_total', 'Proven faults, by validator', ['validator', 'fault'])
  readonly #missing = this.#counter('missing_total', 'Ceremonies in which this node missed a message of a validator', ['validator'])
  readonly #refused = this.#counter('instructions_refused_total', 'Instructions refused, by error code', ['code'])
  readonly #alarms = this.#counter('alarms_total', 'What an operator should look into', ['alarm'])
  readonly #issues = this.#counter('bus_issues_total', 'What the bus reported, by type', ['type'])
  readonly #store = this.#histogram('store_seconds', 'Operations of the key store', ['operation'], STORE_BUCKETS)
  readonly #jobs = this.#histogram(
    'job_seconds',
    'Jobs and operations of the kernel, from their start to their result',
    ['job'],
    JOB_BUCKETS,
  )

  /** @param about one series of value 1, whose labels say what runs here */
  constructor(about: Readonly<Record<string, string>>) {
    this.#gauge('info', 'What runs here', Object.keys(about)).set(about, 1)
    for (const alarm of ALARMS) this.#alarms.inc({ alarm }, 0)
  }

  ended(kind: CeremonyKind, outcome: 'success' | Failure): void {
    this.#ceremonies.inc({ kind, outcome: outcome === 'success' ? outcome : outcome.reason })
    if (outcome === 'success') return
    for (const { validator, fault } of outcome.blamed) this.#faults.inc({ validator, fault })
    for (const validator of new Set(outcome.missing.map(({ validator }) => validator))) this.#missing.inc({ validator })
  }

  stageTook(kind: CeremonyKind, stage: StageName, seconds: number): void {
    this.#stageSeconds.observe({ kind, stage }, seconds)
  }

  ceremonyTook(kind: CeremonyKind, seconds: number): void {
    this.#ceremonySeconds.observe({ kind }, seconds)
  }

  refused(code: string): void {
    this.#refused.inc({ code })
  }

  alarm(alarm: Alarm): void {
    this.#alarms.inc({ alarm })
  }

  busIssue(type: string): void {
    this.#issues.inc({ type })
  }

  stored(operation: string, ms: number): void {
    this.#store.observe({ operation }, ms / 1_000)
  }

  ran(job: string, ms: number): void {
    this.#jobs.observe({ job }, ms / 1_000)
  }

  /** Asked at each reading, as is all that follows. */
  watchReadiness(ready: () => boolean): void {
    this.#read('ready', 'Whether this node may be sent instructions', () => (ready() ? 1 : 0))
  }

  watchClient(stats: () => ClientStats): void {
    this.#read('ceremonies_open', 'Ceremonies under way', () => stats().open)
    this.#read('pending_keys', 'Keys that wait for certificates of other nodes', () => stats().pendingKeys)
    this.#read('kept_bytes', 'Kept in memory of ended ceremonies and of nonces made ahead', () => stats().tailBytes + stats().slotBytes)
    this.#total('received_bytes_total', 'Bytes of messages of other nodes', () => stats().bytesIn)
    this.#total('sent_bytes_total', 'Bytes of messages to other nodes', () => stats().bytesOut)
    this.#total('events_lost_total', 'Events that a listener was too slow for', () => stats().eventsLost)
    this.#totals('messages_refused_total', 'Messages that changed nothing, by reason', 'reason', () => stats().dropped, DROP_REASONS)
  }

  watchPool(stats: () => PoolStats): void {
    this.#read('pool_queue', 'Work that waits for a thread', () => stats().queued)
    this.#read('pool_running', 'Work on threads now', () => stats().running)
    this.#read('pool_workers', 'Threads', () => stats().workers)
    this.#read('pool_utilization', "The threads' share of time spent computing, since the start", () => stats().utilization)
    this.#total('pool_completed_total', 'Work that ended', () => stats().completed)
    this.#total('pool_inline_total', 'Of it, on the calling thread', () => stats().inline)
    this.#total('pool_lost_workers_total', 'Threads that ended by themselves and were replaced', () => stats().lostWorkers)
  }

  watchMessages(counts: () => MessageCounts): void {
    this.#totals('messages_received_total', 'Messages that arrived, by subject', 'subject', () => counts().received)
    this.#totals('messages_sent_total', 'Messages that left, by subject', 'subject', () => counts().sent)
  }

  watchBus(stats: () => NatsBusStats): void {
    this.#read('bus_connected', 'Whether the broker can be reached', () => (stats().connected ? 1 : 0))
    this.#read('bus_pending', 'Messages that arrived and wait for the node', () => stats().pending)
    this.#read('bus_reports_waiting', 'Outcomes that the broker has not acknowledged yet', () => stats().outcomesWaiting)
    this.#total('bus_reconnects_total', 'Connections made anew', () => stats().reconnects)
    this.#total('bus_handler_errors_total', 'Messages in whose handling something of ours failed', () => stats().handlerErrors)
    this.#totals('bus_lost_total', 'Messages that the bus lost, by place', 'where', () => {
      const { unsent, droppedIn, droppedOut, unheard } = stats()
      return { unsent, droppedIn, droppedOut, unheard }
    })
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ name: `quorate_${name}`, help, labelNames, registers: [this.registry] })
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name: `quorate_${name}`, help, labelNames, registers: [this.registry] })
  }

  #histogram(name: string, help: string, labelNames: readonly string[], buckets: number[]): Histogram {
    return new Histogram({ name: `quorate_${name}`, help, labelNames, buckets, registers: [this.registry] })
  }

  #read(name: string, help: string, read: () => number): void {
    const collect = function collect(this: Gauge): void {
      this.set(read())
    }
    new Gauge({ name: `quorate_${name}`, help, registers: [this.registry], collect })
  }

  /** A count that somebody else keeps. */
  #total(name: string, help: string, read: () => number): void {
    const collect = function collect(this: Counter): void {
      this.reset()
      this.inc(read())
    }
    new Counter({ name: `quorate_${name}`, help, registers: [this.registry], collect })
  }

  #totals(name: string, help: string, label: string, read: () => Numbers, always: readonly string[] = []): void {
    const collect = function collect(this: Counter): void {
      const counts = read()
      this.reset()
      for (const value of new Set([...always, ...Object.keys(counts)])) this.inc({ [label]: value }, counts[value] ?? 0)
    }
    new Counter({ name: `quorate_${name}`, help, labelNames: [label], registers: [this.registry], collect })
  }
}

/**
 * identityInUse: somebody else signs as this node. unknownVersion: a peer speaks another version of the protocol. permissionViolation: the broker refused
 * what this node may do. internalError: a fault of our own.
 */
export const ALARMS = ['identityInUse', 'unknownVersion', 'permissionViolation', 'internalError'] as const
export type Alarm = (typeof ALARMS)[number]

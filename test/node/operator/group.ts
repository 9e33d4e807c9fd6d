/**
 * Nodes with their reporters on a memory bus, and an operator who instructs them: what a broker carries between them goes from hand to hand here, and can be
 * changed on its way.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MemoryBus } from '../../../src/bus/memory.ts'
import type { ClientOptions } from '../../../src/client/index.ts'
import { MultisigClient } from '../../../src/client/index.ts'
import { MemoryKeyStore } from '../../../src/keystore/memory.ts'
import { EvidenceFiles } from '../../../src/node/evidence-files.ts'
import type { OperatorBus, OperatorEvent } from '../../../src/node/operator/contract.ts'
import type { OperatorOptions } from '../../../src/node/operator/desk.ts'
import { OperatorClient } from '../../../src/node/operator/operator-client.ts'
import { Reporter } from '../../../src/node/reporter.ts'
import { KernelPool } from '../../../src/pool/index.ts'
import { decodeEnvelope, peekFrame, sealEnvelope } from '../../../src/wire/envelope.ts'
import { FRAME } from '../../../src/wire/message.ts'
import { type Frame, wrapBus } from '../../client/wrapped-bus.ts'
import { testIdentity, testRoster } from '../../helpers/identities.ts'

export const NETWORK = 'test'
export const OPERATOR = testIdentity('operator of the tests')

type Answerer = (operator: string, bytes: Uint8Array) => Promise<Uint8Array | null>

/** What a node sends to operators. */
export interface Told {
  readonly from: string
  readonly kind: 'answer' | 'outcome' | 'progress'
  readonly bytes: Uint8Array
}

export interface GroupOptions {
  readonly client?: (id: string) => Partial<ClientOptions>
  readonly publish?: (frame: Frame) => readonly Uint8Array[]
  readonly maxMessageBytes?: number
  readonly evidence?: (id: string) => EvidenceFiles
}

export class Group implements AsyncDisposable {
  readonly ids: readonly string[]
  readonly folder = mkdtempSync(path.join(tmpdir(), 'quorate-operator-'))
  readonly roster
  readonly clients = new Map<string, MultisigClient>()
  readonly stores = new Map<string, MemoryKeyStore>()
  readonly notReady = new Map<string, string>()
  readonly events: OperatorEvent[] = []
  readonly instructions: Uint8Array[] = []
  readonly issues: string[] = []
  /** whether the broker keeps outcomes for operators that were away */
  keeps = false
  /** what operators hear instead of what a node tells them */
  alter: (told: Told) => readonly Uint8Array[] = ({ bytes }) => [bytes]
  readonly #options: GroupOptions
  readonly #bus = new MemoryBus()
  readonly #reporters = new Map<string, Reporter>()
  readonly #answerers = new Map<string, Answerer>()
  readonly #hearers = new Set<(from: string, bytes: Uint8Array) => void>()
  readonly #dead = new Set<string>()
  /** what a broker keeps */
  readonly #kept = new Map<string, Uint8Array>()
  #pool: KernelPool | null = null

  private constructor(ids: readonly string[], options: GroupOptions) {
    this.ids = ids
    this.roster = testRoster(ids)
    this.#options = options
  }

  static async start(ids: readonly string[], options: GroupOptions = {}): Promise<Group> {
    const group = new Group(ids, options)
    group.#pool = await KernelPool.create({ workers: 0 })
    for (const id of ids) {
      group.stores.set(id, new MemoryKeyStore())
      await group.startNode(id)
    }
    return group
  }

  /** Again, with the same store, where it was killed before. */
  async startNode(id: string): Promise<void> {
    const { publish, client: overrides, maxMessageBytes = 1 << 20, evidence } = this.#options
    const keyStore = this.stores.get(id)
    if (this.#pool === null || keyStore === undefined) throw new Error(`no node ${id}`)
    const identity = testIdentity(id)
    const bus = publish === undefined ? this.#bus : wrapBus(this.#bus, { publish })
    const options = { network: NETWORK, self: id, identity, roster: this.roster, bus, keyStore, pool: this.#pool }
    const limits = { stageTimeoutMs: 1_000, operators: [OPERATOR.publicKey] }
    const client = await MultisigClient.start({ ...options, ...limits, ...overrides?.(id) })
    this.clients.set(id, client)
    const tell = (kind: Told['kind'], bytes: Uint8Array): void => {
      if (this.#dead.has(id)) return
      for (const altered of this.alter({ from: id, kind, bytes })) for (const hear of this.#hearers) hear(id, altered)
    }
    const reporter = new Reporter({
      network: NETWORK,
      self: id,
      identity,
      client,
      keyStore,
      evidence: evidence?.(id) ?? new EvidenceFiles(path.join(this.folder, id)),
      reasons: () => [this.notReady.get(id) ?? []].flat(),
      version: 'test',
      onIssue: (message, error) => this.issues.push(`${id}: ${message}: ${String(error)}`),
      progressMs: 20,
      channel: {
        maxMessageBytes,
        publishOutcome: async (bytes) => {
          if (!this.#dead.has(id)) this.#kept.set(id, bytes)
          tell('outcome', bytes)
        },
        publishProgress: (bytes) => tell('progress', bytes),
        onAsk: (handler) => {
          this.#answerers.set(id, handler)
          return () => this.#answerers.delete(id)
        },
      },
    })
    this.#reporters.set(id, reporter)
    this.#dead.delete(id)
  }

  /** As a process that is gone: it says nothing more, not even that. */
  async kill(id: string): Promise<void> {
    this.#dead.add(id)
    this.#answerers.delete(id)
    await this.client(id).close()
    await this.#reporters.get(id)?.close()
  }

  client(id: string): MultisigClient {
    const client = this.clients.get(id)
    if (client === undefined) throw new Error(`no node ${id}`)
    return client
  }

  operator(options: Partial<OperatorOptions> = {}): OperatorClient {
    const onEvent = (event: OperatorEvent): void => void this.events.push(event)
    const times = { askMs: 200, settleMs: 300 }
    return new OperatorClient({
      network: NETWORK,
      name: 'ops',
      identity: OPERATOR,
      roster: this.roster,
      bus: this.bus(),
      onEvent,
      ...times,
      ...options,
    })
  }

  bus(): OperatorBus {
    return {
      maxMessageBytes: this.#options.maxMessageBytes ?? 1 << 20,
      ensureStreams: async () => undefined,
      instruct: async (bytes) => {
        this.instructions.push(bytes)
        for (const id of this.ids) this.#bus.instruct(id, bytes)
      },
      lastOutcome: async (from) => (this.keeps ? (this.#kept.get(from) ?? null) : null),
      lastInstruction: async () => this.instructions.at(-1) ?? null,
      ask: (bytes, handler) => {
        let active = true
        for (const [from, answer] of this.#answerers) {
          void answer('ops', bytes).then((answered) => {
            if (!active || answered === null) return
            for (const altered of this.alter({ from, kind: 'answer', bytes: answered })) handler(from, altered)
          })
        }
        return () => {
          active = false
        }
      },
      onReport: (handler) => {
        this.#hearers.add(handler)
        return () => this.#hearers.delete(handler)
      },
    }
  }

  get remarks(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'remark' ? [event.text] : []))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.ids) if (!this.#dead.has(id)) await this.kill(id)
    await this.#bus.close()
    await this.#pool?.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** For `publish`: what this node sends in stage `stage` of a ceremony of this kind is another body, validly signed. */
export function spoiling(id: string, kind: string, stage: number): (frame: Frame) => readonly Uint8Array[] {
  return ({ from, bytes }) => {
    if (from !== id || peekFrame(bytes)?.frame !== FRAME.envelope) return [bytes]
    const { header, body } = decodeEnvelope(bytes, NETWORK)
    if (header.kind !== kind || header.stage !== stage) return [bytes]
    const spoilt = new Uint8Array(body)
    spoilt[spoilt.length - 1] = (spoilt[spoilt.length - 1] ?? 0) ^ 1
    return [sealEnvelope(testIdentity(id), NETWORK, header, spoilt).bytes]
  }
}

/** For `publish`: of this node nothing is heard in ceremonies of this kind. */
export function silent(id: string, kind: string): (frame: Frame) => readonly Uint8Array[] {
  return ({ from, bytes }) => {
    if (from !== id || peekFrame(bytes)?.frame !== FRAME.envelope) return [bytes]
    return decodeEnvelope(bytes, NETWORK).header.kind === kind ? [] : [bytes]
  }
}

/** An operator's connection: instructs the group, asks its nodes, hears what they report, and keeps the streams that carry both. */
import { randomUUID } from 'node:crypto'
import {
  JetStreamApiCodes,
  JetStreamApiError,
  JetStreamError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamInfo,
} from '@nats-io/jetstream'
import { RequestError } from '@nats-io/transport-node'
import { assertBytes, copyBytes } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { assertValidatorId } from '../contract.ts'
import { DeliveryQueue } from './delivery.ts'
import type { NatsIssueType } from './issues.ts'
import { busError, Link, type LinkStats } from './link.ts'
import { MissedOutcomes } from './missed-outcomes.ts'
import { type NatsConnectionOptions, settingsOf } from './options.ts'
import { streamsOf, type WantedStream } from './streams.ts'
import type { NatsKind } from './subjects.ts'

const INSTRUCT_ATTEMPTS = 3

export interface NatsOperatorOptions extends NatsConnectionOptions {
  /** the operator's name, as the broker's permissions and the nodes' configurations have it */
  readonly operator: string
}

export type ReportKind = 'outcome' | 'progress'

/** `made`: it was not there; `changed`: it had other limits or subjects. */
export interface StreamState {
  readonly name: string
  readonly state: 'made' | 'changed' | 'kept'
}

export class NatsOperator {
  readonly #link: Link
  readonly #queue: DeliveryQueue
  #manager: Promise<JetStreamManager> | null = null

  /** @throws (rejects with) ERR_CONFIG or ERR_INVALID_ARGUMENT with the option's name; ERR_BUS */
  static async connect(options: NatsOperatorOptions): Promise<NatsOperator> {
    if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
    assertValidatorId(options.operator, 'operator')
    return new NatsOperator(await Link.open(settingsOf(options.operator, options)))
  }

  private constructor(link: Link) {
    this.#link = link
    this.#queue = new DeliveryQueue(link.settings, () => link.droppedIncoming())
  }

  get operator(): string {
    return this.#link.settings.self
  }

  get connected(): boolean {
    return this.#link.connected
  }

  get maxMessageBytes(): number {
    return this.#link.maxPayload
  }

  stats(): LinkStats & { readonly issues: Readonly<Record<NatsIssueType, number>> } {
    return { ...this.#link.stats(), issues: this.#link.issues.counts() }
  }

  /** Makes the group's streams, or brings them to what they should be. @throws (rejects with) ERR_BUS, ERR_CLOSED */
  async ensureStreams(): Promise<StreamState[]> {
    const states: StreamState[] = []
    for (const wanted of streamsOf(this.#link.settings.subjects)) states.push(await this.#ensureStream(wanted))
    return states
  }

  /**
   * Resolves when the broker has stored it. Without an answer it is published again, under one id, so that it is stored once.
   *
   * @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_TOO_LARGE, ERR_CLOSED; ERR_BUS, with the field `acknowledgement` when it may be stored all the same
   */
  async instruct(bytes: Uint8Array): Promise<void> {
    this.#assertOpen()
    assertBytes(bytes, 'bytes')
    this.#link.assertSize(bytes)
    const { connection, settings } = this.#link
    const subject = settings.subjects.of(settings.self, 'instruction')
    const client = jetstream(connection, { timeout: settings.timeoutMs, apiPrefix: settings.subjects.streamApi })
    const msgID = randomUUID()
    if (!(await this.#link.standing(settings.timeoutMs))) throw busError('the instruction is not stored', new Error('no connection'))
    for (let attempt = 1; ; attempt++) {
      try {
        await client.publish(subject, copyBytes(bytes), { msgID, retries: 0 })
        return
      } catch (error) {
        if (this.#link.closed) throw new QuorateError('ERR_CLOSED')
        // Said by the broker, or by nobody there being to hear it: nothing is stored. Whatever came before may be.
        const refused = error instanceof JetStreamApiError || error instanceof JetStreamError || isUnheard(error)
        if (refused && attempt === 1) throw busError('the instruction is not stored', error)
        if (!refused && attempt < INSTRUCT_ATTEMPTS) continue
        const message = 'the broker did not say whether it has the instruction'
        throw new QuorateError('ERR_BUS', { field: 'acknowledgement', message, cause: error })
      }
    }
  }

  /** The newest instruction of any operator that the stream still has. @throws (rejects with) ERR_BUS, ERR_CLOSED */
  async lastInstruction(): Promise<Uint8Array | null> {
    const { subjects } = this.#link.settings
    return this.#last(subjects.instructionStream, subjects.fromAny('instruction'))
  }

  /** The newest outcome or refusal of this node that the stream still has. @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_BUS, ERR_CLOSED */
  async lastOutcome(from: string): Promise<Uint8Array | null> {
    assertValidatorId(from, 'from')
    const { subjects } = this.#link.settings
    return this.#last(subjects.outcomeStream, subjects.of(from, 'outcome'))
  }

  /** Asks every node; the handler gets each answer. Returns the function that stops listening. */
  ask(bytes: Uint8Array, handler: (from: string, bytes: Uint8Array) => void): () => void {
    this.#assertOpen()
    assertBytes(bytes, 'bytes')
    assertHandler(handler)
    const { settings } = this.#link
    const end = this.#listen('answer', settings.self, handler)
    this.#link.publish(settings.subjects.of(settings.self, 'ask'), bytes)
    return end
  }

  /**
   * What nodes report from now on; outcomes of a time without connection come after it, and may then come twice. The sender is the broker's word;
   * the bytes are signed. Returns the function that ends it.
   */
  onReport(handler: (from: string, bytes: Uint8Array, kind: ReportKind) => void): () => void {
    this.#assertOpen()
    assertHandler(handler)
    const kinds = ['outcome', 'progress'] as const
    const ends = kinds.map((kind) => this.#listen(kind, null, (from, bytes) => handler(from, bytes, kind)))
    const missed = new MissedOutcomes(this.#link, (from, bytes) =>
      this.#queue.push(from, bytes, (own, sender) => handler(sender, own, 'outcome')),
    )
    ends.push(() => missed.close())
    return () => {
      for (const end of ends) end()
    }
  }

  /** Until the broker has this connection's subscriptions. */
  async settled(): Promise<void> {
    await this.#link.settled()
  }

  async close(): Promise<void> {
    await this.#link.close(() => this.#queue.drained())
    this.#queue.clear()
  }

  #assertOpen(): void {
    if (this.#link.closed) throw new QuorateError('ERR_CLOSED')
  }

  #listen(kind: NatsKind, to: string | null, handler: (from: string, bytes: Uint8Array) => void): () => void {
    const { subjects } = this.#link.settings
    let active = true
    const deliver = (bytes: Uint8Array, from: string): void => {
      try {
        if (active) handler(from, bytes)
      } catch {
        // A listener's fault must not stop the others.
      }
    }
    const end = this.#link.subscribe(subjects.fromAny(kind, to), (message) => {
      const from = subjects.senderOf(message.subject)
      if (from !== null) this.#queue.push(from, copyBytes(message.data), deliver)
    })
    return () => {
      active = false
      end()
    }
  }

  async #ensureStream(wanted: WantedStream): Promise<StreamState> {
    const { name } = wanted
    this.#assertOpen()
    try {
      const { streams } = await this.#streams()
      const info = await streams.info(name).catch((error: unknown) => {
        if (hasCode(error, JetStreamApiCodes.StreamNotFound)) return null
        throw error
      })
      if (info === null) {
        await streams.add(wanted)
        return { name, state: 'made' }
      }
      if (isAsWanted(info, wanted)) return { name, state: 'kept' }
      await streams.update(name, wanted)
      return { name, state: 'changed' }
    } catch (error) {
      throw this.#failure(`the stream ${name} cannot be made`, error)
    }
  }

  async #last(stream: string, subject: string): Promise<Uint8Array | null> {
    this.#assertOpen()
    try {
      const manager = await this.#streams()
      const message = await manager.streams.getMessage(stream, { last_by_subj: subject })
      return message === null ? null : copyBytes(message.data)
    } catch (error) {
      if (hasCode(error, JetStreamApiCodes.StreamNotFound) || hasCode(error, JetStreamApiCodes.NoMessageFound)) return null
      throw this.#failure(`what stream ${stream} has last cannot be read`, error)
    }
  }

  #streams(): Promise<JetStreamManager> {
    const { connection, settings } = this.#link
    this.#manager ??= jetstreamManager(connection, { checkAPI: false, timeout: settings.timeoutMs, apiPrefix: settings.subjects.streamApi })
    return this.#manager
  }

  #failure(what: string, error: unknown): QuorateError {
    return this.#link.closed ? new QuorateError('ERR_CLOSED') : busError(what, error)
  }
}

function assertHandler(handler: unknown): void {
  if (typeof handler !== 'function') throw invalidArgument('handler', 'must be a function')
}

const isUnheard = (error: unknown): boolean => error instanceof RequestError && error.isNoResponders()

const hasCode = (error: unknown, code: number): boolean => error instanceof JetStreamApiError && error.code === code

function isAsWanted({ config }: StreamInfo, wanted: WantedStream): boolean {
  const have = [...config.subjects].sort()
  const want = [...wanted.subjects].sort()
  return (
    have.length === want.length &&
    have.every((subject, i) => subject === want[i]) &&
    config.max_age === wanted.max_age &&
    config.max_bytes === wanted.max_bytes &&
    config.max_msgs_per_subject === (wanted.max_msgs_per_subject ?? -1) &&
    config.discard === wanted.discard
  )
}

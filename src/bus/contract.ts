/**
 * What a node needs of a message bus: best-effort delivery of byte strings under a few subjects. A bus may lose, repeat, delay and reorder
 * messages and may lie about everything; no security rests on it (every message is signed by its author), only progress does.
 */
import { invalidArgument } from '../errors.ts'
import type { PublishSubject, SubscribeSubject } from './subjects.ts'

/** 1..64 of [A-Za-z0-9_-]. */
type ValidatorId = string

const VALIDATOR_ID = /^[A-Za-z0-9_-]{1,64}$/

/** One hub a process or group; each node has its own connection. Bytes are copied at publish: no object is shared. */
export interface Bus {
  /** @throws (rejects with) ERR_INVALID_ARGUMENT field `self` when the id is no validator id or has a connection; ERR_CLOSED */
  connect(self: ValidatorId): Promise<BusConnection>
  /** Delivers what was published, then refuses everything with ERR_CLOSED. Closing twice is closing once. */
  close(): Promise<void>
}

export interface BusConnection {
  /**
   * Sends a copy of `bytes`; returns before anybody receives it. That nobody is there to receive is not an error.
   *
   * @param to null: broadcast to every other node. `MultisigEvent` takes null only.
   * @throws ERR_INVALID_ARGUMENT with field `subject`, `to` or `bytes`; ERR_TOO_LARGE; ERR_CLOSED
   */
  publish(subject: PublishSubject, to: ValidatorId | null, bytes: Uint8Array): void
  /**
   * The handler is given an exact-size array of its own and is never called from inside `publish` or `subscribe`. What it throws is contained
   * and counted: a node answers for its own faults. Returns the function that ends the subscription, at once and for good.
   *
   * @throws ERR_INVALID_ARGUMENT with field `subject` or `handler`; ERR_CLOSED
   */
  subscribe(subject: SubscribeSubject, handler: (bytes: Uint8Array) => void): () => void
  /** Delivers what was published to or by this node so far, then ends its subscriptions; publish and subscribe refuse from the call on. */
  close(): Promise<void>
}

/**
 * What a connection may have beyond the contract, which embedders implement and which therefore does not grow: a limit on one message, and a second
 * argument for a handler, who published it. The limit may change with every reconnection; the name is the bus's word, as everything unsigned.
 */
export interface ExtendedBusConnection extends BusConnection {
  readonly maxMessageBytes: number
  subscribe(subject: SubscribeSubject, handler: (bytes: Uint8Array, from?: ValidatorId) => void): () => void
}

/** The most bytes that one message may have on this bus, as it is now; infinity where the bus names no limit. */
export function maxMessageBytesOf(connection: BusConnection): number {
  const { maxMessageBytes } = connection as Partial<ExtendedBusConnection>
  return typeof maxMessageBytes === 'number' && maxMessageBytes > 0 ? maxMessageBytes : Number.POSITIVE_INFINITY
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function assertValidatorId(id: unknown, field: string): asserts id is ValidatorId {
  if (typeof id !== 'string' || !VALIDATOR_ID.test(id)) throw invalidArgument(field, 'must be 1..64 of [A-Za-z0-9_-]')
}

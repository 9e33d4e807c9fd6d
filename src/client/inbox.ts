/**
 * The way in: size cap, decoding, roster, then the author's signature, checked off the main thread and only for messages that can matter. What
 * is refused is counted by reason and changes nothing.
 */
import { copyBytes } from '../bytes.ts'
import { DROP_REASONS, type DropReason } from '../ceremony/effects.ts'
import { QuorateError } from '../errors.ts'
import { decodeEnvelope, peekFrame, peekHeader, verifyEnvelopeAsync } from '../wire/envelope.ts'
import { type Envelope, type EnvelopeHeader, FRAME, type ValidatorId, WIRE_VERSION } from '../wire/message.ts'
import { MAX_FRAME_BYTES } from '../wire/sizes.ts'
import type { NodeSettings } from './node-settings.ts'
import { warn } from './warn.ts'

/**
 * Bytes that wait for their signature check, under one name and in all; beyond it messages are dropped. The name is not proven yet: on a bus that
 * does not pin senders a flood under an honest name costs that name its place, as it would cost the network itself.
 */
const VERIFYING_BYTES_PER_PEER = 64 << 20
const VERIFYING_BYTES_TOTAL = 256 << 20
/** Above it a header is read by itself first: a small frame is copied sooner than looked at twice. */
const LARGE_FRAME = 16 << 10

type InboxSettings = Pick<NodeSettings, 'network' | 'self' | 'roster'>

export interface InboxHandlers {
  admit(header: EnvelopeHeader, bodyBytes: number, frameBytes: number): DropReason | null
  deliver(envelope: Envelope): void
}

export class Inbox {
  readonly #settings: InboxSettings
  readonly #handlers: InboxHandlers
  readonly #dropped = new Map<DropReason, number>(DROP_REASONS.map((reason) => [reason, 0]))
  readonly #verifying = new Map<ValidatorId, number>()
  #verifyingTotal = 0
  #bytesIn = 0
  #closed = false

  constructor(settings: InboxSettings, handlers: InboxHandlers) {
    this.#settings = settings
    this.#handlers = handlers
  }

  get bytesIn(): number {
    return this.#bytesIn
  }

  drop(reason: DropReason): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1)
  }

  dropped(): Readonly<Record<DropReason, number>> {
    return Object.fromEntries(this.#dropped) as Record<DropReason, number>
  }

  close(): void {
    this.#closed = true
  }

  receive(bytes: Uint8Array): void {
    this.#bytesIn += bytes.length
    const opened = this.open(bytes)
    if (typeof opened === 'string') this.drop(opened)
    else void this.#verify(opened.envelope, opened.publicKey)
  }

  /** Everything that can be said of a frame before its signature: the message and its author's key, or why it is dropped. Counts nothing. */
  open(bytes: Uint8Array): DropReason | { readonly envelope: Envelope; readonly publicKey: Uint8Array } {
    if (bytes.length > MAX_FRAME_BYTES) return 'size'
    if (bytes[0] !== WIRE_VERSION) return 'version'
    // Requests, answers and instructions have frame numbers of their own; none is understood on this subject yet.
    if (peekFrame(bytes)?.frame !== FRAME.envelope) return 'malformed'
    if (bytes.length > LARGE_FRAME) {
      const peeked = peekHeader(bytes)
      if (peeked === null) return 'malformed'
      const refused = this.#refuse(peeked.header, peeked.bodyBytes, bytes.length)
      if (refused !== null) return refused
    }
    const envelope = decode(bytes, this.#settings.network)
    if (envelope === null) return 'malformed'
    const { header, body } = envelope
    const refused = this.#refuse(header, body.length, bytes.length)
    const publicKey = this.#settings.roster.get(header.from)
    if (refused !== null || publicKey === undefined) return refused ?? 'sender'
    return { envelope, publicKey }
  }

  #refuse(header: EnvelopeHeader, bodyBytes: number, frameBytes: number): DropReason | null {
    const { self, roster } = this.#settings
    // Our own id from the wire is a reflection or a forgery; either way it is not ours to hear.
    // defence: own-commitment
    if (!roster.has(header.from) || header.from === self) return 'sender'
    if (header.to !== null && header.to !== self) return 'sender'
    const refused = this.#handlers.admit(header, bodyBytes, frameBytes)
    if (refused !== null) return refused
    const ofPeer = (this.#verifying.get(header.from) ?? 0) + frameBytes
    return ofPeer > VERIFYING_BYTES_PER_PEER || this.#verifyingTotal + frameBytes > VERIFYING_BYTES_TOTAL ? 'early-budget' : null
  }

  /** Never rejects. */
  async #verify(envelope: Envelope, publicKey: Uint8Array): Promise<void> {
    const { from } = envelope.header
    this.#count(from, envelope.bytes.length)
    try {
      const valid = await verifyEnvelopeAsync(envelope, publicKey)
      if (this.#closed) return
      if (valid) this.#handlers.deliver(envelope)
      else this.drop('signature')
    } catch (error) {
      warn(`a message of ${from} could not be handled`, error)
    } finally {
      this.#count(from, -envelope.bytes.length)
    }
  }

  #count(from: ValidatorId, bytes: number): void {
    this.#verifyingTotal += bytes
    const left = (this.#verifying.get(from) ?? 0) + bytes
    if (left === 0) this.#verifying.delete(from)
    else this.#verifying.set(from, left)
  }
}

function decode(bytes: Uint8Array, network: string): Envelope | null {
  try {
    return decodeEnvelope(copyBytes(bytes), network)
  } catch (error) {
    if (error instanceof QuorateError) return null
    throw error
  }
}

/**
 * The way in: size cap, decoding, roster, then the author's signature, checked off the main thread and only for messages that can matter. What
 * is refused is counted by reason and changes nothing.
 */
import { copyBytes } from '../bytes.ts'
import { DROP_REASONS, type DropReason } from '../ceremony/effects.ts'
import { QuorateError } from '../errors.ts'
import { decodeOwnEnvelope, peekFrame, peekHeader, verifyEnvelopeAsync } from '../wire/envelope.ts'
import { type Envelope, type EnvelopeHeader, FRAME, type ValidatorId, WIRE_VERSION } from '../wire/message.ts'
import {
  type AnswerContent,
  decodeAnswer,
  decodeRequest,
  MAX_ANSWER_BYTES,
  MAX_REQUEST_BYTES,
  type RequestContent,
  verifySignedAsync,
} from '../wire/request.ts'
import { MAX_FRAME_BYTES } from '../wire/sizes.ts'
import type { Message } from './multisig-client-inner.ts'
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

/** What is refused for other reasons may have been right when it was sent. */
const JUNK: ReadonlySet<DropReason> = new Set<DropReason>(['size', 'sender', 'signature', 'malformed'])

type InboxSettings = Pick<NodeSettings, 'network' | 'self' | 'roster'>

export interface Opened {
  readonly message: Message
  readonly from: ValidatorId
  readonly publicKey: Uint8Array
}

export interface InboxHandlers {
  admit(header: EnvelopeHeader, bodyBytes: number, frameBytes: number): DropReason | null
  admitRequest(request: RequestContent): DropReason | null
  admitAnswer(answer: AnswerContent): DropReason | null
  /** an envelope in this node's own name, its signature not verified: it is dropped, whatever it is */
  ownName?(envelope: Envelope): void
  /** its author's signature is verified */
  deliver(message: Message): void
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

  /** @param junk called, now or later, when nobody honest has sent this */
  receive(bytes: Uint8Array, junk: () => void = () => {}): void {
    this.#bytesIn += bytes.length
    const opened = this.open(bytes)
    if (typeof opened !== 'string') return void this.#verify(opened, bytes.length, junk)
    this.drop(opened)
    if (JUNK.has(opened)) junk()
  }

  /** Everything that can be said of a frame before its signature: the message and its author's key, or why it is dropped. Counts nothing. */
  open(bytes: Uint8Array): DropReason | Opened {
    if (bytes.length > MAX_FRAME_BYTES) return 'size'
    if (bytes[0] !== WIRE_VERSION) return 'version'
    switch (peekFrame(bytes)?.frame) {
      case FRAME.envelope:
        return this.#openEnvelope(bytes)
      case FRAME.request:
        return this.#openRequest(bytes)
      case FRAME.answer:
        return this.#openAnswer(bytes)
      default:
        // Instructions and announcements have subjects of their own.
        return 'malformed'
    }
  }

  #openEnvelope(bytes: Uint8Array): DropReason | Opened {
    if (bytes.length > LARGE_FRAME) {
      const peeked = peekHeader(bytes)
      if (peeked === null) return 'malformed'
      const refused = this.#refuseEnvelope(peeked.header, peeked.bodyBytes, bytes.length)
      if (refused !== null) return refused
    }
    const envelope = decoded(() => decodeOwnEnvelope(copyBytes(bytes), this.#settings.network))
    if (envelope === null) return 'malformed'
    const { header, body } = envelope
    if (header.from === this.#settings.self) this.#handlers.ownName?.(envelope)
    const refused = this.#refuseEnvelope(header, body.length, bytes.length)
    return refused ?? this.#opened({ type: 'envelope', envelope }, header.from)
  }

  #openRequest(bytes: Uint8Array): DropReason | Opened {
    if (bytes.length > MAX_REQUEST_BYTES) return 'size'
    const request = decoded(() => decodeRequest(copyBytes(bytes)))
    if (request === null) return 'malformed'
    const refused = this.#refuseSigned(request, bytes.length) ?? this.#handlers.admitRequest(request)
    return refused ?? this.#opened({ type: 'request', request }, request.from)
  }

  #openAnswer(bytes: Uint8Array): DropReason | Opened {
    if (bytes.length > MAX_ANSWER_BYTES) return 'size'
    const answer = decoded(() => decodeAnswer(copyBytes(bytes)))
    if (answer === null) return 'malformed'
    const refused = this.#refuseSigned(answer, bytes.length) ?? this.#handlers.admitAnswer(answer)
    return refused ?? this.#opened({ type: 'answer', answer }, answer.from)
  }

  #refuseEnvelope(header: EnvelopeHeader, bodyBytes: number, frameBytes: number): DropReason | null {
    const { from, to } = header
    return this.#refuseParties(from, to) ?? this.#handlers.admit(header, bodyBytes, frameBytes) ?? this.#refuseBytes(from, frameBytes)
  }

  #refuseSigned({ network, from, to }: RequestContent | AnswerContent, frameBytes: number): DropReason | null {
    // An envelope of another network fails as a signature; here the label travels.
    if (network !== this.#settings.network) return 'signature'
    return this.#refuseParties(from, to) ?? this.#refuseBytes(from, frameBytes)
  }

  /** Our own id from the wire is a reflection or a forgery; either way it is not ours to hear. */
  #refuseParties(from: ValidatorId, to: ValidatorId | null): DropReason | null {
    const { self, roster } = this.#settings
    // defence: own-commitment
    if (!roster.has(from) || from === self) return 'sender'
    return to !== null && to !== self ? 'sender' : null
  }

  #refuseBytes(from: ValidatorId, frameBytes: number): DropReason | null {
    const ofPeer = (this.#verifying.get(from) ?? 0) + frameBytes
    return ofPeer > VERIFYING_BYTES_PER_PEER || this.#verifyingTotal + frameBytes > VERIFYING_BYTES_TOTAL ? 'early-budget' : null
  }

  #opened(message: Message, from: ValidatorId): DropReason | Opened {
    const publicKey = this.#settings.roster.get(from)
    return publicKey === undefined ? 'sender' : { message, from, publicKey }
  }

  /** Never rejects. */
  async #verify({ message, from, publicKey }: Opened, bytes: number, junk: () => void): Promise<void> {
    this.#count(from, bytes)
    try {
      const valid = await isSigned(message, publicKey)
      if (this.#closed) return
      if (valid) return this.#handlers.deliver(message)
      this.drop('signature')
      junk()
    } catch (error) {
      warn(`a message of ${from} could not be handled`, error)
    } finally {
      this.#count(from, -bytes)
    }
  }

  #count(from: ValidatorId, bytes: number): void {
    this.#verifyingTotal += bytes
    const left = (this.#verifying.get(from) ?? 0) + bytes
    if (left === 0) this.#verifying.delete(from)
    else this.#verifying.set(from, left)
  }
}

function isSigned(message: Message, publicKey: Uint8Array): Promise<boolean> {
  switch (message.type) {
    case 'envelope':
      return verifyEnvelopeAsync(message.envelope, publicKey)
    case 'request':
      return verifySignedAsync(message.request, publicKey)
    case 'answer':
      return verifySignedAsync(message.answer, publicKey)
  }
}

/** Null for bytes that are none. */
function decoded<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch (error) {
    if (error instanceof QuorateError) return null
    throw error
  }
}

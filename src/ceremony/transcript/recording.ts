/** What a node keeps of a running ceremony for its transcript. */
import { equalBytes } from '../../bytes.ts'
import type { CeremonyContext } from '../../wire/context.ts'
import { type Envelope, VIEW_STAGE_BASE } from '../../wire/message.ts'
import { encodeTranscript, type KeyOpening, MAX_ENVELOPES_OF_SLOT, MAX_TRANSCRIPT_BYTES, type SlotOpening } from './file.ts'
import { Slots } from './slots.ts'

/** Messages to be signed are kept up to so many bytes in all; shares in a transcript without them cannot be judged. */
const MAX_MESSAGES_BYTES = 1 << 26
/** Views and aborts, which a participant may make large for the asking, cannot push out the messages of the stages. */
const MAX_CLAIMS_BYTES = 1 << 27

export interface RecordedCeremony {
  readonly context: CeremonyContext
  /** the preimage of `sid` */
  readonly contextBytes: Uint8Array
  /** of a signing */
  readonly key: KeyOpening | null
  readonly messages: readonly Uint8Array[]
  /** of a one-round signing */
  readonly slots?: SlotOpening | null
}

export class Recording {
  readonly #ceremony: RecordedCeremony
  readonly #slots: Slots
  readonly #held = new Map<number, Pick<Envelope, 'headerHash' | 'bytes'>[]>()
  readonly #messages: readonly Uint8Array[]
  #bytes: number
  #claimBytes = 0

  constructor(ceremony: RecordedCeremony) {
    const messageBytes = ceremony.messages.reduce((sum, { length }) => sum + 4 + length, 0)
    this.#ceremony = ceremony
    this.#slots = new Slots(ceremony.context, ceremony.contextBytes)
    this.#messages = messageBytes > MAX_MESSAGES_BYTES ? [] : ceremony.messages
    this.#bytes = encodeTranscript({ ...this.#head(), envelopes: [] }).length
  }

  /**
   * A message of this ceremony as it was verified, or our own as it was sent; kept if the transcript has a place and room for it. The first of its slot must be
   * the one that the ceremony takes.
   */
  note(envelope: Envelope): void {
    const slot = this.#slots.of(envelope.header)
    if (slot === null) return
    const held = this.#held.get(slot) ?? []
    if (held.length === MAX_ENVELOPES_OF_SLOT || held.some(({ headerHash }) => equalBytes(headerHash, envelope.headerHash))) return
    if (!this.#hasRoomFor(envelope)) return
    // The same arrays that the archive holds, and not the body a second time.
    const { headerHash, bytes } = envelope
    this.#held.set(slot, [...held, { headerHash, bytes }])
  }

  encode(): Uint8Array<ArrayBuffer> {
    const inOrder = [...this.#held].sort(([a], [b]) => a - b).flatMap(([, held]) => held)
    return encodeTranscript({ ...this.#head(), envelopes: inOrder.map(({ bytes }) => bytes) })
  }

  #head(): Omit<Parameters<typeof encodeTranscript>[0], 'envelopes'> {
    return { context: this.#ceremony.contextBytes, key: this.#ceremony.key, messages: this.#messages, slots: this.#ceremony.slots ?? null }
  }

  #hasRoomFor({ header, bytes }: Envelope): boolean {
    const needed = 4 + bytes.length
    if (this.#bytes + needed > MAX_TRANSCRIPT_BYTES) return false
    if (header.stage > VIEW_STAGE_BASE) {
      if (this.#claimBytes + needed > MAX_CLAIMS_BYTES) return false
      this.#claimBytes += needed
    }
    this.#bytes += needed
    return true
  }
}

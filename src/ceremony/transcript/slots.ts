/** The places of a transcript: one for each participant and stage, views and aborts being stages of their own. */
import { equalBytes } from '../../bytes.ts'
import { type CeremonyContext, sidOf } from '../../wire/context.ts'
import type { EnvelopeHeader, ValidatorId } from '../../wire/message.ts'
import { stagesOf } from '../plan.ts'

export class Slots {
  readonly #context: CeremonyContext
  readonly #sid: Uint8Array
  readonly #places: ReadonlyMap<ValidatorId, number>
  readonly #private: ReadonlySet<number>

  constructor(context: CeremonyContext, contextBytes: Uint8Array) {
    this.#context = context
    this.#sid = sidOf(contextBytes)
    this.#places = new Map(context.participants.map(({ id }, place) => [id, place]))
    this.#private = new Set(stagesOf(context).flatMap(({ delivery, number }) => (delivery === 'private' ? [number] : [])))
  }

  /**
   * Ascends by stage number, then by author. Null for what no transcript holds: a message of another ceremony or an outsider, or one of a private stage that
   * went to one node. (A broadcast stage's message that went to one node is no secret, and its author's fault.)
   */
  of({ kind, ceremonyId, sid, stage, from, to }: EnvelopeHeader): number | null {
    const place = this.#places.get(from)
    if (place === undefined || (to !== null && this.#private.has(stage))) return null
    const here = kind === this.#context.kind && ceremonyId === this.#context.ceremonyId && equalBytes(sid, this.#sid)
    return here ? stage * this.#places.size + place : null
  }
}

/**
 * The names on the broker: `quorate.v1.<group>.<from>.<kind>[.<to>]`. The sender stands in the subject, so that a permission pins it; the kind
 * stands before the addressee and there is no word for "everybody", so that no validator's name can collide with one.
 *
 * | kind        | from     | to       | carried by            |
 * | ----------- | -------- | -------- | --------------------- |
 * | p2p, ready  | node     | a node, or none: a broadcast | core  |
 * | event       | node     | none     | core, kept in a stream |
 * | instruction | operator | none     | stream                |
 * | outcome     | node     | none     | stream                |
 * | progress    | node     | none     | core                  |
 * | ask         | operator | none     | core                  |
 * | answer      | node     | operator | core                  |
 */
import { QuorateError } from '../../errors.ts'
import { assertValidatorId } from '../contract.ts'
import type { PublishSubject } from '../subjects.ts'

export type NatsKind = 'p2p' | 'ready' | 'event' | 'instruction' | 'outcome' | 'progress' | 'ask' | 'answer'

const PREFIX = 'quorate.v1'
const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** What a node publishes through the bus's contract. */
export const KIND_OF: Readonly<Record<PublishSubject, NatsKind>> = { P2P: 'p2p', ReadyToKeygen: 'ready', MultisigEvent: 'event' }

/** @throws ERR_CONFIG: a group's name stands in every subject and in the names of its streams */
export function assertGroup(group: unknown): asserts group is string {
  if (typeof group !== 'string' || !NAME.test(group)) {
    throw new QuorateError('ERR_CONFIG', { field: 'group', message: 'must be 1..64 of [A-Za-z0-9_-]' })
  }
}

/** The subjects of one group. Names are checked here, whoever checked them before: a dot or a wildcard in one would be another subject. */
export class Subjects {
  readonly group: string
  readonly #prefix: string

  /** @throws ERR_CONFIG field `group` */
  constructor(group: string) {
    assertGroup(group)
    this.group = group
    this.#prefix = `${PREFIX}.${group}`
  }

  /** @throws ERR_INVALID_ARGUMENT field `from` or `to` */
  of(from: string, kind: NatsKind, to: string | null = null): string {
    assertValidatorId(from, 'from')
    if (to === null) return `${this.#prefix}.${from}.${kind}`
    assertValidatorId(to, 'to')
    return `${this.#prefix}.${from}.${kind}.${to}`
  }

  /** From anybody: to everybody, or to one. */
  fromAny(kind: NatsKind, to: string | null = null): string {
    if (to === null) return `${this.#prefix}.*.${kind}`
    assertValidatorId(to, 'to')
    return `${this.#prefix}.*.${kind}.${to}`
  }

  /** One sender's of a kind to whomever, by name. */
  toAny(from: string, kind: NatsKind): string {
    return `${this.of(from, kind)}.*`
  }

  /** Who sent it, as the broker has it; null for a subject that is none of this group. */
  senderOf(subject: string): string | null {
    if (!subject.startsWith(`${this.#prefix}.`)) return null
    const [from = ''] = subject.slice(this.#prefix.length + 1).split('.', 1)
    return NAME.test(from) ? from : null
  }

  /** Where answers to a user's own requests arrive: a prefix of its own, so that nobody needs leave for `_INBOX.>`. */
  inboxOf(self: string): string {
    assertValidatorId(self, 'self')
    return `_INBOX_${self}`
  }

  /**
   * Under which this group reaches the broker's stream API, in the place of `$JS.API`: the streams live in an account of their own (broker-config.ts),
   * which lets in these calls alone.
   */
  get streamApi(): string {
    return `quorate.streams.${this.group}`
  }

  get instructionStream(): string {
    return `QUORATE_${this.group}_INSTRUCTIONS`
  }

  get outcomeStream(): string {
    return `QUORATE_${this.group}_OUTCOMES`
  }
}

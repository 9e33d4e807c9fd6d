/**
 * The subjects of the bus and how what one node publishes reaches another. A node sees four names in (`P2PIncoming`, `MultisigInstruction`,
 * `ReadyToKeygen`) and out (`P2POutgoing`, here published as `P2P`; `MultisigEvent`):
 *
 * - `P2P` of one node is `P2PIncoming` of the addressee, or of every other node when it is a broadcast;
 * - `ReadyToKeygen` keeps its name;
 * - `MultisigEvent` is for the application beside the node (dashboards, logs, an operator), never for another node: a node has no subject
 *   under which it could hear one, so a peer's claim about an outcome cannot be mistaken for an outcome;
 * - `MultisigInstruction` comes from an operator, never from a node: `publish` does not know it.
 *
 * bus/ may import only `errors` and `bytes`.
 */
import { invalidArgument } from '../errors.ts'

export type PublishSubject = 'P2P' | 'ReadyToKeygen' | 'MultisigEvent'
export type SubscribeSubject = 'P2PIncoming' | 'ReadyToKeygen' | 'MultisigInstruction'

/** What a peer hears; null: no peer does. */
export const HEARD_AS: Readonly<Record<PublishSubject, SubscribeSubject | null>> = {
  P2P: 'P2PIncoming',
  ReadyToKeygen: 'ReadyToKeygen',
  MultisigEvent: null,
}

export const SUBSCRIBE_SUBJECTS: readonly SubscribeSubject[] = ['P2PIncoming', 'ReadyToKeygen', 'MultisigInstruction']

/** @throws ERR_INVALID_ARGUMENT with field `subject` */
export function assertPublishSubject(subject: unknown): asserts subject is PublishSubject {
  if (typeof subject !== 'string' || !Object.hasOwn(HEARD_AS, subject)) {
    throw invalidArgument('subject', `must be one of ${Object.keys(HEARD_AS).join(', ')}`)
  }
}

/** @throws ERR_INVALID_ARGUMENT with field `subject` */
export function assertSubscribeSubject(subject: unknown): asserts subject is SubscribeSubject {
  const known: readonly unknown[] = SUBSCRIBE_SUBJECTS
  if (!known.includes(subject)) throw invalidArgument('subject', `must be one of ${SUBSCRIBE_SUBJECTS.join(', ')}`)
}

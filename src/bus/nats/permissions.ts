/**
 * What each user of a group needs of the broker, and nothing else: lists of what is allowed, so everything unnamed is refused, `>`, `$SYS.>` and the
 * inboxes of others included. The broker matches a subscription that has wildcards of its own as a whole: what is not within an entry is refused.
 */
import type { Subjects } from './subjects.ts'

const STREAM_CALLS = ['CREATE', 'UPDATE', 'INFO', 'MSG.GET'] as const

export interface Permissions {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
}

export function nodePermissions(subjects: Subjects, self: string): Permissions {
  const stream = subjects.instructionStream
  return {
    publish: [
      subjects.of(self, 'p2p'),
      subjects.toAny(self, 'p2p'),
      subjects.of(self, 'ready'),
      subjects.toAny(self, 'ready'),
      subjects.of(self, 'event'),
      subjects.of(self, 'outcome'),
      subjects.of(self, 'progress'),
      subjects.toAny(self, 'answer'),
      // Its own durable consumer on the group's instructions: make it, look at it, take from it, acknowledge.
      `${subjects.streamApi}.CONSUMER.CREATE.${stream}.${self}`,
      `${subjects.streamApi}.CONSUMER.INFO.${stream}.${self}`,
      `${subjects.streamApi}.CONSUMER.MSG.NEXT.${stream}.${self}`,
      `$JS.ACK.${stream}.${self}.>`,
    ],
    subscribe: [
      subjects.fromAny('p2p'),
      subjects.fromAny('p2p', self),
      subjects.fromAny('ready'),
      subjects.fromAny('ready', self),
      subjects.fromAny('ask'),
      `${subjects.inboxOf(self)}.>`,
    ],
  }
}

export function operatorPermissions(subjects: Subjects, name: string): Permissions {
  const streams = [subjects.instructionStream, subjects.outcomeStream]
  return {
    publish: [
      subjects.of(name, 'instruction'),
      subjects.of(name, 'ask'),
      ...streams.flatMap((stream) => STREAM_CALLS.map((call) => `${subjects.streamApi}.STREAM.${call}.${stream}`)),
    ],
    subscribe: [
      subjects.fromAny('outcome'),
      subjects.fromAny('progress'),
      subjects.fromAny('event'),
      subjects.fromAny('answer', name),
      `${subjects.inboxOf(name)}.>`,
    ],
  }
}

/** Of the streams' account, the services that the group's account has: the name there, and here. */
export interface Service {
  readonly subject: string
  readonly as: string
  /** more than one answer to a request */
  readonly stream: boolean
}

/**
 * The broker does not look at the subject on which an answer is wanted, and answers with rights of its own: within one account, a node's call to its own
 * consumer whose answer goes to `$JS.API.STREAM.DELETE...` would delete the stream. So the streams are in another account, of which the group has these
 * services and no more. Nothing here takes anything away, and what it takes to change something is no answer to anything here.
 */
export function streamServices(subjects: Subjects): readonly Service[] {
  const { instructionStream, outcomeStream, streamApi } = subjects
  const call = (name: string, stream = false): Service => ({ subject: `$JS.API.${name}`, as: `${streamApi}.${name}`, stream })
  const plain = (subject: string): Service => ({ subject, as: subject, stream: false })
  return [
    ...[instructionStream, outcomeStream].flatMap((stream) => STREAM_CALLS.map((name) => call(`STREAM.${name}.${stream}`))),
    call(`CONSUMER.CREATE.${instructionStream}.*`),
    call(`CONSUMER.INFO.${instructionStream}.*`),
    call(`CONSUMER.MSG.NEXT.${instructionStream}.*`, true),
    plain(`$JS.ACK.${instructionStream}.*.>`),
    plain(subjects.fromAny('instruction')),
    plain(subjects.fromAny('outcome')),
    plain(subjects.fromAny('event')),
  ]
}

/**
 * What each user of a group needs of the broker, and nothing else: lists of what is allowed, so everything unnamed is refused, `>`, `$SYS.>` and the
 * inboxes of others included. The broker matches a subscription that has wildcards of its own as a whole: what is not within an entry is refused.
 */
import type { Subjects } from './subjects.ts'

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
      `$JS.API.CONSUMER.CREATE.${stream}.${self}`,
      `$JS.API.CONSUMER.INFO.${stream}.${self}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${self}`,
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
      ...streams.flatMap((stream) => ['CREATE', 'UPDATE', 'INFO', 'MSG.GET'].map((call) => `$JS.API.STREAM.${call}.${stream}`)),
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

/** The two streams of a group, as an operator makes them. What they hold is signed; how long they hold it bounds the broker's disk. */
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { Subjects } from './subjects.ts'

const MINUTE_MS = 60_000
/** A node that was away for longer has missed an instruction: it would refuse it as stale anyway. */
export const INSTRUCTIONS_AGE_MS = 10 * MINUTE_MS
export const OUTCOMES_AGE_MS = 60 * MINUTE_MS
const INSTRUCTIONS_BYTES = 64 << 20
const OUTCOMES_BYTES = 256 << 20
/** A node that reports without end pushes out what it said itself, long before what others said. */
const OUTCOMES_OF_ONE = 10_000

export type WantedStream = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>

export function streamsOf(subjects: Subjects): WantedStream[] {
  const common = { retention: RetentionPolicy.Limits, storage: StorageType.File, discard: DiscardPolicy.Old }
  return [
    {
      ...common,
      name: subjects.instructionStream,
      description: `quorate ${subjects.group}: instructions of operators`,
      subjects: [subjects.fromAny('instruction')],
      max_age: nanos(INSTRUCTIONS_AGE_MS),
      max_bytes: INSTRUCTIONS_BYTES,
    },
    {
      ...common,
      name: subjects.outcomeStream,
      description: `quorate ${subjects.group}: outcomes and events of nodes`,
      subjects: [subjects.fromAny('outcome'), subjects.fromAny('event')],
      max_age: nanos(OUTCOMES_AGE_MS),
      max_bytes: OUTCOMES_BYTES,
      max_msgs_per_subject: OUTCOMES_OF_ONE,
    },
  ]
}

/** Whether the bus carries what this group may have to say, asked before anybody is instructed. */
import type { Bus } from '../bus/contract.ts'
import { QuorateError } from '../errors.ts'
import { largestKeygenMessageBytes } from '../wire/carrying.ts'
import { MAX_PARTICIPANTS } from '../wire/message.ts'
import type { Roster } from '../wire/roster.ts'

/** Signings of long messages are judged one by one, when they are instructed. @throws ERR_CONFIG with both numbers */
export function assertPayload(bus: Bus, roster: Roster): void {
  const most: unknown = Reflect.get(bus, 'maxMessageBytes')
  if (typeof most !== 'number') return
  const participants = Math.min(roster.size, MAX_PARTICIPANTS)
  const needed = largestKeygenMessageBytes(participants)
  if (needed <= most) return
  const message = `a key generation of the roster's ${participants} validators has messages of up to ${needed} bytes, and the broker takes at most ${most}`
  throw new QuorateError('ERR_CONFIG', { field: 'nats', message: `${message}: raise its max_payload, as "quorate nats-config" does` })
}

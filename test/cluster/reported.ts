/** Which keys any node has ever told somebody to be active: read off the events that nodes publish. */
import type { TrafficRecord } from './traffic-record.ts'

/** Key -> the node that said so first. */
export function reportedKeys(record: TrafficRecord): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  record.listen(({ kind, from }, _said, bytes) => {
    const keyId = kind === 'event' ? activeKeyOf(bytes) : null
    if (keyId !== null && !keys.has(keyId)) keys.set(keyId, from)
  })
  return keys
}

function activeKeyOf(bytes: Uint8Array): string | null {
  const event: unknown = JSON.parse(new TextDecoder().decode(bytes))
  const keyId =
    member(event, 'type') === 'keyReady'
      ? member(event, 'keyId')
      : member(event, 'type') === 'keygenOutcome' && member(member(event, 'outcome'), 'status') === 'success'
        ? member(member(member(event, 'outcome'), 'key'), 'keyId')
        : null
  return typeof keyId === 'string' ? keyId : null
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** InnerEvents as they leave on the subject MultisigEvent: one JSON object each, bytes as lowercase hex, ids as decimal strings, no secrets. */
import { asciiBytes, toHex } from '../bytes.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'

export function eventBytes(event: InnerEvent): Uint8Array<ArrayBuffer> {
  return asciiBytes(JSON.stringify(event, plainValue))
}

function plainValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return toHex(value)
  if (value instanceof Map) return Object.fromEntries(value)
  return value
}

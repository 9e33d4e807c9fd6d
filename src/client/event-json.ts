/**
 * InnerEvents as they leave on the subject MultisigEvent: one JSON object each, bytes as lowercase hex, ids as decimal strings, no secrets.
 * Evidence may have megabytes, which a bus need not carry for whoever only watches: its SHA-256 stands for it, the outcome has the bytes.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { asciiBytes, toHex } from '../bytes.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'

export function eventBytes(event: InnerEvent): Uint8Array<ArrayBuffer> {
  return asciiBytes(JSON.stringify(event, plainValue))
}

function plainValue(name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return name === 'evidence' ? `sha256:${toHex(sha256(value))}` : toHex(value)
  if (value instanceof Map) return Object.fromEntries(value)
  return value
}

/**
 * What an operator asks all nodes: are you ready, and what do you know of this key? One JSON object. It is not signed, since it makes a node do nothing
 * but say what is public; the nonce comes back in the signed answer, so that a broker cannot pass an old one off as new.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { asciiBytes } from '../bytes.ts'
import type { KeyId } from '../ceremony/key-info.ts'

export interface Ask {
  /** 32 hex digits */
  readonly nonce: string
  readonly keyId?: KeyId
}

const MAX_ASK_BYTES = 256
const shape = z.strictObject({
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  keyId: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

export function makeAsk(keyId: KeyId | null): { readonly ask: Ask; readonly bytes: Uint8Array } {
  const nonce = randomBytes(16).toString('hex')
  const ask = keyId === null ? { nonce } : { nonce, keyId }
  return { ask, bytes: asciiBytes(JSON.stringify(ask)) }
}

/** null for what is none. */
export function readAsk(bytes: Uint8Array): Ask | null {
  if (bytes.length > MAX_ASK_BYTES) return null
  const parsed = shape.safeParse(parseJson(new TextDecoder().decode(bytes)))
  if (!parsed.success) return null
  const { nonce, keyId } = parsed.data
  return keyId === undefined ? { nonce } : { nonce, keyId }
}

/** undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

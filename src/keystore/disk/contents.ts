/**
 * All that a store holds at one moment, and the entry that vouches for it: the head is written with every commit and names the commit's number,
 * the ceremony mark and a digest of all other entries. An entry that is gone, has come back, is older or was changed does not fit the digest;
 * an older head does not fit the counter that is kept beside the database.
 *
 * Entries: `head`; `record/<key id>`; `certificates/<key id>` of an active key. There is none for a nonce or anything else of a ceremony.
 * Head: schema u16 | commit u64 | mark u64 | digest 32.
 */
import { createHash } from 'node:crypto'
import { concatBytes, equalBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { Database } from './database.ts'
import type { Sealer } from './sealer.ts'

export const HEAD = 'head'
const DIGEST_BYTES = 32
const HEAD_BYTES = 2 + 8 + 8 + DIGEST_BYTES
const ENTRY_NAME = /^(record|certificates)\/([0-9a-f]{64})$/

export interface Head {
  readonly schema: number
  /** 1 for the commit that made the store */
  readonly commit: bigint
  readonly mark: bigint
}

/** Of each entry but the head, the hash of its sealed bytes. */
export type Hashes = ReadonlyMap<string, Uint8Array>

export function recordName(keyId: string): string {
  return `record/${keyId}`
}

export function certificatesName(keyId: string): string {
  return `certificates/${keyId}`
}

export function hashOf(sealed: Uint8Array): Uint8Array {
  return createHash('sha256').update(sealed).digest()
}

/** Names are of few fixed lengths and hashes of one, so that no two contents have one text. */
function digestOf(hashes: Hashes): Uint8Array {
  const hash = createHash('sha256').update('quorate/v1/store-contents\0')
  for (const name of [...hashes.keys()].sort()) hash.update(`${name}\0`).update(hashes.get(name) ?? new Uint8Array())
  return hash.digest()
}

export function sealHead(sealer: Sealer, head: Head, hashes: Hashes): Uint8Array<ArrayBuffer> {
  const numbers = new DataView(new ArrayBuffer(HEAD_BYTES - DIGEST_BYTES))
  numbers.setUint16(0, head.schema)
  numbers.setBigUint64(2, head.commit)
  numbers.setBigUint64(10, head.mark)
  return sealer.seal('head', '', concatBytes(new Uint8Array(numbers.buffer), digestOf(hashes)))
}

/**
 * Reads all and believes nothing that the head does not vouch for.
 *
 * @throws (rejects with) ERR_STORE
 */
export async function readContents(database: Database, sealer: Sealer): Promise<{ head: Head; hashes: Map<string, Uint8Array> }> {
  const entries = await database.entries()
  const sealedHead = entries.get(HEAD)
  if (sealedHead === undefined) throw damaged('its head is missing')
  const head = sealer.open('head', '', sealedHead)
  if (head === null || head.length !== HEAD_BYTES) throw damaged('its head does not open')
  const hashes = new Map<string, Uint8Array>()
  for (const [name, sealed] of entries) if (name !== HEAD) hashes.set(name, hashOf(sealed))
  if (!equalBytes(head.subarray(HEAD_BYTES - DIGEST_BYTES), digestOf(hashes))) throw damaged('entries are missing, changed or too many')
  const numbers = new DataView(head.buffer)
  return { head: { schema: numbers.getUint16(0), commit: numbers.getBigUint64(2), mark: numbers.getBigUint64(10) }, hashes }
}

/** Of a store whose schema is this program's. @throws ERR_STORE */
export function assertNames(hashes: Hashes): void {
  for (const name of hashes.keys()) {
    const [, kind, keyId] = ENTRY_NAME.exec(name) ?? []
    if (keyId === undefined) throw damaged('it holds an entry of no known kind')
    if (kind === 'certificates' && !hashes.has(recordName(keyId))) throw damaged('it holds certificates without their key')
  }
}

export function keyIdsOf(hashes: Hashes): string[] {
  return [...hashes.keys()].flatMap((name) => {
    const [, kind, keyId] = ENTRY_NAME.exec(name) ?? []
    return kind === 'record' && keyId !== undefined ? [keyId] : []
  })
}

export function damaged(message: string): QuorateError {
  return new QuorateError('ERR_STORE', { message: `the key store is damaged: ${message}` })
}

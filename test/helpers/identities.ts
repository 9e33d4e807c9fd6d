/** Identities that every run has alike. Tests only: their seeds are public. */
import { createHash } from 'node:crypto'
import { type Identity, identityFromSeed } from '../../src/wire/identity.ts'
import type { Roster } from '../../src/wire/roster.ts'

/** seed = SHA-256('test identity ' + id) */
export function testIdentity(id: string): Identity {
  return identityFromSeed(new Uint8Array(createHash('sha256').update(`test identity ${id}`).digest()))
}

export function testRoster(ids: readonly string[]): Roster {
  return new Map(ids.map((id) => [id, testIdentity(id).publicKey]))
}

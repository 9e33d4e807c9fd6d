/** Identities that every run has alike. Tests only: their seeds are public. */
import { createHash } from 'node:crypto'
import { copyBytes } from '../../src/bytes.ts'
import { type Identity, identityFromSeed } from '../../src/wire/identity.ts'
import type { Roster } from '../../src/wire/roster.ts'

const identities = new Map<string, Identity>()

/** seed = SHA-256('test identity ' + id); made once, since networks of few names are made by the thousand */
export function testIdentity(id: string): Identity {
  const known = identities.get(id) ?? identityFromSeed(new Uint8Array(createHash('sha256').update(`test identity ${id}`).digest()))
  identities.set(id, known)
  return known
}

/** The keys are copies: identities are everybody's, and a test may change what it was given. */
export function testRoster(ids: readonly string[]): Roster {
  return new Map(ids.map((id) => [id, copyBytes(testIdentity(id).publicKey)]))
}

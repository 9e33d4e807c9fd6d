/**
 * Whether another process runs as this node. It announced itself when it started, as this one just did; it hears our announcement, which it never made, and
 * answers, and its answer is signed with our key.
 */
import type { MultisigClient } from '../client/index.ts'

/** Many times the way to a peer and back. */
const WAIT_MS = 1_000

/** Listens from the call on. */
export async function watchForTwin(client: Pick<MultisigClient, 'events'>, waitMs: number = WAIT_MS): Promise<boolean> {
  const events = client.events({ signal: AbortSignal.timeout(Math.max(1, waitMs)) })
  for await (const event of events) if (event.type === 'identityInUse') return true
  return false
}

/** Loads the other implementations. One that is not installed is listed as such, and the run goes on without it. */
import type { Implementation } from '../json.ts'
import type { Peer } from './contract.ts'

export interface LoadedPeers {
  readonly peers: readonly Peer[]
  /** why the others are not there, in a few words each */
  readonly missing: readonly { readonly impl: Implementation; readonly reason: string }[]
}

type Load = () => Promise<Peer>

/** The modules import their packages statically, so that one package that is missing fails one of these imports. */
export const LOADERS: readonly (readonly [Implementation, Load])[] = [
  ['noble', async () => (await import('./noble.ts')).noblePeer()],
  ['elliptic', async () => (await import('./elliptic.ts')).ellipticPeer()],
  ['tiny', async () => (await import('./tiny.ts')).tinyPeer()],
  ['libauth', async () => (await import('./libauth.ts')).libauthPeer()],
  ['native', async () => (await import('./native.ts')).nativePeer()],
]

export async function loadPeers(loaders = LOADERS): Promise<LoadedPeers> {
  const peers: Peer[] = []
  const missing: { impl: Implementation; reason: string }[] = []
  for (const [impl, load] of loaders) {
    try {
      peers.push(await load())
    } catch (error) {
      missing.push({ impl, reason: reasonOf(error) })
    }
  }
  return { peers, missing }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'not installed'
  return `cannot be loaded: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`
}

/** One key generation of the whole cluster, with the time of each stage. */
import { equalBytes } from '../../bytes.ts'
import type { KeyInfo, StageName, Suite } from '../../index.ts'
import type { Cluster } from './cluster.ts'
import { CeremonyFailed } from './failures.ts'

export interface KeygenRun {
  readonly key: KeyInfo
  /** every node reported this key with the same verifying shares */
  readonly agreed: boolean
  readonly totalMs: number
  /** from one stage's end to the next, as the first node saw it */
  readonly stages: Partial<Record<StageName, number>>
  /** sent, on average */
  readonly bytesPerNode: number
}

export async function runKeygen(a: {
  cluster: Cluster
  suite: Suite
  minSigners: number
  signal: AbortSignal
  onStage: (stage: StageName) => void
}): Promise<KeygenRun> {
  const { cluster, suite, minSigners, signal } = a
  const ceremonyId = cluster.nextCeremonyId()
  const bytesBefore = cluster.bytesOut
  const started = performance.now()
  const watch = watchStages(cluster, ceremonyId, started, a.onStage)
  const request = { ceremonyId, participants: cluster.ids, minSigners, suite, signal }
  try {
    const outcomes = await Promise.all(cluster.nodes.map(({ client }) => client.keygen(request)))
    const totalMs = performance.now() - started
    const keys = outcomes.map((outcome) => {
      if (outcome.status === 'failure') throw new CeremonyFailed(`key generation (${suite})`, outcome)
      return outcome.key
    })
    const [key] = keys
    if (key === undefined) throw new Error('a cluster has at least one node')
    return {
      key,
      agreed: keys.every((other) => sameKey(key, other)),
      totalMs,
      stages: await watch.end(),
      bytesPerNode: Math.round((cluster.bytesOut - bytesBefore) / cluster.nodes.length),
    }
  } finally {
    await watch.end()
  }
}

function sameKey(a: KeyInfo, b: KeyInfo): boolean {
  if (a.keyId !== b.keyId || a.suite !== b.suite || a.minSigners !== b.minSigners || b.state !== 'active') return false
  if (!equalBytes(a.groupPublicKey, b.groupPublicKey) || a.verifyingShares.size !== b.verifyingShares.size) return false
  for (const [id, share] of a.verifyingShares) {
    const other = b.verifyingShares.get(id)
    if (other === undefined || !equalBytes(share, other)) return false
  }
  return true
}

function watchStages(
  cluster: Cluster,
  ceremonyId: bigint,
  started: number,
  onStage: (stage: StageName) => void,
): { end(): Promise<Partial<Record<StageName, number>>> } {
  const stop = new AbortController()
  const stages: Partial<Record<StageName, number>> = {}
  let last = started
  const note = (stage: StageName): void => {
    const now = performance.now()
    stages[stage] = roundMs(now - last)
    last = now
    onStage(stage)
  }
  const watching = (async () => {
    const first = cluster.nodes[0]
    if (first === undefined) return
    try {
      for await (const event of first.client.events({ signal: stop.signal })) {
        if (event.type === 'stage' && event.ceremonyId === ceremonyId && event.status === 'full') note(event.stage)
      }
    } catch {
      // The iterator may end by throwing its signal's reason; what was seen until then is what there is to tell.
    }
  })()
  return {
    end: async () => {
      // Events still on their way to the iterator come first.
      await new Promise((resolve) => setImmediate(resolve))
      stop.abort()
      await watching
      return stages
    },
  }
}

/** Times are printed and reported in milliseconds with two digits: more would be noise. */
export function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100
}

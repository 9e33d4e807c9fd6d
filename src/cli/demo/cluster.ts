/** Nodes in one process. Each has its own identity, store, connection and client; the kernel pool is the machine's, so they share it. */
import {
  type CeremonyId,
  generateIdentity,
  type KernelPool,
  MemoryBus,
  MemoryKeyStore,
  MultisigClient,
  type Roster,
  type ValidatorId,
} from '../../index.ts'
import type { TranscriptFolder } from './transcripts.ts'

export interface ClusterNode {
  readonly id: ValidatorId
  readonly client: MultisigClient
}

/** All nodes compute on the same cores here, so a stage of a big cluster takes as long as all its nodes together. */
const STAGE_TIMEOUT_MS = 30_000
const STAGE_TIMEOUT_PER_NODE_MS = 3_000

export class Cluster implements AsyncDisposable {
  readonly nodes: readonly ClusterNode[]
  readonly #bus: MemoryBus
  readonly #byId: ReadonlyMap<ValidatorId, ClusterNode>
  #lastCeremonyId = 0n

  private constructor(nodes: readonly ClusterNode[], bus: MemoryBus) {
    this.nodes = nodes
    this.#bus = bus
    this.#byId = new Map(nodes.map((node) => [node.id, node]))
  }

  /** Resolves when every node has heard that every other is ready. */
  static async start(size: number, pool: KernelPool, signal: AbortSignal, transcripts: TranscriptFolder | null): Promise<Cluster> {
    const ids = nodeIds(size)
    const identities = ids.map(() => generateIdentity())
    const roster: Roster = new Map(identities.map((identity, i) => [ids[i] ?? '', identity.publicKey]))
    transcripts?.roster(roster)
    transcripts?.check()
    const bus = new MemoryBus()
    const nodes: ClusterNode[] = []
    const cluster = new Cluster(nodes, bus)
    try {
      for (const [i, identity] of identities.entries()) {
        const self = ids[i] ?? ''
        const client = await MultisigClient.start({
          network: 'quorate demo',
          self,
          identity,
          roster,
          bus,
          keyStore: new MemoryKeyStore(),
          pool,
          stageTimeoutMs: Math.max(STAGE_TIMEOUT_MS, size * STAGE_TIMEOUT_PER_NODE_MS),
          ...(transcripts !== null && i === 0 && { transcripts: transcripts.take }),
        })
        nodes.push({ id: self, client })
      }
      const started = new Cluster(nodes, bus)
      await Promise.all(nodes.map(({ client }) => client.waitUntilReady(ids, { signal })))
      return started
    } catch (error) {
      await cluster.close()
      throw error
    }
  }

  get ids(): readonly ValidatorId[] {
    return this.nodes.map(({ id }) => id)
  }

  node(id: ValidatorId): ClusterNode {
    const node = this.#byId.get(id)
    if (node === undefined) throw new Error(`there is no node ${id}`)
    return node
  }

  nextCeremonyId(): CeremonyId {
    this.#lastCeremonyId += 1n
    return this.#lastCeremonyId
  }

  /** Bytes that all nodes have given to the bus so far. */
  get bytesOut(): number {
    return this.nodes.reduce((sum, { client }) => sum + client.stats().bytesOut, 0)
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ client }) => client.close()))
    await this.#bus.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Padded, so that their ASCII order is that of the numbers. */
function nodeIds(size: number): ValidatorId[] {
  const width = String(size).length
  return Array.from({ length: size }, (_, i) => `node-${String(i + 1).padStart(width, '0')}`)
}

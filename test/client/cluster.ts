/** Real clients over one memory bus, computing on the calling thread. */
import { MemoryBus } from '../../src/bus/memory.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import { type ClientOptions, type KeygenRequest, MultisigClient, type SignRequest } from '../../src/client/index.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

export type Overrides = Partial<ClientOptions>

export class Cluster implements AsyncDisposable {
  readonly bus: MemoryBus
  readonly pool: KernelPool
  readonly clients: ReadonlyMap<string, MultisigClient>
  readonly stores: ReadonlyMap<string, MemoryKeyStore>

  private constructor(bus: MemoryBus, pool: KernelPool, clients: Map<string, MultisigClient>, stores: Map<string, MemoryKeyStore>) {
    this.bus = bus
    this.pool = pool
    this.clients = clients
    this.stores = stores
  }

  /** The roster holds the nodes named and `more`, who do not run. */
  static async start(
    ids: readonly string[],
    overrides: (id: string) => Overrides = () => ({}),
    more: readonly string[] = [],
  ): Promise<Cluster> {
    const bus = new MemoryBus()
    const pool = await KernelPool.create({ workers: 0 })
    const stores = new Map(ids.map((id) => [id, new MemoryKeyStore()]))
    const clients = new Map<string, MultisigClient>()
    for (const id of ids) {
      const keyStore = stores.get(id) ?? new MemoryKeyStore()
      const roster = testRoster([...ids, ...more])
      const options = { network: 'test', self: id, identity: testIdentity(id), roster, bus, keyStore, pool, ...overrides(id) }
      clients.set(id, await MultisigClient.start(options))
    }
    return new Cluster(bus, pool, clients, stores)
  }

  get ids(): readonly string[] {
    return [...this.clients.keys()]
  }

  client(id: string): MultisigClient {
    const client = this.clients.get(id)
    if (client === undefined) throw new Error(`no client ${id}`)
    return client
  }

  /** Instructs all participants alike. */
  async keygen(request: KeygenRequest): Promise<Awaited<ReturnType<MultisigClient['keygen']>>[]> {
    return Promise.all(request.participants.map((id) => this.client(id).keygen(request)))
  }

  async sign(request: SignRequest): Promise<Awaited<ReturnType<MultisigClient['sign']>>[]> {
    return Promise.all(request.signers.map((id) => this.client(id).sign(request)))
  }

  async makeKey(request: KeygenRequest): Promise<KeyInfo> {
    const [outcome] = await this.keygen(request)
    if (outcome?.status !== 'success') throw new Error(`keygen ended as ${outcome?.reason}`)
    return outcome.key
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.close()))
    await this.bus.close()
    await this.pool.close()
  }
}

/** Resolves once the condition holds; the test's own timeout ends a wait that never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

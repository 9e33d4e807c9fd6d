/** Nodes of one process on the memory bus, with a key: what rows about whole ceremonies measure. */
import { KernelPool, type KeyInfo, type PoolOptions, verifySignature } from 'quorate'
import { Cluster } from '../../src/cli/demo/cluster.ts'
import { makeKey, type SignedBatch, signBatch } from '../../src/cli/tune/load.ts'

const SUITE = 'secp256k1-sha256'

export class SigningCluster {
  readonly #pool: KernelPool
  readonly #cluster: Cluster
  readonly #key: KeyInfo
  readonly #signers: readonly string[]
  readonly #signal: AbortSignal

  private constructor(pool: KernelPool, cluster: Cluster, key: KeyInfo, signal: AbortSignal) {
    this.#pool = pool
    this.#cluster = cluster
    this.#key = key
    this.#signers = cluster.ids.slice(0, key.minSigners)
    this.#signal = signal
  }

  static async start(nodes: number, minSigners: number, options: Pick<PoolOptions, 'workers' | 'kernel'>): Promise<SigningCluster> {
    const pool = await KernelPool.create(options)
    const { signal } = new AbortController()
    const cluster = await Cluster.start(nodes, pool, signal, null)
    return new SigningCluster(pool, cluster, await makeKey(cluster, minSigners, SUITE, signal), signal)
  }

  /** `inFlight` ceremonies at a time, `each` one after the other in its place. */
  async sign(batch: number, inFlight = 1, each = 1): Promise<readonly SignedBatch[]> {
    const signed: SignedBatch[] = []
    const lane = async (): Promise<void> => {
      for (let i = 0; i < each; i++) signed.push(await this.#signBatch(batch))
    }
    await Promise.all(Array.from({ length: inFlight }, lane))
    return signed
  }

  /** The same, and verifies all of it. Nonces are fresh in each run, so that there are no bytes to compare. */
  async check(batch: number, inFlight = 1, each = 1): Promise<null> {
    const { groupPublicKey } = this.#key
    for (const { messages, signatures } of await this.sign(batch, inFlight, each)) {
      const valid = messages.every((message, i) => {
        const signature = signatures[i]
        return signature !== undefined && verifySignature({ suite: SUITE, groupPublicKey, message, signature })
      })
      if (!valid || messages.length !== batch) throw new Error('a signature of the cluster is not valid')
    }
    return null
  }

  async close(): Promise<void> {
    await this.#cluster.close()
    await this.#pool.close()
  }

  #signBatch(batch: number): Promise<SignedBatch> {
    return signBatch({ cluster: this.#cluster, key: this.#key, signers: this.#signers, batch, signal: this.#signal })
  }
}

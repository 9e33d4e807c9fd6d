/**
 * Writes commits one after another. What is asked for while one is being written waits and goes into the next one together, so that a thousand
 * ceremonies that begin at once cost a few syncs and not a thousand; nobody is answered before its own commit is durable.
 */
import { QuorateError } from '../../errors.ts'
import { type Hashes, HEAD, type Head, hashOf, sealHead } from './contents.ts'
import type { Counter } from './counter.ts'
import type { Database, Edit } from './database.ts'
import type { Sealer } from './sealer.ts'

/** What one caller wants of the next commit. */
export interface Wish extends Edit {
  /** the mark is raised to it, if it is lower */
  readonly mark: bigint
  readonly schema?: number
}

interface Waiting {
  readonly wish: Wish
  readonly resolve: () => void
  readonly reject: (error: QuorateError) => void
}

export interface CommitterParts {
  readonly database: Database
  readonly counter: Counter
  readonly sealer: Sealer
  /** makes the names in the database's folder durable: LevelDB begins new logs without that */
  readonly syncNames: () => Promise<void>
}

export class Committer {
  readonly #parts: CommitterParts
  #head: Head
  #hashes: Hashes
  #waiting: Waiting[] = []
  #running: Promise<void> | null = null
  #failure: QuorateError | null = null

  constructor(parts: CommitterParts, head: Head, hashes: Hashes) {
    this.#parts = parts
    this.#head = head
    this.#hashes = hashes
  }

  /** durable */
  get head(): Head {
    return this.#head
  }

  /** durable */
  get hashes(): Hashes {
    return this.#hashes
  }

  /**
   * @returns when it is durable
   * @throws (rejects with) ERR_STORE; from then on every commit is refused until the store is opened anew: what a failed write left behind is
   *   known only then
   */
  commit(wish: Wish): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#refusal(this.#failure))
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ wish, resolve, reject })
    })
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
    return done
  }

  /** Everything that was asked for before. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  async #run(): Promise<void> {
    // All calls of one turn of the event loop go into the first commit already.
    await null
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      if (this.#failure === null) {
        try {
          await this.#write(group.map(({ wish }) => wish))
        } catch (error) {
          this.#failure = error instanceof QuorateError ? error : new QuorateError('ERR_STORE', { cause: error })
        }
      }
      for (const { resolve, reject } of group) {
        if (this.#failure === null) resolve()
        else reject(this.#failure)
      }
    }
  }

  async #write(wishes: readonly Wish[]): Promise<void> {
    const { database, counter, sealer, syncNames } = this.#parts
    const puts = new Map<string, Uint8Array>()
    const deletes = new Set<string>()
    const hashes = new Map(this.#hashes)
    let { schema, mark } = this.#head
    for (const wish of wishes) {
      for (const [name, sealed] of wish.puts) {
        puts.set(name, sealed)
        deletes.delete(name)
        hashes.set(name, hashOf(sealed))
      }
      for (const name of wish.deletes) {
        puts.delete(name)
        deletes.add(name)
        hashes.delete(name)
      }
      if (wish.mark > mark) mark = wish.mark
      schema = wish.schema ?? schema
    }
    const head: Head = { schema, commit: this.#head.commit + 1n, mark }
    puts.set(HEAD, sealHead(sealer, head, hashes))
    await database.write({ puts, deletes: [...deletes] })
    await syncNames()
    await counter.write(head)
    this.#head = head
    this.#hashes = hashes
  }

  #refusal(cause: QuorateError): QuorateError {
    return new QuorateError('ERR_STORE', { message: `nothing is written after a failure (${cause.message}): open the store anew`, cause })
  }
}

/**
 * The number of the last commit, in a file beside the database. A log whose end is missing looks whole to LevelDB: the commits in it, and the
 * ceremony mark, would go back without a word. This file says how many there were.
 *
 * Two places of 4096 bytes are written in turn, each in place and synced, so that a write that power interrupts spoils only itself. It is written
 * after the database: the database may be one commit ahead, never behind.
 *
 * A place: sealed (commit u64 | mark u64), the rest zero.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { concatBytes, wipe } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import { codeOf, readSecretFile } from '../secret-file.ts'
import { damaged } from './contents.ts'
import { ENTRY_OVERHEAD, type Sealer } from './sealer.ts'

/** A block of any disk: a torn write reaches no further. */
const PLACE_BYTES = 4096
const FILE_BYTES = 2 * PLACE_BYTES
const SEALED_BYTES = ENTRY_OVERHEAD + 16
const { O_NOFOLLOW, O_WRONLY } = constants

export interface Count {
  readonly commit: bigint
  readonly mark: bigint
}

function placeOf(sealer: Sealer, { commit, mark }: Count): Uint8Array<ArrayBuffer> {
  const numbers = new DataView(new ArrayBuffer(16))
  numbers.setBigUint64(0, commit)
  numbers.setBigUint64(8, mark)
  const sealed = sealer.seal('counter', '', new Uint8Array(numbers.buffer))
  return concatBytes(sealed, new Uint8Array(PLACE_BYTES - sealed.length))
}

/** A whole file for a new store. */
export function newCounterFile(sealer: Sealer, count: Count): Uint8Array<ArrayBuffer> {
  return concatBytes(placeOf(sealer, count), placeOf(sealer, count))
}

/** @throws (rejects with) ERR_STORE when neither place holds a count */
export async function readCounter(file: string, sealer: Sealer): Promise<Count> {
  const bytes = await readSecretFile(file, FILE_BYTES)
  const counts: Count[] = []
  if (bytes.length === FILE_BYTES) {
    for (const at of [0, PLACE_BYTES]) {
      const opened = sealer.open('counter', '', bytes.subarray(at, at + SEALED_BYTES))
      if (opened === null) continue
      const numbers = new DataView(opened.buffer)
      counts.push({ commit: numbers.getBigUint64(0), mark: numbers.getBigUint64(8) })
    }
  }
  wipe(bytes)
  counts.sort((a, b) => (a.commit < b.commit ? -1 : 1))
  const last = counts.at(-1)
  if (last === undefined) throw damaged('its counter cannot be read')
  return last
}

export class Counter {
  readonly #file: FileHandle
  readonly #sealer: Sealer

  private constructor(file: FileHandle, sealer: Sealer) {
    this.#file = file
    this.#sealer = sealer
  }

  /** @throws (rejects with) ERR_STORE */
  static async open(file: string, sealer: Sealer): Promise<Counter> {
    try {
      return new Counter(await open(file, O_WRONLY | O_NOFOLLOW), sealer)
    } catch (error) {
      throw failed('opened', error)
    }
  }

  /** Durable when it resolves. @throws (rejects with) ERR_STORE */
  async write(count: Count): Promise<void> {
    try {
      const at = Number(count.commit % 2n) * PLACE_BYTES
      const { bytesWritten } = await this.#file.write(placeOf(this.#sealer, count), 0, PLACE_BYTES, at)
      if (bytesWritten !== PLACE_BYTES) throw new Error('short write')
      await this.#file.datasync()
    } catch (error) {
      throw failed('written', error)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

function failed(what: string, cause: unknown): QuorateError {
  return new QuorateError('ERR_STORE', { message: `the store's counter could not be ${what} (${codeOf(cause) ?? 'unknown error'})`, cause })
}

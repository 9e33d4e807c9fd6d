/**
 * Evidence of failures, kept as files beside the store: an operator runs `quorate evidence verify` on them. Each is what the outcome held, byte for byte,
 * readable by the node's own user alone since it can hold a message that was to be signed. The folder's size is bounded: what does not fit is lost, the
 * outcome is not.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Blame } from '../ceremony/outcome.ts'
import { QuorateError } from '../errors.ts'
import type { CeremonyId } from '../wire/message.ts'

/** Eight of the largest pieces; usual ones have kilobytes. */
const MAX_FOLDER_BYTES = 2 ** 29

export class EvidenceFiles {
  readonly #folder: string
  readonly #maxBytes: number
  #bytes: number | null = null

  constructor(folder: string, maxBytes: number = MAX_FOLDER_BYTES) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /**
   * One at a time: each is counted before the next is begun.
   *
   * @param number the place of the blame in its outcome, from 1: names that differ in case alone are one file on some disks
   * @returns the file's path
   * @throws (rejects with) ERR_STORE
   */
  async write(ceremonyId: CeremonyId, number: number, { validator, fault, message, evidence }: Blame): Promise<string> {
    const place = message === undefined ? '' : `-${message}`
    const file = path.join(this.#folder, `${ceremonyId}-${String(number).padStart(3, '0')}-${validator}-${fault}${place}.evidence`)
    try {
      const used = this.#bytes ?? (await this.#used())
      if (used + evidence.length > this.#maxBytes) {
        throw new QuorateError('ERR_STORE', { field: 'evidence', message: `${this.#folder} would hold more than ${this.#maxBytes} bytes` })
      }
      this.#bytes = used + evidence.length
      await writeNew(file, evidence)
      return file
    } catch (error) {
      if (error instanceof QuorateError) throw error
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
      throw new QuorateError('ERR_STORE', { field: 'evidence', message: `${file} cannot be written: ${code}`, cause: error })
    }
  }

  /** Makes the folder where there is none. */
  async #used(): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    let bytes = 0
    for (const name of await readdir(this.#folder)) bytes += (await lstat(path.join(this.#folder, name))).size
    return bytes
  }
}

/** Nothing that is there is overwritten, no link followed, and no part of a file left. */
async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** What `quorate demo --transcripts` leaves in a folder: the roster, and what the first node recorded of every ceremony, for `quorate evidence audit`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { invalidArgument } from '../../errors.ts'
import { type ClientOptions, formatRosterFile, type Roster } from '../../index.ts'

export class TranscriptFolder {
  readonly #folder: string
  #failed: unknown = null

  /** @throws ERR_INVALID_ARGUMENT with field `transcripts` */
  constructor(folder: string) {
    this.#folder = folder
    this.#attempt(() => mkdirSync(folder, { recursive: true }))
    this.check()
  }

  /** A client depends on nobody taking its transcripts: what went wrong is kept until `check`. */
  readonly take: NonNullable<ClientOptions['transcripts']> = (transcript, { kind, ceremonyId }) => {
    this.#write(`${ceremonyId}-${kind}.transcript`, transcript)
  }

  roster(roster: Roster): void {
    this.#write('roster.json', formatRosterFile(roster))
  }

  /** @throws ERR_INVALID_ARGUMENT with field `transcripts` for the first file that could not be written */
  check(): void {
    if (this.#failed === null) return
    const code = this.#failed instanceof Error && 'code' in this.#failed ? String(this.#failed.code) : 'unknown error'
    throw invalidArgument('transcripts', `${this.#folder} cannot be written to: ${code}`)
  }

  /** Nothing that is there is overwritten: a roster of one run would not fit the transcripts of another. */
  #write(name: string, content: string | Uint8Array): void {
    this.#attempt(() => writeFileSync(path.join(this.#folder, name), content, { flag: 'wx' }))
  }

  #attempt(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#failed ??= error
    }
  }
}

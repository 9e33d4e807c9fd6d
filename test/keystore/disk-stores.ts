/** Stores on disk for tests: in one temporary folder, opened with a key so that nothing waits for scrypt. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DiskKeyStore, type DiskKeyStoreOptions } from '../../src/keystore/disk/disk-key-store.ts'
import type { UnlockSecret } from '../../src/keystore/key-derivation.ts'

export const UNLOCK: UnlockSecret = { kind: 'key', bytes: new Uint8Array(32).fill(0x5e) }

/** In memory where there is such a file system: thousands of openings wait for no disk. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()

export class DiskStores {
  readonly folder = mkdtempSync(path.join(PARENT, 'quorate-store-'))
  readonly #opened: DiskKeyStore[] = []
  #next = 0

  /** A place where nothing is yet. */
  place(): string {
    this.#next += 1
    return path.join(this.folder, `store-${this.#next}`)
  }

  async open(place = this.place(), options: Partial<DiskKeyStoreOptions> = {}): Promise<DiskKeyStore> {
    const store = await DiskKeyStore.open({ path: place, self: 'alpha', unlock: UNLOCK, ...options })
    this.#opened.push(store)
    return store
  }

  copyOf(place: string): string {
    const copy = this.place()
    cpSync(place, copy, { recursive: true })
    return copy
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.#opened.map((store) => store.close()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Of each file of a store and its content: all but LevelDB's lock and diary, which say nothing of the data. */
export function fingerprint(place: string): Record<string, string> {
  const files: Record<string, string> = {}
  for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.join(place, name)
    if (/(?:^|\/)(?:LOCK|LOG|LOG\.old)$/.test(name) || !lstatSync(file).isFile()) continue
    files[name] = createHash('sha256').update(readFileSync(file)).digest('hex')
  }
  return files
}

/**
 * The stores that this process has open. LevelDB's lock is one of fcntl, which is lost as soon as the process closes any descriptor of the
 * lock file, and LevelDB opens and closes one when it finds that the process itself has the lock: a second opening that it refuses would let in
 * another process. So a second opening in this process never gets that far.
 */
import { stat } from 'node:fs/promises'
import { QuorateError } from '../../errors.ts'

const held = new Set<string>()

/**
 * @param folder that exists
 * @returns lets go
 * @throws (rejects with) ERR_STORE_LOCKED
 */
export async function holdStore(folder: string): Promise<() => void> {
  // Not by its path: there may be several.
  const { dev, ino } = await stat(folder, { bigint: true })
  const name = `${dev}:${ino}`
  if (held.has(name)) throw new QuorateError('ERR_STORE_LOCKED')
  held.add(name)
  return () => void held.delete(name)
}

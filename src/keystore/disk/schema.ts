/**
 * Which entries a store has is its schema, whose number stands in the head. A program opens older schemas, by changing them step by step, each
 * step in one commit; it refuses newer ones.
 */
import { QuorateError } from '../../errors.ts'
import type { Database, Edit } from './database.ts'
import type { Sealer } from './sealer.ts'

/** What turns a store of one schema into the next one: read here, written with the head in one commit. */
export type Migration = (database: Database, sealer: Sealer) => Promise<Edit>

export interface Schema {
  readonly number: number
  /** by the number that they start from: 1 .. number - 1 */
  readonly migrations: ReadonlyMap<number, Migration>
}

/** The first. */
export const SCHEMA: Schema = { number: 1, migrations: new Map() }

/** @throws ERR_STORE */
export function assertKnownSchema(found: number, known: Schema): void {
  if (found > known.number) {
    const message = `the key store has schema ${found}, made by a newer version; this one knows up to ${known.number}`
    throw new QuorateError('ERR_STORE', { message })
  }
  for (let from = found; from < known.number; from++) {
    if (!known.migrations.has(from)) {
      throw new QuorateError('ERR_STORE', {
        message: `the key store has schema ${found}, which this version does not change into ${from + 1}`,
      })
    }
  }
}

/** Opens all that a configuration names, and connects to nothing: what a start would stumble over, found while the old process still runs. */
import { lstat } from 'node:fs/promises'
import { wipe } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import type { NodeConfig } from './config/node.ts'
import { assertOwnIdentity, openIdentity, openRoster, openUnlock, readOperators } from './open.ts'
import { natsOptions } from './open-nats.ts'

export interface Checked {
  readonly validators: number
  readonly operators: readonly string[]
  /** whether the roster names this node's broker key, where it names any */
  readonly warnings: readonly string[]
}

/** @throws (rejects with) ERR_CONFIG with the setting as `field`, ERR_PASSPHRASE */
export async function checkNode(config: NodeConfig): Promise<Checked> {
  const { roster, nkeys } = await openRoster(config)
  const unlock = await openUnlock(config)
  try {
    assertOwnIdentity(await openIdentity(config, unlock), config.self, roster)
  } finally {
    wipe(unlock.bytes)
  }
  readOperators(config, roster)
  const { auth } = await natsOptions(config.self, config)
  if (auth !== undefined) wipe('nkeySeed' in auth ? auth.nkeySeed : auth.credentials)
  await checkStore(config.store.path)
  const warnings: string[] = []
  if (nkeys.validators.size > 0 && !nkeys.validators.has(config.self)) warnings.push(`the roster has no broker key of ${config.self}`)
  if (Object.keys(config.operators ?? {}).length === 0)
    warnings.push('no operators: only an application in the same process can instruct this node')
  return { validators: roster.size, operators: Object.keys(config.operators ?? {}), warnings }
}

/** Made by `quorate init`; not opened, since a running node has it. */
async function checkStore(path: string): Promise<void> {
  const stat = await lstat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new QuorateError('ERR_CONFIG', { field: 'store.path', message: `${path} cannot be looked at` })
  })
  if (stat === null)
    throw new QuorateError('ERR_CONFIG', { field: 'store.path', message: `there is no key store in ${path}: is its disk mounted?` })
  if (!stat.isDirectory()) throw new QuorateError('ERR_CONFIG', { field: 'store.path', message: `${path} is no folder` })
  if ((stat.mode & 0o077) !== 0)
    throw new QuorateError('ERR_CONFIG', { field: 'store.path', message: `${path} can be used by others: chmod 700 it` })
}

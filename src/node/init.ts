/** Makes a new node or operator: its identity, the key that opens the broker to it, and its configuration file. Nothing that is there is overwritten. */
import { lstat, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { makeNkey } from '../bus/nats/nkeys.ts'
import { asciiBytes, concatBytes, wipe } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import { DiskKeyStore, readUnlock, sealFile, type UnlockSource, writeSecretFile } from '../keystore/index.ts'
import { generateIdentity } from '../wire/identity.ts'
import { nodeTemplate, operatorTemplate, type TemplateValues } from './config/template.ts'
import { loadConfig } from './config.ts'
import type { PublicLine } from './roster-lines.ts'

export interface InitRequest {
  readonly kind: PublicLine['kind']
  readonly id: string
  readonly folder: string
  readonly unlock: UnlockSource
  readonly network: string
  readonly group: string
  readonly servers: readonly string[]
  readonly roster: string
  readonly tls: TemplateValues['tls']
}

export interface Initialised {
  readonly line: PublicLine
  /** an operator has no store */
  readonly files: { readonly config: string; readonly identity: string; readonly nkey: string; readonly store: string | null }
}

/** @throws (rejects with) ERR_CONFIG with field `folder`, `unlock` or the setting that is wrong; ERR_STORE; nothing is left behind then */
export async function initialise(request: InitRequest): Promise<Initialised> {
  const { kind, id } = request
  const folder = path.resolve(request.folder)
  const [config, identityFile, nkeyFile] = kind === 'operator' ? OPERATOR_FILES : NODE_FILES
  const files = {
    config: path.join(folder, config),
    identity: path.join(folder, identityFile),
    nkey: path.join(folder, nkeyFile),
    store: kind === 'operator' ? null : path.join(folder, STORE_FOLDER),
  }
  await assertNew(Object.values(files).filter((file) => file !== null))
  const unlock = await readUnlock(request.unlock)
  const identity = generateIdentity()
  const nkey = makeNkey()
  const seed = identity.exportSeed()
  try {
    const sealed = await sealFile(unlock, { purpose: kind === 'operator' ? 'operator' : 'identity', subject: id }, seed)
    const template = kind === 'operator' ? operatorTemplate : nodeTemplate
    const text = template(id, valuesOf(request, folder, { identityFile, nkeyFile }))
    const seedLine = concatBytes(nkey.seed, asciiBytes('\n'))
    try {
      const contents = [
        [files.identity, sealed],
        [files.nkey, seedLine],
        [files.config, new Uint8Array(new TextEncoder().encode(text))],
      ] as const
      // What was given is judged by the one table of settings, once it is where the node will read it.
      await write(folder, contents, async () => {
        loadConfig({ file: files.config })
        // Made here and never by a node that starts: one whose disk is not mounted must not begin with an empty store, and ids that were used before.
        if (files.store !== null) await (await DiskKeyStore.open({ path: files.store, self: id, unlock })).close()
      })
    } finally {
      wipe(seedLine)
    }
  } finally {
    wipe(seed, nkey.seed, unlock.bytes)
  }
  return { line: { kind, id, publicKey: identity.publicKey, nkey: nkey.publicKey }, files }
}

const STORE_FOLDER = 'store'
const NODE_FILES = ['node.yaml', 'identity.sealed', 'node.nk'] as const
const OPERATOR_FILES = ['operator.yaml', 'operator.sealed', 'operator.nk'] as const

async function assertNew(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const there = await lstat(file).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
        throw folderError(file, error)
      },
    )
    if (there) throw new QuorateError('ERR_CONFIG', { field: 'folder', message: `${file} is there already, and nothing is overwritten` })
  }
}

/** All or none: a second attempt must not find half of the first. */
async function write(
  folder: string,
  files: readonly (readonly [file: string, bytes: Uint8Array])[],
  finish: () => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw folderError(folder, error)
  })
  const written: string[] = []
  try {
    for (const [file, bytes] of files) {
      await writeSecretFile(file, bytes)
      written.push(file)
    }
    // Only now: where another process was faster with the files, the store is its.
    written.push(path.join(folder, STORE_FOLDER))
    await finish()
  } catch (error) {
    for (const file of written) await rm(file, { force: true, recursive: true })
    throw error
  }
}

function folderError(file: string, error: unknown): QuorateError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return new QuorateError('ERR_CONFIG', { field: 'folder', message: `${file}: ${code}` })
}

function valuesOf(request: InitRequest, folder: string, files: Pick<TemplateValues, 'identityFile' | 'nkeyFile'>): TemplateValues {
  const { network, group, servers, roster, unlock, tls } = request
  const inFolder = (file: string): string => {
    const relative = path.relative(folder, path.resolve(file))
    return relative.startsWith('..') || path.isAbsolute(relative) ? path.resolve(file) : relative
  }
  const unlockSetting: TemplateValues['unlock'] =
    unlock.passphraseFile !== undefined
      ? ['passphraseFile', inFolder(unlock.passphraseFile)]
      : unlock.keyFile !== undefined
        ? ['keyFile', inFolder(unlock.keyFile)]
        : ['passphraseFd', unlock.passphraseFd ?? 0]
  const tlsFiles = Object.fromEntries(Object.entries(tls).map(([name, file]: [string, string]) => [name, inFolder(file)]))
  return { network, group, servers, roster: inFolder(roster), unlock: unlockSetting, tls: tlsFiles, ...files }
}

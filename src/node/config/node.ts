/** A configuration that is enough for a node, or for an operator, with its paths made absolute. */
import path from 'node:path'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { type ConfigSources, loadConfig } from '../config.ts'
import type { Config } from './schema.ts'

type With<Names extends keyof Config> = Config & { readonly [Name in Names]-?: Exclude<Config[Name], undefined> }

/** What every node has to be told; an embedder brings the rest itself or names where it is. */
export type NodeSettings = With<'network' | 'self'>

/** Of a node that is a process of its own. */
export type NodeConfig = With<'network' | 'self' | 'identity' | 'roster' | 'store' | 'unlock' | 'nats'>

export type OperatorConfig = With<'network' | 'operator' | 'roster' | 'unlock' | 'nats'>

/** Paths are relative to the file. @throws ERR_CONFIG with the setting as `field` */
export function loadNodeConfig(sources: ConfigSources): NodeConfig {
  return complete(sources, ['network', 'self', 'identity', 'roster', 'store', 'unlock', 'nats'], 'a node')
}

/** Paths are relative to the file. @throws ERR_CONFIG with the setting as `field` */
export function loadOperatorConfig(sources: ConfigSources): OperatorConfig {
  return complete(sources, ['network', 'operator', 'roster', 'unlock', 'nats'], 'an operator')
}

function complete<Names extends keyof Config>(sources: ConfigSources, names: readonly Names[], whose: string): With<Names> {
  // Without a file nothing is complete: unlike `loadConfig` it has no meaning to give none.
  if (typeof sources !== 'object' || sources === null) throw invalidArgument('sources', 'must be an object')
  const config = absolute(loadConfig(sources), folderOf(sources.file))
  if (!has(config, names)) {
    const missing = names.find((name) => config[name] === undefined) ?? names[0]
    throw new QuorateError('ERR_CONFIG', {
      field: String(missing),
      message: `is not set, and ${whose} needs it (from ${sources.file ?? 'no file'})`,
    })
  }
  return config
}

/** Without a file: where the process is. */
const folderOf = (file: string | null | undefined): string => (file == null ? process.cwd() : path.dirname(path.resolve(file)))

function has<Names extends keyof Config>(config: Config, names: readonly Names[]): config is With<Names> {
  return names.every((name) => config[name] !== undefined)
}

/** The settings that are paths, wherever they stand. */
const PATHS: ReadonlySet<string> = new Set([
  'file',
  'path',
  'passphraseFile',
  'keyFile',
  'caFile',
  'certFile',
  'nkeyFile',
  'credentialsFile',
])

function absolute<T>(value: T, folder: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([name, inner]: [string, unknown]) => [
    name,
    typeof inner === 'string' && PATHS.has(name) ? path.resolve(folder, inner) : absolute(inner, folder),
  ])
  return Object.freeze(Object.fromEntries(entries)) as T
}

/**
 * The configuration of a node: command line over environment over file over defaults. Each source is checked by itself, whole, so that an error
 * names the source that is wrong even where another overrides it.
 */
import { invalidArgument, QuorateError } from '../errors.ts'
import { resolveOptions } from '../pool/options.ts'
import { type Environment, readEnvironment } from './config/environment.ts'
import { readConfigFile } from './config/file.ts'
import { type Config, type ConfigLayer, configSchema, firstFault, layerSchema } from './config/schema.ts'
import { SECTION_DEFAULTS } from './config/sections.ts'

export { assertEditable, type TunedSettings, writeTuned } from './config/edit.ts'
export type { Environment } from './config/environment.ts'
export { type Config, type ConfigLayer, MAX_BATCH } from './config/schema.ts'

export interface ConfigSources {
  /** from the command line, parsed already; undefined is not given */
  readonly flags?: ConfigLayer
  /** usually process.env */
  readonly env?: Environment
  /** a YAML file; null or absent: none */
  readonly file?: string | null
}

/**
 * @returns deeply frozen, every setting present
 * @throws ERR_CONFIG with the setting as `field` (such as "pool.workers"; the file as a whole: "file"; an unknown variable: its name) and the
 * source in the message
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  if (typeof sources !== 'object' || sources === null) throw invalidArgument('sources', 'must be an object')
  const file: unknown = sources.file ?? null
  if (file !== null && typeof file !== 'string') throw invalidArgument('file', 'must be a path')
  const env: unknown = sources.env ?? {}
  if (typeof env !== 'object') throw invalidArgument('env', 'must be an object')
  const layers = [
    defaults(),
    ...(file === null ? [] : [readConfigFile(file)]),
    ...readEnvironment(sources.env ?? {}),
    readFlags(sources.flags ?? {}),
  ]
  return deepFrozen(configSchema.parse(layers.reduce(overlay, {})))
}

/** The pool's own, and a message a ceremony, which waits for no other: the configuration invents none of them. */
function defaults(): ConfigLayer {
  const { workers, maxQueue, inlineBelowMicros, kernel } = resolveOptions({})
  return { ...SECTION_DEFAULTS, pool: { workers, maxQueue, inlineBelowMicros }, kernel, signing: { batch: 1 } }
}

function readFlags(flags: unknown): ConfigLayer {
  const parsed = layerSchema.safeParse(flags)
  if (parsed.success) return parsed.data
  const { field, message } = firstFault(parsed.error)
  throw new QuorateError('ERR_CONFIG', { field: field === '' ? 'flags' : field, message: `${message} (from the command line)` })
}

/** A setting of a section by itself over the same of the source below; what has no default is of one source as a whole. */
function overlay(base: ConfigLayer, layer: ConfigLayer): ConfigLayer {
  const pool = { ...base.pool, ...given(layer.pool ?? {}) }
  const signing = { ...base.signing, ...given(layer.signing ?? {}) }
  const http = { ...base.http, ...given(layer.http ?? {}) }
  const log = { ...base.log, ...given(layer.log ?? {}) }
  const limits = { ...base.limits, ...given(layer.limits ?? {}) }
  return { ...base, ...given(layer), pool, signing, http, log, limits }
}

/** Without what is undefined: an absent flag must not erase what a source below it says. */
function given<T extends object>(layer: T): Partial<T> {
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined)) as Partial<T>
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFrozen(inner)
  return Object.freeze(value)
}

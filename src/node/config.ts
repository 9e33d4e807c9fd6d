/**
 * The configuration of a node: command line over environment over file over defaults. Each source is checked by itself, whole, so that an error
 * names the source that is wrong even where another overrides it.
 */
import { QuorateError } from '../errors.ts'
import { resolveOptions } from '../pool/options.ts'
import { type Environment, readEnvironment } from './config/environment.ts'
import { readConfigFile } from './config/file.ts'
import { type Config, type ConfigLayer, configSchema, firstFault, layerSchema } from './config/schema.ts'

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
  const file = sources.file ?? null
  const layers = [
    defaults(),
    ...(file === null ? [] : [readConfigFile(file)]),
    ...readEnvironment(sources.env ?? {}),
    readFlags(sources.flags ?? {}),
  ]
  const config = configSchema.parse(layers.reduce(overlay, {}))
  return Object.freeze({ ...config, pool: Object.freeze(config.pool), signing: Object.freeze(config.signing) })
}

/** The pool's own, and a message a ceremony, which waits for no other: the configuration invents none. */
function defaults(): ConfigLayer {
  const { workers, maxQueue, inlineBelowMicros, kernel } = resolveOptions({})
  return { pool: { workers, maxQueue, inlineBelowMicros }, kernel, signing: { batch: 1 } }
}

function readFlags(flags: unknown): ConfigLayer {
  const parsed = layerSchema.safeParse(flags)
  if (parsed.success) return parsed.data
  const { field, message } = firstFault(parsed.error)
  throw new QuorateError('ERR_CONFIG', { field: field === '' ? 'flags' : field, message: `${message} (from the command line)` })
}

function overlay(base: ConfigLayer, layer: ConfigLayer): ConfigLayer {
  const pool = { ...base.pool, ...given(layer.pool ?? {}) }
  const signing = { ...base.signing, ...given(layer.signing ?? {}) }
  return { ...base, ...given(layer), pool, signing }
}

/** Without what is undefined: an absent flag must not erase what a source below it says. */
function given<T extends object>(layer: T): Partial<T> {
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined)) as Partial<T>
}

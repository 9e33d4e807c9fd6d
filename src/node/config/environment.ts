/**
 * Settings from environment variables. An unknown `QUORATE_` variable is refused like an unknown key of the file: a misspelt one would leave a
 * default in force that its writer believes changed. `QUORATE_TEST_` belongs to the test suite.
 */
import { QuorateError } from '../../errors.ts'
import { type ConfigLayer, firstFault, layerSchema } from './schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'QUORATE_'
const TEST_PREFIX = 'QUORATE_TEST_'

interface Variable {
  readonly field: string
  readonly number: boolean
  readonly layer: (value: unknown) => unknown
}

const VARIABLES: Readonly<Record<string, Variable>> = {
  QUORATE_POOL_WORKERS: { field: 'pool.workers', number: true, layer: (workers) => ({ pool: { workers } }) },
  QUORATE_POOL_MAX_QUEUE: { field: 'pool.maxQueue', number: true, layer: (maxQueue) => ({ pool: { maxQueue } }) },
  QUORATE_POOL_INLINE_BELOW_MICROS: {
    field: 'pool.inlineBelowMicros',
    number: true,
    layer: (inlineBelowMicros) => ({ pool: { inlineBelowMicros } }),
  },
  QUORATE_SIGNING_BATCH: { field: 'signing.batch', number: true, layer: (batch) => ({ signing: { batch } }) },
  QUORATE_HTTP_HOST: { field: 'http.host', number: false, layer: (host) => ({ http: { host } }) },
  QUORATE_HTTP_PORT: { field: 'http.port', number: true, layer: (port) => ({ http: { port } }) },
  QUORATE_LOG_LEVEL: { field: 'log.level', number: false, layer: (level) => ({ log: { level } }) },
  QUORATE_KERNEL: { field: 'kernel', number: false, layer: (kernel) => ({ kernel }) },
}

/** Digits alone: `Number` would also take "", " 1 ", "0x10" and "1e3". */
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** One layer a variable that is set. @throws ERR_CONFIG with the setting (an unknown variable: its name) as `field` */
export function readEnvironment(env: Environment): readonly ConfigLayer[] {
  const layers: ConfigLayer[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || name.startsWith(TEST_PREFIX) || text === undefined) continue
    const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
    if (variable === undefined) {
      throw new QuorateError('ERR_CONFIG', { field: name, message: `is not a known variable (${Object.keys(VARIABLES).join(', ')})` })
    }
    layers.push(readVariable(name, variable, text))
  }
  return layers
}

function readVariable(name: string, { field, number, layer }: Variable, text: string): ConfigLayer {
  const source = `(from the environment variable ${name})`
  if (number && !DECIMAL.test(text)) {
    throw new QuorateError('ERR_CONFIG', { field, message: `must be a decimal number without sign, space or leading zeros ${source}` })
  }
  const parsed = layerSchema.safeParse(layer(number ? Number(text) : text))
  if (parsed.success) return parsed.data
  throw new QuorateError('ERR_CONFIG', { field, message: `${firstFault(parsed.error).message} ${source}` })
}

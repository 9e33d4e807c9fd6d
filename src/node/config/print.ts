/**
 * The configuration in force, as YAML that the loader takes. Nothing in it is a secret: secrets stand in files, whose paths are shown and whose contents are
 * not read.
 */
import { stringify } from 'yaml'
import type { Config } from './schema.ts'

/** In the order in which people ask. */
const ORDER = [
  'network',
  'self',
  'operator',
  'identity',
  'roster',
  'operators',
  'store',
  'unlock',
  'nats',
  'http',
  'log',
  'limits',
  'pool',
  'kernel',
  'signing',
] as const satisfies readonly (keyof Config)[]

export function printConfig(config: Config): string {
  const ordered = ORDER.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]]))
  return stringify(Object.fromEntries(ordered), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
}

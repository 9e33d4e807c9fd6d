/** The flags that keygen, preprocess and sign have in common. */
import type { Command } from 'commander'
import { invalidArgument } from '../../errors.ts'
import type { Terms } from '../../node/operator/desk.ts'
import { readInteger } from '../arguments.ts'

export interface OperatorFlags {
  readonly config: string
  readonly ceremony?: string
  readonly expires: string
  readonly wait: string
  readonly evidence?: string
  readonly json?: true
}

const MAX_EXPIRES_S = 600
const MAX_WAIT_S = 24 * 3600
const MAX_CEREMONY_ID = 2n ** 64n - 1n

export function withOperatorFlags(command: Command): Command {
  return command
    .requiredOption('--config <file>', "the operator's configuration (YAML)")
    .option('--ceremony <id>', 'the id of the ceremony (default: the time in milliseconds, or above what was used)')
    .option('--expires <seconds>', 'how long nodes may take up the instruction', '60')
    .option('--wait <seconds>', 'how long to wait for outcomes', '180')
    .option('--evidence <folder>', 'write evidence there, a file a fault')
    .option('--json', 'one line of JSON on stdout')
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function readTerms({ ceremony, expires, wait }: OperatorFlags): Pick<Terms, 'ceremonyId' | 'expiresMs' | 'waitMs'> {
  return {
    ...(ceremony === undefined ? {} : { ceremonyId: readCeremonyId(ceremony, 'ceremony') }),
    expiresMs: 1_000 * readInteger(expires, 'expires', 1, MAX_EXPIRES_S),
    waitMs: 1_000 * readInteger(wait, 'wait', 1, MAX_WAIT_S),
  }
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function readCeremonyId(text: string, field: string): bigint {
  const id = /^[1-9][0-9]{0,19}$/.test(text) ? BigInt(text) : 0n
  if (id === 0n || id > MAX_CEREMONY_ID) throw invalidArgument(field, `must be an integer in 1..2^64-1, not "${text}"`)
  return id
}

/** Ids separated by commas; whether they are ids that anybody has is seen later. */
export function readIds(text: string): readonly string[] {
  return text.split(',')
}

/** @throws ERR_INVALID_ARGUMENT with field `key` */
export function readKeyId(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw invalidArgument('key', 'must be the id of a key: 64 lowercase hex digits')
  return text
}

/** `quorate init`: a new node, or a new operator. */
import { Command } from 'commander'
import { toHex } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import type { UnlockSource } from '../keystore/index.ts'
import { type Initialised, initialise } from '../node/init.ts'
import { formatPublicLine } from '../node/roster-lines.ts'
import { isRosterId } from '../wire/roster.ts'
import { readInteger } from './arguments.ts'
import { EXIT } from './exit.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface InitFlags {
  readonly self?: string
  readonly operator?: string
  readonly folder: string
  readonly network: string
  readonly group: string
  readonly server: readonly string[]
  readonly roster?: string
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly passphraseFile?: string
  readonly passphraseFd?: string
  readonly keyFile?: string
  readonly json?: true
}

/** The line of `--json`. */
export interface InitJson {
  readonly schema: 'quorate.init/1'
  readonly kind: 'validator' | 'operator'
  readonly id: string
  readonly publicKey: string
  readonly nkey: string
  /** for `quorate roster add` */
  readonly line: string
  readonly files: Initialised['files']
}

const MAX_DESCRIPTOR = 1_023
const LOCAL_SERVER = 'nats://127.0.0.1:4222'

export function initCommand(choose: (run: Run) => void): Command {
  return new Command('init')
    .description('make the identity and the configuration of a node or an operator; prints the public line for the roster')
    .option('--self <id>', 'make a node of this name')
    .option('--operator <name>', 'make an operator of this name')
    .option('--folder <folder>', 'where the files go; made if it is not there', '.')
    .option('--passphrase-file <file>', 'what seals them: a passphrase (mode 0600)')
    .option('--passphrase-fd <n>', 'or the passphrase on this descriptor')
    .option('--key-file <file>', 'or a key of 32 bytes, or 64 hex digits (mode 0600)')
    .option('--network <label>', 'test and production must not share one', 'quorate')
    .option('--group <name>', 'nodes of one group meet on the broker', 'quorate')
    .option('--server <urls...>', `tls://host:port of each broker (default: ${LOCAL_SERVER})`)
    .option('--roster <file>', 'the roster file (default: roster.json in the folder)')
    .option('--tls-ca <file>', 'the authority of the broker')
    .option('--tls-cert <file>', 'our certificate for the broker')
    .option('--tls-key <file>', 'and its key')
    .option('--json', 'one line of JSON on stdout')
    .action((flags: InitFlags) => choose((terminal) => init(flags, terminal)))
}

async function init(flags: InitFlags, { writeResult, log }: Terminal): Promise<number> {
  const { self, operator, folder, network, group } = flags
  if ((self === undefined) === (operator === undefined)) throw invalidArgument('self', 'give --self ID or --operator NAME')
  const [kind, id] = operator === undefined ? (['validator', self] as const) : (['operator', operator] as const)
  if (!isRosterId(id)) throw invalidArgument(operator === undefined ? 'self' : 'operator', 'must be 1..64 of A-Z, a-z, 0-9, _ and -')
  const made = await initialise({
    kind,
    id,
    folder,
    network,
    group,
    servers: flags.server ?? [LOCAL_SERVER],
    roster: flags.roster ?? `${folder}/roster.json`,
    unlock: unlockOf(flags),
    tls: {
      ...(flags.tlsCa === undefined ? {} : { caFile: flags.tlsCa }),
      ...(flags.tlsCert === undefined ? {} : { certFile: flags.tlsCert }),
      ...(flags.tlsKey === undefined ? {} : { keyFile: flags.tlsKey }),
    },
  })
  const line = formatPublicLine(made.line)
  const { publicKey, nkey } = made.line
  const result: InitJson = { schema: 'quorate.init/1', kind, id, publicKey: toHex(publicKey), nkey: nkey ?? '', line, files: made.files }
  writeResult(flags.json === true ? JSON.stringify(result) : line)
  log(
    `quorate: wrote ${Object.values(made.files)
      .filter((file) => file !== null)
      .join(', ')}; the line is for "quorate roster add"`,
  )
  return EXIT.ok
}

function unlockOf({ passphraseFile, passphraseFd, keyFile }: InitFlags): UnlockSource {
  const given = [passphraseFile, passphraseFd, keyFile].filter((value) => value !== undefined)
  if (given.length !== 1) throw invalidArgument('passphraseFile', 'give exactly one of --passphrase-file, --passphrase-fd and --key-file')
  return {
    ...(passphraseFile === undefined ? {} : { passphraseFile }),
    ...(passphraseFd === undefined ? {} : { passphraseFd: readInteger(passphraseFd, 'passphraseFd', 0, MAX_DESCRIPTOR) }),
    ...(keyFile === undefined ? {} : { keyFile }),
  }
}

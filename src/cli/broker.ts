/** `quorate nats-config` and `quorate nats-setup`: what a broker needs to be a group's. */
import path from 'node:path'
import { Command } from 'commander'
import { brokerConfig, NatsOperator } from '../bus/nats/index.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { loadOperatorConfig } from '../node/config/node.ts'
import { natsOptions } from '../node/open-nats.ts'
import { replaceFile, targetOf } from '../node/replace-file.ts'
import { readRosterDocument } from '../node/roster-store.ts'
import { largestKeygenMessageBytes } from '../wire/carrying.ts'
import type { RosterDocument } from '../wire/roster-file.ts'
import { readInteger } from './arguments.ts'
import { EXIT } from './exit.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface ConfigFlags {
  readonly roster: string
  readonly group: string
  readonly host: string
  readonly port: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsCa?: string
  readonly jetstreamDir: string
  readonly maxPayload?: string
  readonly output?: string
}

interface SetupFlags {
  readonly config: string
  readonly json?: true
}

/** The line of `--json`. */
export interface NatsSetupJson {
  readonly schema: 'quorate.nats-setup/1'
  readonly streams: readonly { readonly name: string; readonly state: 'made' | 'changed' | 'kept' }[]
  readonly maxMessageBytes: number
}

const DEFAULT_PORT = '4222'
/** nats-server's own default: less would surprise who reads its documentation. */
const MIN_DEFAULT_PAYLOAD = 1 << 20
/** What the broker counts beside the message: headers with an id, where it goes into a stream. */
const PAYLOAD_MARGIN = 4_096
const PAYLOAD_STEP = 1 << 16
/** nats-server takes no more than its pending limit, and this is where its own ends. */
const MAX_PAYLOAD = 64 << 20

export function natsConfigCommand(choose: (run: Run) => void): Command {
  return new Command('nats-config')
    .description('write the configuration of a NATS broker with exactly the permissions that each node and operator of a roster needs')
    .requiredOption('--roster <file>', 'the roster, with the broker keys ("quorate roster add")')
    .option('--group <name>', 'nodes of one group meet on the broker', 'quorate')
    .option('--host <address>', 'where it listens', '127.0.0.1')
    .option('--port <n>', 'and the port', DEFAULT_PORT)
    .option('--tls-cert <file>', "the broker's certificate; without TLS it may listen on the loopback only")
    .option('--tls-key <file>', 'and its key')
    .option('--tls-ca <file>', 'ask users for a certificate of this authority')
    .option('--jetstream-dir <folder>', 'where the streams lie', '/var/lib/nats/jetstream')
    .option('--max-payload <bytes>', 'the largest message (default: what a key generation of the whole roster needs, at least 1 MiB)')
    .option('--output <file>', 'where to write it (default: stdout)')
    .action((flags: ConfigFlags) => choose(async (terminal) => writeConfig(flags, terminal)))
}

export function natsSetupCommand(choose: (run: Run) => void): Command {
  return new Command('nats-setup')
    .description("make the group's streams on the broker, or bring them up to date")
    .requiredOption('--config <file>', "an operator's configuration")
    .option('--json', 'one line of JSON on stdout')
    .action((flags: SetupFlags) => choose((terminal) => setUp(flags, terminal)))
}

function writeConfig(flags: ConfigFlags, { writeResult, log }: Terminal): number {
  const { tlsCert, tlsKey, tlsCa, output } = flags
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw invalidArgument('tlsKey', 'goes with --tls-cert')
  if (tlsCa !== undefined && tlsCert === undefined) throw invalidArgument('tlsCert', 'is needed with --tls-ca')
  const document = readRosterDocument(flags.roster)
  const needed = largestKeygenMessageBytes(document.roster.size)
  const maxPayload = flags.maxPayload === undefined ? payloadFor(needed) : readInteger(flags.maxPayload, 'maxPayload', 1_024, MAX_PAYLOAD)
  const text = brokerConfig({
    group: flags.group,
    nodes: nodesOf(document),
    operators: document.nkeys.operators,
    maxPayload,
    host: flags.host,
    port: readInteger(flags.port, 'port', 1, 65_535),
    jetstreamFolder: path.resolve(flags.jetstreamDir),
    // The broker may run elsewhere: its paths are its own.
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { tls: { cert: tlsCert, key: tlsKey, ...(tlsCa === undefined ? {} : { ca: tlsCa }) } }),
  })
  if (output === undefined) writeResult(text.trimEnd())
  // It names public keys only, and the broker runs as a user of its own.
  else replaceFile(targetOf(output), text, 0o644)
  if (needed > maxPayload) {
    log(
      `quorate: a key generation of all ${document.roster.size} validators needs messages of up to ${needed} bytes, more than ${maxPayload}`,
    )
  }
  if (tlsCert === undefined) log('quorate: without TLS, for tests on one machine only')
  else if (tlsCa === undefined) log('quorate: users are not asked for a certificate (--tls-ca): their nkey alone lets them in')
  if (document.nkeys.operators.size === 0) log('quorate: no operator in the roster: nobody may instruct the nodes or make the streams')
  return EXIT.ok
}

/** @throws ERR_CONFIG naming the first that has no key */
function nodesOf({ roster, nkeys }: RosterDocument): ReadonlyMap<string, string> {
  for (const id of roster.keys()) {
    if (!nkeys.validators.has(id)) {
      throw new QuorateError('ERR_CONFIG', {
        field: `nkeys.validators.${id}`,
        message: 'is not in the roster: the broker could not let it in',
      })
    }
  }
  return nkeys.validators
}

function payloadFor(needed: number): number {
  return Math.min(MAX_PAYLOAD, Math.max(MIN_DEFAULT_PAYLOAD, Math.ceil((needed + PAYLOAD_MARGIN) / PAYLOAD_STEP) * PAYLOAD_STEP))
}

async function setUp({ config: file, json }: SetupFlags, { writeResult }: Terminal): Promise<number> {
  const config = loadOperatorConfig({ file })
  const { name } = config.operator
  const operator = await NatsOperator.connect({ ...(await natsOptions(name, config)), operator: name })
  try {
    const streams = await operator.ensureStreams()
    const result: NatsSetupJson = { schema: 'quorate.nats-setup/1', streams, maxMessageBytes: operator.maxMessageBytes }
    writeResult(json === true ? JSON.stringify(result) : streams.map((stream) => `${stream.name}: ${stream.state}`).join('\n'))
    return EXIT.ok
  } finally {
    await operator.close()
  }
}

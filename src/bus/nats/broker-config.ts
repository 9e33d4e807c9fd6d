/** The text of a configuration for nats-server: one user a node and an operator, each with exactly what it needs, TLS, streams, and limits. */
import { isIPv4 } from 'node:net'
import { assertInteger } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { isNkey } from './nkeys.ts'
import { nodePermissions, operatorPermissions, type Permissions, type Service, streamServices } from './permissions.ts'
import { Subjects } from './subjects.ts'

export interface BrokerConfigOptions {
  readonly group: string
  /** broker keys by name */
  readonly nodes: ReadonlyMap<string, string>
  readonly operators: ReadonlyMap<string, string>
  /** the most bytes of one message */
  readonly maxPayload: number
  readonly host?: string
  readonly port?: number
  /** files of the broker; with `ca`, users need a certificate of that authority as well. Without TLS the host must be a loopback address. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
  /** where the streams lie */
  readonly jetstreamFolder: string
}

const MIB = 1 << 20
/** What the broker keeps for one connection that does not read, before it cuts it off; it must hold several of the largest messages. */
const MIN_PENDING = 64 * MIB
/** Of the broker itself. */
const MAX_PAYLOAD_LIMIT = 64 * MIB
/** A node holds six subscriptions and an inbox or two. */
const MAX_SUBSCRIPTIONS = 256
/** Both streams of the group, and room for what is not compacted yet. */
const MAX_FILE_STORE = 1024 * MIB

/** @throws ERR_CONFIG with the option's name */
export function brokerConfig(options: BrokerConfigOptions): string {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const { nodes, operators, maxPayload, host = '127.0.0.1', port = 4222, tls, jetstreamFolder } = options
  const subjects = new Subjects(options.group)
  assertInteger(maxPayload, 'maxPayload', 1_024, MAX_PAYLOAD_LIMIT)
  assertInteger(port, 'port', 1, 65_535)
  if (typeof host !== 'string' || !HOST.test(host)) throw invalid('host', 'must be an address or a name')
  if (tls === undefined && !isLoopback(host)) {
    throw invalid('host', 'must be a loopback address without TLS: messages and logins would cross the network in the clear')
  }
  assertUsers(nodes, operators)
  const services = streamServices(subjects)
  const maxPending = Math.max(MIN_PENDING, 4 * maxPayload)
  return `# Broker of the quorate group ${subjects.group}. Written by "quorate nats-config"; write it again when the roster changes, then reload the server.
listen: ${quoted(`${host.includes(':') ? `[${host}]` : host}:${port}`, 'host')}
max_payload: ${maxPayload}
max_pending: ${maxPending}
max_subscriptions: ${MAX_SUBSCRIPTIONS}
write_deadline: "10s"
${tls === undefined ? '' : tlsBlock(tls)}jetstream {
  store_dir: ${quoted(jetstreamFolder, 'jetstreamFolder')}
  max_memory_store: 0
  max_file_store: ${MAX_FILE_STORE}
}
authorization {
  timeout: 5
}
accounts {
  # The streams, where no user is: what the group may ask of them is listed here, and nothing of it deletes anything.
  QUORATE_STREAMS {
    jetstream: enabled
    exports = [
${services.map(({ subject, stream }) => `      { service: "${subject}"${stream ? ', response_type: stream' : ''} }`).join('\n')}
    ]
  }
  QUORATE_GROUP {
    imports = [
${services.map(importLine).join('\n')}
    ]
  users = [
${[
  ...[...nodes].map(([name, nkey]) => userBlock(`node ${name}`, nkey, nodePermissions(subjects, name))),
  ...[...operators].map(([name, nkey]) => userBlock(`operator ${name}`, nkey, operatorPermissions(subjects, name))),
].join('\n')}
  ]
  }
}
`
}

function importLine({ subject, as }: Service): string {
  const target = subject === as ? '' : `, to: "${as}"`
  return `      { service: { account: QUORATE_STREAMS, subject: "${subject}" }${target} }`
}

const HOST = /^[A-Za-z0-9.:_-]{1,253}$/

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))

/** A name is a name for both: subjects and inboxes of two users must not be the same, nor two users be one login. */
function assertUsers(nodes: ReadonlyMap<string, string>, operators: ReadonlyMap<string, string>): void {
  for (const [field, users] of Object.entries({ nodes, operators })) {
    if (!(users instanceof Map)) throw invalid(field, 'must be a map from names to nkeys')
  }
  if (nodes.size === 0) throw invalid('nodes', 'must hold at least one')
  const keys = new Set<string>()
  for (const [field, users] of Object.entries({ nodes, operators })) {
    for (const [name, nkey] of users) {
      if (typeof nkey !== 'string' || !isNkey(nkey)) throw invalid(`${field}.${name}`, "is not a user's nkey")
      if (keys.has(nkey)) throw invalid(`${field}.${name}`, 'has a key that another user has')
      keys.add(nkey)
    }
  }
  for (const name of operators.keys()) if (nodes.has(name)) throw invalid(`operators.${name}`, 'has the name of a node')
}

function tlsBlock(tls: NonNullable<BrokerConfigOptions['tls']>): string {
  if (typeof tls !== 'object' || tls === null) throw invalid('tls', 'must name the files cert and key')
  const { cert, key, ca } = tls
  const authority = ca === undefined ? '' : `  ca_file: ${quoted(ca, 'tls.ca')}\n  verify: true\n`
  return `tls {\n  cert_file: ${quoted(cert, 'tls.cert')}\n  key_file: ${quoted(key, 'tls.key')}\n${authority}  timeout: 5\n}\n`
}

function userBlock(comment: string, nkey: string, { publish, subscribe }: Permissions): string {
  const list = (names: readonly string[]): string => names.map((name) => `\n          "${name}"`).join('')
  return `    # ${comment}
    {
      nkey: ${nkey}
      permissions: {
        publish: { allow: [${list(publish)}
        ] }
        subscribe: { allow: [${list(subscribe)}
        ] }
      }
    }`
}

/** In quotes the format reads no variable and no comment; what it would need an escape for other than these is no path of ours. */
function quoted(text: string, field: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are refused
  if (typeof text !== 'string' || text === '' || /[\x00-\x1f\x7f]/.test(text))
    throw invalid(field, 'must be a text without control characters')
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}

function invalid(field: string, message: string): QuorateError {
  return new QuorateError('ERR_CONFIG', { field, message })
}

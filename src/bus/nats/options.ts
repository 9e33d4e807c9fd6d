/** The options of a connection, checked, and what they are for the library below: above all when TLS is used, and against whose name. */
import { isIP, isIPv4 } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type Authenticator, credsAuthenticator, type NodeConnectionOptions, nkeyAuthenticator } from '@nats-io/transport-node'
import { assertBytes, assertInteger, copyBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { NatsIssue } from './issues.ts'
import { Subjects } from './subjects.ts'

export interface NatsTls {
  /** PEM; without it, the authorities that this system trusts */
  readonly ca?: string
  /** PEM of this user's own certificate and key, where the broker asks for one */
  readonly cert?: string
  readonly key?: string
  /** the name that the broker's certificate must have, instead of the host of its address */
  readonly serverName?: string
}

export type NatsAuth = { readonly nkeySeed: Uint8Array } | { readonly credentials: Uint8Array }

export interface NatsConnectionOptions {
  /** `tls://host:port` or `nats://host:port`; `nats://` without `tls` on the loopback only */
  readonly servers: string | readonly string[]
  readonly group: string
  readonly tls?: NatsTls
  /** a user's nkey seed (`SU...`) or the text of a credentials file */
  readonly auth?: NatsAuth
  /** shown by the broker; default: this user's id */
  readonly name?: string
  /** undelivered messages and bytes, in and out; defaults 16,384 and 16 MiB */
  readonly maxPendingMessages?: number
  readonly maxPendingBytes?: number
  readonly onIssue?: (issue: NatsIssue) => void
  /** between attempts to connect again, plus up to as much at random; default 500 */
  readonly reconnectWaitMs?: number
  /** how long one attempt, or one request to the broker, may take; default 5,000 */
  readonly timeoutMs?: number
  /** a broker that does not answer for two of these is taken for gone; default 10,000 */
  readonly pingIntervalMs?: number
}

export interface Settings {
  readonly subjects: Subjects
  readonly self: string
  readonly maxPendingMessages: number
  readonly maxPendingBytes: number
  readonly timeoutMs: number
  readonly onIssue: ((issue: NatsIssue) => void) | undefined
  readonly connection: NodeConnectionOptions
  /** overwrites what authenticates this user */
  forget(): void
}

const DEFAULT_PORT = 4222
const MIN_TLS = 'TLSv1.2'
const PRINTABLE = /^[!-~ ]{1,128}$/

/** @throws ERR_CONFIG with the option's name, ERR_INVALID_ARGUMENT */
export function settingsOf(self: string, options: NatsConnectionOptions): Settings {
  const subjects = new Subjects(options.group)
  const servers = serversOf(options.servers)
  const { name = self, onIssue } = options
  if (typeof name !== 'string' || !PRINTABLE.test(name)) throw invalid('name', 'must be 1..128 printable ASCII characters')
  if (onIssue !== undefined && typeof onIssue !== 'function') throw invalid('onIssue', 'must be a function')
  const tls = tlsOf(servers, options.tls)
  const timeoutMs = limitOf(options.timeoutMs, 'timeoutMs', 5_000)
  const wait = limitOf(options.reconnectWaitMs, 'reconnectWaitMs', 500)
  const pingInterval = limitOf(options.pingIntervalMs, 'pingIntervalMs', 10_000)
  const maxPendingMessages = limitOf(options.maxPendingMessages, 'maxPendingMessages', 16_384)
  const maxPendingBytes = limitOf(options.maxPendingBytes, 'maxPendingBytes', 16 << 20)
  const { authenticator, forget } = authenticatorOf(options.auth)
  return {
    subjects,
    self,
    maxPendingMessages,
    maxPendingBytes,
    timeoutMs,
    onIssue,
    forget,
    connection: {
      servers: servers.map((server) => server.address),
      name,
      inboxPrefix: subjects.inboxOf(self),
      noEcho: true,
      // Servers that nobody configured, learnt from a server, would be connected to with this user's credentials.
      ignoreClusterUpdates: true,
      timeout: timeoutMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: wait,
      reconnectJitter: wait,
      reconnectJitterTLS: wait,
      // A broker that is being configured refuses a user for a while.
      ignoreAuthErrorAbort: true,
      pingInterval,
      maxPingOut: 2,
      noAsyncTraces: true,
      ...(tls === null ? {} : { tls }),
      ...(authenticator === null ? {} : { authenticator }),
    },
  }
}

interface Server {
  /** without brackets */
  readonly host: string
  readonly address: string
  readonly secure: boolean
}

function serversOf(servers: unknown): Server[] {
  const list: readonly unknown[] = Array.isArray(servers) ? servers : [servers]
  if (list.length === 0) throw invalid('servers', 'must name at least one server')
  return list.map(serverOf)
}

function serverOf(text: unknown): Server {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'nats:' && url.protocol !== 'tls:') || url.hostname === '') {
    throw invalid('servers', 'must be nats://host:port or tls://host:port')
  }
  if (url.username !== '' || url.password !== '') throw invalid('servers', 'must hold no user or password: use an nkey or credentials')
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    throw invalid('servers', 'must hold no path')
  }
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    address: `${url.hostname}:${port}`,
    secure: url.protocol === 'tls:',
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

interface TlsSettings {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly minVersion: 'TLSv1.2'
  readonly rejectUnauthorized: true
  readonly checkServerIdentity: (name: string, certificate: PeerCertificate) => Error | undefined
}

function tlsOf(servers: readonly Server[], tls: NatsTls | undefined): TlsSettings | null {
  if (tls === undefined && !servers.some((server) => server.secure)) {
    if (servers.every((server) => isLoopback(server.host))) return null
    throw invalid('servers', 'must be tls:// or have `tls`: plaintext is for the loopback only')
  }
  if (tls !== undefined && (typeof tls !== 'object' || tls === null)) throw invalid('tls', 'must be an object')
  for (const name of ['ca', 'cert', 'key', 'serverName'] as const) {
    const text: unknown = tls?.[name]
    if (text !== undefined && (typeof text !== 'string' || text === '')) throw invalid(`tls.${name}`, 'must be a text')
  }
  const { ca, cert, key, serverName } = tls ?? {}
  if ((cert === undefined) !== (key === undefined)) throw invalid('tls', 'must have both cert and key, or neither')
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    minVersion: MIN_TLS,
    rejectUnauthorized: true,
    checkServerIdentity: (name, certificate) => identityError(servers, serverName, name, certificate),
  }
}

/**
 * The library hands a socket to TLS and, for a server given by its address, no name: Node would then compare the certificate with `localhost`.
 * A server given by its name is compared with that name; one given by its address with the addresses that were configured.
 */
function identityError(
  servers: readonly Server[],
  serverName: string | undefined,
  name: string,
  certificate: PeerCertificate,
): Error | undefined {
  if (serverName !== undefined) return checkServerIdentity(serverName, certificate)
  const named = servers.filter((server) => isIP(server.host) === 0)
  const match = named.find((server) => server.host === name)
  const errors = (match === undefined ? servers.filter((server) => isIP(server.host) !== 0) : [match]).map((server) =>
    checkServerIdentity(server.host, certificate),
  )
  if (errors.length === 0) return checkServerIdentity(name, certificate)
  return errors.includes(undefined) ? undefined : errors[0]
}

function authenticatorOf(auth: NatsAuth | undefined): { authenticator: Authenticator | null; forget: () => void } {
  if (auth === undefined) return { authenticator: null, forget: () => {} }
  if (typeof auth !== 'object' || auth === null || 'nkeySeed' in auth === 'credentials' in auth) {
    throw invalid('auth', 'must have either nkeySeed or credentials')
  }
  const given = 'nkeySeed' in auth ? auth.nkeySeed : auth.credentials
  assertBytes(given, 'nkeySeed' in auth ? 'auth.nkeySeed' : 'auth.credentials')
  // The caller may overwrite its own at once; this one is needed for every new connection.
  const secret = copyBytes(given)
  const authenticator = 'nkeySeed' in auth ? nkeyAuthenticator(trimmed(secret)) : credsAuthenticator(secret)
  try {
    // What is no key would otherwise throw where the library reads from the broker.
    authenticator('nonce')
  } catch {
    // Without its cause: what the library says of a seed may quote it.
    throw invalid('auth', 'nkeySeed' in auth ? 'is not the seed of an nkey' : 'is not the text of a credentials file')
  }
  return { authenticator, forget: () => secret.fill(0) }
}

/** A view without the white space around it that a file has. */
function trimmed(bytes: Uint8Array): Uint8Array {
  const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d
  let [from, to] = [0, bytes.length]
  while (from < to && isSpace(bytes[from])) from++
  while (to > from && isSpace(bytes[to - 1])) to--
  return bytes.subarray(from, to)
}

function limitOf(value: number | undefined, field: string, fallback: number): number {
  if (value === undefined) return fallback
  assertInteger(value, field, 1, 0x7fff_ffff)
  return value
}

function invalid(field: string, message: string): QuorateError {
  return new QuorateError('ERR_CONFIG', { field, message })
}

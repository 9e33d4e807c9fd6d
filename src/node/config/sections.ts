/**
 * What a node in the world is told beyond its pool: who it is, whom it obeys, where its keys are and how it meets the others. No setting is a secret;
 * secrets stand in files of their own, which the settings name.
 */
import { z } from 'zod'
import { choice, file, integer, mapping, text } from './fields.ts'

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
const MAX_MILLISECONDS = 24 * 3600 * 1000
const MAX_SERVERS = 64
const MAX_OPERATORS = 1_000

const name = () => text(/^(?!__proto__$)[A-Za-z0-9_-]{1,64}$/, 'must be 1..64 of A-Z, a-z, 0-9, _ and -')
const identityKey = () => text(/^[0-9a-f]{64}$/, 'must be an identity key: 64 lowercase hex digits')

/** Not in the address: what stands there is printed, logged, and shown by `ps` of whoever copies it into a command. */
const server = text(
  /^(?:nats|tls):\/\/[^@/?#\s\p{Cc}]{1,255}\/?$/u,
  'must be nats://host:port or tls://host:port, without user or password',
)

const operators = z
  .record(name(), identityKey(), { error: 'must be a mapping of operator names to 64 lowercase hex digits' })
  .refine((all) => Object.keys(all).length <= MAX_OPERATORS, { error: `must have at most ${MAX_OPERATORS} entries` })

const exactlyOne = (given: object): boolean => Object.values(given).filter((value) => value !== undefined).length === 1

const unlock = mapping({
  passphraseFile: file().optional(),
  /** of a descriptor that whoever starts the node has opened */
  passphraseFd: integer(0, 1023).optional(),
  /** 32 bytes that are the key, or the same in hex */
  keyFile: file().optional(),
}).refine(exactlyOne, { error: 'must have exactly one of passphraseFile, passphraseFd and keyFile' })

const tls = mapping({
  /** of the authority that signed the broker's certificate; without it those of the system count */
  caFile: file().optional(),
  /** our own, where the broker asks for one */
  certFile: file().optional(),
  keyFile: file().optional(),
  /** the name in the broker's certificate, where it is not the host of its address */
  serverName: text(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name').optional(),
}).refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
  error: 'must have both certFile and keyFile, or neither',
})

const nats = mapping({
  servers: z
    .array(server, { error: 'must be a list of addresses' })
    .min(1, { error: 'must name at least one server' })
    .max(MAX_SERVERS, { error: `must name at most ${MAX_SERVERS} servers` }),
  /** nodes of one group meet; a word of every subject */
  group: name(),
  tls: tls.optional(),
  nkeyFile: file().optional(),
  credentialsFile: file().optional(),
}).refine(({ nkeyFile, credentialsFile }) => nkeyFile === undefined || credentialsFile === undefined, {
  error: 'must have at most one of nkeyFile and credentialsFile',
})

const http = mapping({
  /** health and metrics are for this machine unless told otherwise: nothing asks who is asking */
  host: text(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be an address'),
  /** 0: any that is free, which the log then tells */
  port: integer(0, 65_535),
})

const log = mapping({
  level: choice(LOG_LEVELS),
  /** appended to; left out: stderr */
  file: file().optional(),
})

const limits = mapping({
  /** for the messages of one stage */
  stageTimeoutMs: integer(1, MAX_MILLISECONDS),
  /** for ceremonies under way when the node is told to stop */
  graceMs: integer(0, MAX_MILLISECONDS),
  maxOpenCeremonies: integer(1, 1_000_000),
  /** messages for ceremonies that this node is not instructed for yet, of one peer and of all */
  earlyBytesPerPeer: integer(0, 2 ** 40),
  earlyBytesTotal: integer(0, 2 ** 40),
})

/** What has no default and may be left out of a source, or out of all. */
export const optionalSections = {
  /** label in every session id, so that test and production never share one */
  network: text(/^[ -~]{1,255}$/, 'must be 1..255 printable ASCII characters').optional(),
  self: name().optional(),
  identity: mapping({ file: file() }).optional(),
  operator: mapping({ name: name(), file: file() }).optional(),
  roster: mapping({ file: file() }).optional(),
  /** whose signed instructions are obeyed */
  operators: operators.optional(),
  store: mapping({ path: file() }).optional(),
  unlock: unlock.optional(),
  nats: nats.optional(),
}

export const defaultedSections = { http, log, limits }

export const SECTION_DEFAULTS = {
  http: { host: '127.0.0.1', port: 9464 },
  log: { level: 'info' },
  limits: {
    stageTimeoutMs: 30_000,
    graceMs: 30_000,
    maxOpenCeremonies: 4_096,
    earlyBytesPerPeer: 4 << 20,
    earlyBytesTotal: 64 << 20,
  },
} as const

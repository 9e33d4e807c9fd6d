/** What a node is started with, and the defaults. */
import type { Bus } from '../bus/contract.ts'
import { assertBytes, assertInteger, copyBytes, equalBytes } from '../bytes.ts'
import type { TranscriptInfo } from '../ceremony/effects.ts'
import { judgeEvidence } from '../ceremony/evidence/verify.ts'
import { type RandomSource, systemRandom } from '../crypto/random-scalars.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { sharedKernel } from '../kernel/shared.ts'
import type { KeyStore } from '../keystore/contract.ts'
import { KernelPool } from '../pool/index.ts'
import { isNetworkLabel } from '../wire/codec.ts'
import { assertIdentity, type Identity, isAcceptablePublicKey, PUBLIC_KEY_BYTES } from '../wire/identity.ts'
import type { ValidatorId } from '../wire/message.ts'
import { copyRoster, type Roster } from '../wire/roster.ts'
import { isValidatorId } from '../wire/validator-id.ts'
import type { NodeSettings } from './node-settings.ts'
import { MAX_MILLISECONDS, signalOf } from './requests.ts'

export interface ClientOptions {
  /** label in every sid, so that test and production never share one */
  readonly network: string
  readonly self: ValidatorId
  readonly identity: Identity
  readonly roster: Roster
  readonly bus: Bus
  readonly keyStore: KeyStore
  readonly pool: KernelPool
  readonly signal?: AbortSignal
  /** default 30,000 */
  readonly stageTimeoutMs?: number
  /** default 1,000 */
  readonly cleanupIntervalMs?: number
  /** default 6,000 */
  readonly ceremonyIdWindow?: number
  /** default 4,096 */
  readonly maxOpenCeremonies?: number
  /** default 4 MiB: messages of one peer for ceremonies that this node was not instructed for yet */
  readonly earlyBytesPerPeer?: number
  /** default 64 MiB */
  readonly earlyBytesTotal?: number
  /** default: one stage timeout */
  readonly earlyTtlMs?: number
  /** Ed25519 keys whose signed MultisigInstruction on the bus is obeyed, none of them a validator's. Default none: only calls of the client instruct. */
  readonly operators?: readonly Uint8Array[]
  /**
   * Asked for, every ceremony hands over its transcript when it has ended, before its outcome: what went to all, for an audit offline. No secrets, but the
   * messages to be signed. A node then keeps the messages of open ceremonies until the end and makes one copy there, of 256 MiB at most.
   */
  readonly transcripts?: (transcript: Uint8Array, info: TranscriptInfo) => void
  /** tests only: every random byte the node uses */
  readonly random?: RandomSource
}

const MAX_OPERATORS = 1_000
const MAX_BYTES = 2 ** 40
/** The messages of all open signings: one may have 1,000 of 1 MiB. */
const MAX_OPEN_MESSAGE_BYTES = 2 ** 30
/** What is kept of ended ceremonies: of a signing about 2 kB and 1 kB a signer, so some thousands of them, or one of the largest key generations. */
const TAIL_BYTES = 64 << 20
/** Twice the largest preprocessing: 1,000 slots among 1,000 signers. Of 67 signers, 1,000 slots are 9 MB. */
const SLOT_BYTES = 256 << 20

export interface ResolvedOptions {
  readonly settings: NodeSettings
  readonly operators: readonly Uint8Array[]
  readonly transcripts: ClientOptions['transcripts']
  readonly cleanupIntervalMs: number
}

/** @throws ERR_INVALID_ARGUMENT, ERR_TOO_LARGE, ERR_DUPLICATE_VALIDATOR, ERR_UNKNOWN_VALIDATOR */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const { network, self, identity } = options
  if (!isNetworkLabel(network)) throw invalidArgument('network', 'must be 1..255 printable ASCII characters')
  if (!isValidatorId(self)) throw invalidArgument('self', 'must be 1..64 of [A-Za-z0-9_-]')
  const roster = copyRoster(options.roster, 'roster')
  assertIdentity(identity, 'identity')
  assertMethods(options.bus, 'bus', ['connect'])
  assertMethods(options.keyStore, 'keyStore', [
    'putPending',
    'activate',
    'get',
    'list',
    'delete',
    'reserveCeremonyId',
    'highestCeremonyId',
    'close',
  ])
  if (!(options.pool instanceof KernelPool)) throw invalidArgument('pool', 'must be a KernelPool')
  const own = roster.get(self)
  if (own === undefined) throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: 'self' })
  if (!equalBytes(own, identity.publicKey)) throw invalidArgument('identity', 'is not the one that the roster has for this node')
  const operators = readOperators(options.operators, roster)
  const { transcripts } = options
  if (transcripts !== undefined && typeof transcripts !== 'function') throw invalidArgument('transcripts', 'must be a function')
  if (options.random !== undefined && typeof options.random !== 'function') throw invalidArgument('random', 'must be a function')
  signalOf(options)
  const number = (field: keyof ClientOptions & string, fallback: number, min: number, max: number): number => {
    const value: unknown = options[field]
    if (value === undefined) return fallback
    assertInteger(value, field, min, max)
    return value
  }
  const stageTimeoutMs = number('stageTimeoutMs', 30_000, 1, MAX_MILLISECONDS)
  return {
    settings: {
      network,
      self,
      identity,
      roster,
      random: options.random ?? systemRandom,
      stageTimeoutMs,
      ceremonyIdWindow: number('ceremonyIdWindow', 6_000, 1, 1_000_000),
      transcripts: transcripts !== undefined,
      maxOpenCeremonies: number('maxOpenCeremonies', 4_096, 1, 1_000_000),
      judge: (evidence) => judgeEvidence(sharedKernel(), evidence, roster),
      maxOpenMessageBytes: MAX_OPEN_MESSAGE_BYTES,
      tailBytes: TAIL_BYTES,
      slotBytes: SLOT_BYTES,
      early: {
        bytesPerPeer: number('earlyBytesPerPeer', 4 << 20, 0, MAX_BYTES),
        bytesTotal: number('earlyBytesTotal', 64 << 20, 0, MAX_BYTES),
        ttlMs: number('earlyTtlMs', stageTimeoutMs, 1, MAX_MILLISECONDS),
      },
    },
    operators,
    transcripts,
    cleanupIntervalMs: number('cleanupIntervalMs', 1_000, 1, MAX_MILLISECONDS),
  }
}

/** Copies. A key that does two things could be made to do one in the name of the other. @throws ERR_INVALID_ARGUMENT, ERR_TOO_LARGE */
function readOperators(value: unknown, roster: Roster): readonly Uint8Array[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw invalidArgument('operators', 'must be an array of public keys')
  if (value.length > MAX_OPERATORS)
    throw new QuorateError('ERR_TOO_LARGE', { field: 'operators', message: `at most ${MAX_OPERATORS} keys` })
  return Array.from({ length: value.length }, (_, i) => {
    const field = `operators[${i}]`
    const key: unknown = value[i]
    assertBytes(key, field, PUBLIC_KEY_BYTES)
    const copy = copyBytes(key)
    if (!isAcceptablePublicKey(copy)) throw invalidArgument(field, 'must be a canonical Ed25519 public key that is not of small order')
    for (const [id, own] of roster) if (equalBytes(own, copy)) throw invalidArgument(field, `is the identity key of validator ${id}`)
    return copy
  })
}

function assertMethods(value: unknown, field: string, methods: readonly string[]): void {
  const object: unknown = value
  if (typeof object !== 'object' || object === null) throw invalidArgument(field, 'must be an object')
  for (const method of methods) {
    if (typeof Reflect.get(object, method) !== 'function') throw invalidArgument(field, `has no method ${method}`)
  }
}

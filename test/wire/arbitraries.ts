/** fast-check arbitraries for everything that travels, and the codecs under their names. */
import * as fc from 'fast-check'
import { concatBytes } from '../../src/bytes.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import {
  type CommitmentsBody,
  type ConfirmBody,
  decodeCommitments,
  decodeConfirm,
  decodeEncryptedShares,
  decodeHashCommitment,
  decodeNonceCommitments,
  decodeSignatureShares,
  encodeCommitments,
  encodeConfirm,
  encodeHashCommitment,
} from '../../src/wire/bodies.ts'
import { type CeremonyContext, type ContextMode, decodeContext, encodeContext } from '../../src/wire/context.ts'
import { decodeEnvelope, encodeHeader, sealEnvelope } from '../../src/wire/envelope.ts'
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from '../../src/wire/key-record.ts'
import type { CeremonyKind, Envelope } from '../../src/wire/message.ts'
import { decodeReady, type ReadyMessage, sealReady } from '../../src/wire/ready.ts'
import { sortValidatorIds } from '../../src/wire/validator-id.ts'
import { testIdentity } from '../helpers/identities.ts'

/** One fixed seed, so that a run repeats; fast-check prints seed and path of a failure. */
export const PROPERTY = { seed: 9591, numRuns: 200 }

export function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length })
}

/** The top byte is small: below the group order. */
export const scalar = fc.tuple(fc.integer({ min: 0, max: 0x7f }), bytesOf(31)).map(([top, rest]) => concatBytes(Uint8Array.of(top), rest))
const compressed = fc.tuple(fc.constantFrom(2, 3), bytesOf(32)).map(([prefix, x]) => concatBytes(Uint8Array.of(prefix), x))
export const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
const suite = fc.constantFrom<Suite>('secp256k1-sha256', 'bip340', 'evm')
const ceremonyId = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n })
const network = fc.stringMatching(/^[ -~]{1,255}$/)
const ids = (min = 1) => fc.uniqueArray(id, { minLength: min, maxLength: 7 }).map(sortValidatorIds)
const sum = <T>(...arbitraries: fc.Arbitrary<T>[]): fc.Arbitrary<T> => fc.oneof(...arbitraries)

const commitments: fc.Arbitrary<CommitmentsBody> = fc
  .record({ positions: fc.integer({ min: 1, max: 4 }), coefficients: fc.integer({ min: 0, max: 5 }) })
  .chain(({ positions, coefficients }) =>
    fc.record({
      blind: bytesOf(32),
      encryptionKey: bytesOf(64),
      positions: fc.constant(positions),
      coefficients: fc.constant(coefficients),
      commitments: bytesOf(positions * coefficients * 64),
      proofs: fc
        .array(fc.tuple(bytesOf(64), scalar), { minLength: positions, maxLength: positions })
        .map((proofs) => concatBytes(...proofs.flat())),
    }),
  )

const complaint = fc.record({
  envelope: fc.uint8Array({ maxLength: 400 }),
  sharedPoint: bytesOf(64),
  proof: fc.tuple(bytesOf(128), scalar).map(([points, z]) => concatBytes(points, z)),
})

const confirm: fc.Arbitrary<ConfirmBody> = sum<ConfirmBody>(
  fc.record({ type: fc.constant('ok' as const), recordHash: bytesOf(32) }),
  fc.record({ type: fc.constant('complaints' as const), complaints: fc.array(complaint, { minLength: 1, maxLength: 4 }) }),
)

const mode: fc.Arbitrary<ContextMode> = sum<ContextMode>(
  fc.constant({ type: 'two-round' as const }),
  fc.record({ type: fc.constant('one-round' as const), ceremonyId, firstSlot: fc.integer({ min: 0, max: 990 }) }),
)

const parties = ids().chain((list) =>
  fc.record({
    minSigners: fc.integer({ min: 1, max: list.length }),
    participants: fc.tuple(...list.map((name) => fc.record({ id: fc.constant(name), publicKey: bytesOf(32) }))),
  }),
)

const evmLength = (length: number, of: Suite) => (of === 'evm' ? 32 : length)

export const context: fc.Arbitrary<CeremonyContext> = fc.tuple(parties, network, ceremonyId, suite).chain(([group, label, number, of]) => {
  const common = { network: label, ceremonyId: number, suite: of, ...group }
  const keygen = fc
    .constantFrom('frost' as const, 'stinson-strobl' as const)
    .map((protocol) => ({ ...common, kind: 'keygen' as const, protocol }))
  const preprocess = fc
    .record({ keyDigest: bytesOf(32), count: fc.integer({ min: 1, max: 1000 }) })
    .map((rest) => ({ ...common, kind: 'preprocess' as const, protocol: 'frost' as const, ...rest }))
  const message = fc
    .record({ length: fc.integer({ min: 0, max: 1 << 20 }), hash: bytesOf(32) })
    .map(({ length, hash }) => ({ length: evmLength(length, of), hash }))
  const sign = fc
    .record({ keyDigest: bytesOf(32), mode, messages: fc.array(message, { minLength: 1, maxLength: 5 }), serial: fc.boolean() })
    .map(({ serial, ...rest }) => ({
      ...common,
      kind: 'sign' as const,
      protocol: serial && rest.mode.type === 'two-round' ? ('stinson-strobl' as const) : ('frost' as const),
      ...rest,
    }))
  return sum<CeremonyContext>(keygen, preprocess, sign)
})

export const keyRecord: fc.Arbitrary<KeyRecord> = ids().chain((participants) =>
  fc.record({
    suite,
    protocol: fc.constantFrom('frost' as const, 'stinson-strobl' as const),
    minSigners: fc.integer({ min: 1, max: participants.length }),
    groupPublicKey: compressed,
    participants: fc.constant(participants),
    verifyingShares: fc
      .array(compressed, { minLength: participants.length, maxLength: participants.length })
      .map((points) => concatBytes(...points)),
  }),
)

const stage = sum(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0x41, max: 0x4f }), fc.constant(0x7f))
const signer = testIdentity('author')

const envelope: fc.Arbitrary<Envelope> = fc
  .record({
    kind: fc.constantFrom<CeremonyKind>('keygen', 'preprocess', 'sign'),
    ceremonyId,
    sid: bytesOf(32),
    stage,
    names: ids(2),
    broadcast: fc.boolean(),
    previousTranscript: bytesOf(32),
    body: fc.uint8Array({ maxLength: 200 }),
  })
  .map(({ names: [from = 'a', to = 'b'], broadcast, body, ...header }) =>
    sealEnvelope(signer, 'properties', { ...header, from, to: broadcast ? null : to }, body),
  )

const ready: fc.Arbitrary<ReadyMessage> = fc.record({ network, from: id, nonce: bytesOf(16) }).map((content) => sealReady(signer, content))

/** Put together from its parts by the layout in docs/protocol.md. */
function assembleEnvelope(e: Envelope): Uint8Array {
  return concatBytes(encodeHeader(e.header), e.signature, uintBytes(e.body.length, 4), e.body)
}

function assembleReady(m: ReadyMessage): Uint8Array {
  const ascii = (text: string) => concatBytes(Uint8Array.of(text.length), new TextEncoder().encode(text))
  return concatBytes(Uint8Array.of(1, 4, 1), ascii(m.network), ascii(m.from), m.nonce, m.signature)
}

export interface CodecCase<T> {
  readonly name: string
  readonly values: fc.Arbitrary<T>
  readonly encode: (value: T) => Uint8Array
  readonly decode: (bytes: Uint8Array) => T
  /** false: its callers have made sure that the input is an exact Uint8Array. Default true */
  readonly checksTypes?: boolean
}

/** Each case keeps its own type inside; outside, the properties need only the bytes. */
export interface AnyCodecCase {
  readonly name: string
  readonly checksTypes: boolean
  readonly run: <R>(use: <T>(codec: CodecCase<T>) => R) => R
}

export function codec<T>(it: CodecCase<T>): AnyCodecCase {
  return { name: it.name, checksTypes: it.checksTypes ?? true, run: (use) => use(it) }
}

const identical = (bytes: Uint8Array) => new Uint8Array(bytes)
const batch = (positions: number, item: fc.Arbitrary<Uint8Array>) =>
  fc.array(item, { minLength: positions, maxLength: positions }).map((items) => concatBytes(...items))

export const CODECS: readonly AnyCodecCase[] = [
  codec({ name: 'envelope', values: envelope, encode: assembleEnvelope, decode: (b) => decodeEnvelope(b, 'properties') }),
  codec({ name: 'ready message', values: ready, encode: assembleReady, decode: decodeReady }),
  codec({ name: 'context', values: context, encode: encodeContext, decode: decodeContext }),
  codec({ name: 'key record', values: keyRecord, encode: encodeKeyRecord, decode: decodeKeyRecord }),
  codec({ name: 'hash commitment', values: bytesOf(32), encode: encodeHashCommitment, decode: decodeHashCommitment }),
  codec({ name: 'commitments', values: commitments, encode: encodeCommitments, decode: decodeCommitments }),
  codec({ name: 'confirm', values: confirm, encode: encodeConfirm, decode: (b) => decodeConfirm(b, { kind: 'keygen', participants: 5 }) }),
  codec({ name: 'encrypted shares', values: bytesOf(3 * 32 + 16), encode: identical, decode: (b) => decodeEncryptedShares(b, 3) }),
  codec({ name: 'nonce commitments', values: bytesOf(3 * 128), encode: identical, decode: (b) => decodeNonceCommitments(b, 3) }),
  codec({ name: 'signature shares', values: batch(3, scalar), encode: identical, decode: (b) => decodeSignatureShares(b, 3) }),
]

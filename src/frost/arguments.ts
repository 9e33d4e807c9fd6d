/** The checks of what callers of `quorate/frost` hand in. Every field is read once, so that an object whose getters change cannot differ later. */
import { assertBytes, assertInteger, concatAll, copyBytes, itemOf } from '../bytes.ts'
import { isBelowOrder, isZero } from '../crypto/group-order.ts'
import type { SigningTranscript } from '../crypto/jobs/contract.ts'
import { assertMessageLength } from '../crypto/suites/index.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { COMPRESSED_BYTES, type Kernel, MAX_INDEX, POINT_BYTES, type Point33, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import type { FrostPublic, FrostShare, FrostSuite } from './types.ts'

const EVEN_PREFIX = 2
const ODD_PREFIX = 3

/** Properties of an object that came from outside: present or not, of any type. */
type Fields<T> = { readonly [P in keyof T]?: unknown }

export function readObject<T extends object>(value: T, field: string): Fields<T> {
  if (typeof value !== 'object' || value === null) throw invalidArgument(field, 'must be an object')
  return value
}

export function readSuite(value: unknown, field: string): FrostSuite {
  if (value !== 'secp256k1-sha256' && value !== 'bip340') throw invalidArgument(field, 'must be secp256k1-sha256 or bip340')
  return value
}

export function readIdentifier(value: unknown, field: string): number {
  assertInteger(value, field, 1, MAX_INDEX)
  return value
}

export function readMinSigners(value: unknown, field: string, available: number): number {
  assertInteger(value, field, 1, available)
  return value
}

/** A secret scalar in 1..q-1. The error does not tell which bound it misses. */
export function readSecretScalar(value: unknown, field: string): Scalar {
  assertBytes(value, field, SCALAR_BYTES)
  if (isZero(value) || !isBelowOrder(value)) throw invalidArgument(field, 'must be in 1..q-1')
  return value
}

export function readShare(value: FrostShare, field = 'share'): FrostShare {
  const { identifier, secretShare } = readObject(value, field)
  return {
    identifier: readIdentifier(identifier, `${field}.identifier`),
    secretShare: readSecretScalar(secretShare, `${field}.secretShare`),
  }
}

/** The form only: whether it is on the curve is asked where the point is used, in a batch. */
function readPoint33(value: unknown, field: string): Point33 {
  assertBytes(value, field, COMPRESSED_BYTES)
  if (value[0] !== EVEN_PREFIX && value[0] !== ODD_PREFIX) throw invalidArgument(field, 'must be a compressed point of secp256k1')
  return value
}

function readVerifyingShares(value: unknown, field: string): ReadonlyMap<number, Point33> {
  if (!(value instanceof Map)) throw invalidArgument(field, 'must be a Map from identifier to point')
  const entries: ReadonlyMap<unknown, unknown> = value
  const out = new Map<number, Point33>()
  for (const [key, point] of entries) {
    const identifier = readIdentifier(key, `${field}[${typeof key === 'number' ? key : typeof key}]`)
    out.set(identifier, readPoint33(point, `${field}[${identifier}]`))
  }
  if (out.size === 0) throw invalidArgument(field, 'must have at least one entry')
  return out
}

export function readKeys(value: FrostPublic, field = 'keys'): FrostPublic {
  const { suite, minSigners, groupPublicKey, verifyingShares } = readObject(value, field)
  const known = readSuite(suite, `${field}.suite`)
  const shares = readVerifyingShares(verifyingShares, `${field}.verifyingShares`)
  return {
    suite: known,
    minSigners: readMinSigners(minSigners, `${field}.minSigners`, shares.size),
    groupPublicKey: readPoint33(groupPublicKey, `${field}.groupPublicKey`),
    verifyingShares: shares,
  }
}

/** Points of a batch as 64 bytes each. @throws ERR_INVALID_ARGUMENT with the field of the first that is not on the curve */
export function decompressAll(kernel: Kernel, points: readonly Point33[], fieldOf: (i: number) => string): Uint8Array {
  const { points: decompressed, valid } = kernel.decompress(concatAll(points))
  const bad = valid.indexOf(0)
  if (bad >= 0) throw invalidArgument(fieldOf(bad), 'must be a point of secp256k1')
  return decompressed
}

export interface SigningInput {
  readonly keys: FrostPublic
  readonly transcript: SigningTranscript
}

interface ReadCommitment {
  readonly identifier: number
  readonly hiding: Point33
  readonly binding: Point33
  /** its path in the caller's list */
  readonly field: string
}

function readCommitmentList(value: unknown, { minSigners, verifyingShares }: FrostPublic): ReadCommitment[] {
  const list = 'commitments'
  if (!Array.isArray(value)) throw invalidArgument(list, 'must be an array')
  const items: readonly unknown[] = value
  const seen = new Set<number>()
  const out = Array.from(items, (item, i): ReadCommitment => {
    const field = `${list}[${i}]`
    if (typeof item !== 'object' || item === null) throw invalidArgument(field, 'must be an object')
    const { identifier, hiding, binding }: { identifier?: unknown; hiding?: unknown; binding?: unknown } = item
    const known = readIdentifier(identifier, `${field}.identifier`)
    if (seen.has(known)) throw invalidArgument(`${field}.identifier`, `repeats ${known}`)
    if (!verifyingShares.has(known)) throw invalidArgument(`${field}.identifier`, 'is not an identifier of the key')
    seen.add(known)
    return { identifier: known, hiding: readPoint33(hiding, `${field}.hiding`), binding: readPoint33(binding, `${field}.binding`), field }
  })
  if (out.length < minSigners) {
    throw new QuorateError('ERR_TOO_FEW_SIGNERS', { field: list, message: `must have at least ${minSigners} entries, has ${out.length}` })
  }
  return out.sort((a, b) => a.identifier - b.identifier)
}

/** The part that signing, checking a share and aggregation have in common. */
export function readSigning(kernel: Kernel, keysValue: FrostPublic, commitmentsValue: unknown, message: unknown): SigningInput {
  const keys = readKeys(keysValue)
  const list = readCommitmentList(commitmentsValue, keys)
  assertBytes(message, 'message')
  assertMessageLength(keys.suite, message.length, 'message')
  decompressAll(kernel, [keys.groupPublicKey], () => 'keys.groupPublicKey')
  const points = decompressAll(
    kernel,
    list.flatMap(({ hiding, binding }) => [hiding, binding]),
    (i) => `${list[i >> 1]?.field ?? 'commitments'}.${i % 2 === 0 ? 'hiding' : 'binding'}`,
  )
  return {
    keys,
    transcript: {
      suite: keys.suite,
      groupPublicKey: keys.groupPublicKey,
      signers: list.map(({ identifier }) => identifier),
      commitments: list.map((_, place) => copyBytes(itemOf(points, place, 2 * POINT_BYTES))),
      messages: [message],
    },
  }
}

/**
 * Identity keys: Ed25519 (RFC 8032) of node:crypto, under strict rules, so that all nodes judge every signature alike. Public keys
 * and R must be canonical and not of small order; signatures are verified singly, without the cofactor, with s < L. Honest signatures are unaffected.
 * A golden self-test over the known edge signatures (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", SSR 2020) runs at start-up,
 * so that another OpenSSL with other habits stops our node instead of accusing a peer.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { assertBytes, concatBytes, copyBytes, equalBytes, fromHex, toHex, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { EDGE_SIGNATURES, HONEST_SIGNATURE } from './identity-golden.ts'

/** The byte that names Ed25519 wherever an identity key or its signature is encoded. */
export const IDENTITY_SCHEME = 1
export const PUBLIC_KEY_BYTES = 32
const SEED_BYTES = 32
const HASH_BYTES = 32
export const SIGNATURE_BYTES = 64

export interface Identity {
  /** Ed25519, raw, 32 bytes */
  readonly publicKey: Uint8Array
  /** `hash`: a tagged 32-byte hash of this protocol's registry, nothing else. Returns 64 bytes. */
  sign(hash: Uint8Array): Uint8Array
  /** The raw 32-byte seed; secret. */
  exportSeed(): Uint8Array
}

/** RFC 8410: the fixed DER in front of the 32 bytes of a key. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420', 'prefix')
const SPKI_PREFIX = fromHex('302a300506032b6570032100', 'prefix')

class Ed25519Identity implements Identity {
  readonly publicKey: Uint8Array
  readonly #key: KeyObject

  constructor(key: KeyObject) {
    this.#key = key
    this.publicKey = copyBytes(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length))
  }

  sign(hash: Uint8Array): Uint8Array {
    assertBytes(hash, 'hash', HASH_BYTES)
    return copyBytes(sign(null, hash, this.#key))
  }

  exportSeed(): Uint8Array {
    const der = this.#key.export({ format: 'der', type: 'pkcs8' })
    const seed = copyBytes(der.subarray(PKCS8_PREFIX.length))
    wipe(der)
    return seed
  }

  toJSON(): { publicKey: string; seed: string } {
    return { publicKey: toHex(this.publicKey), seed: '<redacted>' }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Identity { publicKey: ${toHex(this.publicKey)}, seed: <redacted> }`
  }
}

/** A new identity from the operating system's randomness. */
export function generateIdentity(): Identity {
  return new Ed25519Identity(generateKeyPairSync('ed25519').privateKey)
}

/**
 * @param seed 32 bytes, secret; copied
 * @throws ERR_INVALID_ARGUMENT
 */
export function identityFromSeed(seed: Uint8Array): Identity {
  assertBytes(seed, 'seed', SEED_BYTES)
  const der = concatBytes(PKCS8_PREFIX, seed)
  try {
    return new Ed25519Identity(createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' }))
  } finally {
    wipe(der)
  }
}

/**
 * An identity may be the embedder's own (a hardware module, say): what it returns is checked here, before it travels.
 *
 * @throws ERR_INVALID_ARGUMENT
 */
export function signHash(identity: Identity, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  const signature: unknown = identity.sign(copyBytes(hash))
  if (!hasBytes(signature, SIGNATURE_BYTES)) throw invalidArgument('identity', `must sign with ${SIGNATURE_BYTES} bytes`)
  return copyBytes(signature)
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function assertIdentity(x: unknown, field: string): asserts x is Identity {
  if (typeof x !== 'object' || x === null) throw invalidArgument(field, 'must be an identity')
  const { publicKey, sign, exportSeed } = x as Partial<Record<keyof Identity, unknown>>
  if (!isAcceptablePublicKey(publicKey)) throw invalidArgument(`${field}.publicKey`, 'must be a canonical Ed25519 public key of 32 bytes')
  if (typeof sign !== 'function' || typeof exportSeed !== 'function')
    throw invalidArgument(field, 'must have the methods sign and exportSeed')
}

/** y-coordinates, little-endian, of the eight points whose order divides 8: order 4, 1, 2, 8 and 8, each with both signs of x. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map((hex) => fromHex(hex, 'y', 32))

/** p = 2^255 - 19 and L, the order of the base point, little-endian. */
const FIELD_PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'p', 32)
const GROUP_ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'L', 32)

/** `isView` sees through a Proxy, which `instanceof` does not. */
function hasBytes(x: unknown, length: number): x is Uint8Array {
  return ArrayBuffer.isView(x) && x instanceof Uint8Array && x.length === length
}

function isBelow(value: Uint8Array, bound: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const a = value[i] ?? 0
    const b = bound[i] ?? 0
    if (a !== b) return a < b
  }
  return false
}

/**
 * 32 bytes whose y is below 2^255 - 19 and which are not a point of small order (for which anybody can make signatures). Whether y has an x is
 * left to the verification, which refuses every signature under a key that is no point.
 */
export function isAcceptablePublicKey(key: unknown): key is Uint8Array {
  return hasBytes(key, PUBLIC_KEY_BYTES) && isAcceptablePoint(key)
}

function isAcceptablePoint(encoded: Uint8Array): boolean {
  const y = copyBytes(encoded)
  y[31] = (y[31] ?? 0) & 0x7f
  return isBelow(y, FIELD_PRIME) && !SMALL_ORDER_Y.some((small) => equalBytes(small, y))
}

/** By content: a roster that was decoded again, as with every piece of evidence, holds the same keys in other arrays, and one may be changed. */
const keyObjects = new Map<string, KeyObject>()
/** More than a roster can have; then it begins anew. */
const MAX_KEY_OBJECTS = 16_384

function keyObjectOf(publicKey: Uint8Array): KeyObject | null {
  if (!hasBytes(publicKey, PUBLIC_KEY_BYTES)) return null
  const name = toHex(publicKey)
  const known = keyObjects.get(name)
  if (known !== undefined) return known
  if (!isAcceptablePoint(publicKey)) return null
  const key = createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, publicKey).buffer), format: 'der', type: 'spki' })
  if (keyObjects.size >= MAX_KEY_OBJECTS) keyObjects.clear()
  keyObjects.set(name, key)
  return key
}

/**
 * What the OpenSSLs of different Node versions do not decide alike, decided in bytes: s < L, since a second valid s would give one header two
 * signatures by a third party; and an R that is canonical and not of small order (Node 20 and 22 take one, Node 24 does not; no honest
 * signature has one).
 */
function isWellFormed(hash: unknown, signature: unknown): boolean {
  if (!hasBytes(hash, HASH_BYTES) || !hasBytes(signature, SIGNATURE_BYTES)) return false
  return isAcceptablePoint(signature.subarray(0, PUBLIC_KEY_BYTES)) && isBelow(signature.subarray(PUBLIC_KEY_BYTES), GROUP_ORDER)
}

/**
 * False for every input that is not a valid signature of these 32 bytes under an acceptable key, whatever is wrong with it. OpenSSL computes
 * R again and compares its encoding, so that a non-canonical R is refused as well.
 */
export function verifyIdentitySignature(publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean {
  if (!isWellFormed(hash, signature)) return false
  const key = keyObjectOf(publicKey)
  return key !== null && verify(null, hash, key, signature)
}

/** The same answer, computed on libuv's thread pool. Never rejects. The inputs are copied before the call returns. */
export function verifyIdentitySignatureAsync(publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (!isWellFormed(hash, signature)) return Promise.resolve(false)
  const key = keyObjectOf(publicKey)
  if (key === null) return Promise.resolve(false)
  return new Promise((resolve) => {
    verify(null, hash, key, signature, (error, valid) => resolve(error === null && valid))
  })
}

/** The check that the self-test is about, replaceable so that a test can show that the self-test sees another habit. */
export type VerifySignature = (publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array) => boolean

/**
 * Run once at client start, about 1 ms.
 *
 * @throws ERR_KERNEL_INTEGRITY: this platform would disagree with other nodes; no peer is at fault
 */
export function identitySelfTest(verifySignature: VerifySignature = verifyIdentitySignature): void {
  const identity = identityFromSeed(HONEST_SIGNATURE.seed)
  const signature = identity.sign(HONEST_SIGNATURE.hash)
  if (toHex(identity.publicKey) !== HONEST_SIGNATURE.publicKey || toHex(signature) !== HONEST_SIGNATURE.signature)
    throw failed('an honest signature')
  if (!equalBytes(identity.exportSeed(), HONEST_SIGNATURE.seed)) throw failed('the seed')
  if (!verifySignature(identity.publicKey, HONEST_SIGNATURE.hash, signature)) throw failed('an honest signature')
  for (const { what, message, publicKey, signature, valid } of EDGE_SIGNATURES) {
    const answer = verifySignature(
      fromHex(publicKey, 'publicKey', 32),
      fromHex(message, 'message', 32),
      fromHex(signature, 'signature', 64),
    )
    if (answer !== valid) throw failed(what)
  }
}

function failed(what: string): QuorateError {
  return new QuorateError('ERR_KERNEL_INTEGRITY', { field: 'identity', message: `Ed25519 of this platform fails its self-test: ${what}` })
}

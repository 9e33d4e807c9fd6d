/**
 * How a dealer's secret values travel to one recipient: Diffie-Hellman between the two ceremony-only encryption keys, a tagged hash as KDF, and
 * XChaCha20-Poly1305 under a zero nonce, since each key encrypts one message in its life. Keys live for one ceremony, so nothing decrypts later what was recorded; index and order of the pair are in the
 * KDF, so that a ciphertext opens for no other recipient, in no other ceremony and not in the reverse direction.
 *
 *   key = H(S (33) || P_from (33) || P_to (33) || sid || u16 from || u16 to),  S = p_from P_to = p_to P_from
 *   associated data = sid || u8 3 (the stage) || u16 from || u16 to
 */
import { assertBytes, concatAll, concatBytes, itemOf, wipe } from '../bytes.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, type Point64, type Scalar } from '../kernel/contract.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'
import { openOnce, sealOnce } from './xchacha20-poly1305.ts'

/** Stage `SecretShare` of SharedSecret. */
const SHARE_STAGE = 3

/** One dealer's way to one recipient. All points 33 bytes, compressed. */
export interface ShareChannel {
  readonly sid: Uint8Array
  readonly from: number
  readonly to: number
  readonly fromKey: Uint8Array
  readonly toKey: Uint8Array
  /** secret: the Diffie-Hellman point S */
  readonly shared: Uint8Array
}

/** Us or a peer of ours in a ceremony: an index and its encryption key. */
export interface EncryptionPeer {
  readonly index: number
  readonly encryptionKey: Point64
}

/**
 * The Diffie-Hellman points with many peers, in one multiplication batch. p_i P_j serves both directions, so a ceremony makes them once: a
 * constant-time multiplication is the dearest thing that a dealer does for a peer.
 *
 * @param secret secret: our p
 * @returns secret, peers x 33, in order
 * @throws ERR_INVALID_ARGUMENT when a peer's key is not a point other than the identity
 */
export function sharedPointsOf(kernel: Kernel, secret: Scalar, peers: readonly EncryptionPeer[]): Batch {
  if (peers.length === 0) return new Uint8Array(0)
  const secrets = concatAll(peers.map(() => secret))
  let products: Uint8Array | undefined
  try {
    products = kernel.mul(concatAll(peers.map((peer) => peer.encryptionKey)), secrets)
    return kernel.compress(products)
  } finally {
    wipe(secrets)
    if (products !== undefined) wipe(products)
  }
}

/**
 * The channels between us and many peers.
 *
 * @param sharedPoints secret, as `sharedPointsOf` gave them for these peers; the channels hold views of it, so that wiping it wipes them
 * @param direction `out`: we are the dealer
 * @returns one a peer, in order
 * @throws ERR_INVALID_ARGUMENT when there is not one shared point a peer, or when a key is not a point other than the identity
 */
export function openChannels(
  kernel: Kernel,
  sid: Uint8Array,
  self: EncryptionPeer,
  peers: readonly EncryptionPeer[],
  sharedPoints: Batch,
  direction: 'out' | 'in',
): ShareChannel[] {
  assertBytes(sharedPoints, 'sharedPoints', peers.length * COMPRESSED_BYTES)
  if (peers.length === 0) return []
  const keys = kernel.compress(concatAll([self.encryptionKey, ...peers.map((peer) => peer.encryptionKey)]))
  const selfKey = itemOf(keys, 0, COMPRESSED_BYTES)
  return peers.map(({ index }, i) => {
    const peerKey = itemOf(keys, i + 1, COMPRESSED_BYTES)
    const ends =
      direction === 'out'
        ? { from: self.index, to: index, fromKey: selfKey, toKey: peerKey }
        : { from: index, to: self.index, fromKey: peerKey, toKey: selfKey }
    return { sid, ...ends, shared: itemOf(sharedPoints, i, COMPRESSED_BYTES) }
  })
}

function keyOf({ sid, from, to, fromKey, toKey, shared }: ShareChannel): Uint8Array {
  return taggedHash(TAGS.shareKey, shared, fromKey, toKey, sid, uintBytes(from, 2), uintBytes(to, 2))
}

function associatedData({ sid, from, to }: ShareChannel): Uint8Array {
  return concatBytes(sid, uintBytes(SHARE_STAGE, 1), uintBytes(from, 2), uintBytes(to, 2))
}

/**
 * @param plaintext secret, any length; at most one message may ever be encrypted over a channel
 * @returns 16 bytes longer than the plaintext
 */
export function encryptShares(channel: ShareChannel, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const key = keyOf(channel)
  try {
    return sealOnce(key, associatedData(channel), plaintext)
  } finally {
    wipe(key)
  }
}

/** @returns secret: the plaintext, or null when the ciphertext does not authenticate (altered, or made for another channel) */
export function decryptShares(channel: ShareChannel, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const key = keyOf(channel)
  try {
    return openOnce(key, associatedData(channel), ciphertext)
  } finally {
    wipe(key)
  }
}

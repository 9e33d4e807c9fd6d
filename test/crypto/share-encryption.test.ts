import { createHash } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../src/bytes.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import { decryptShares, encryptShares, openChannels, type ShareChannel, sharedPointsOf } from '../../src/crypto/share-encryption.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { flipBit, baseline as kernel, present, sidOf } from './ceremony.ts'

const seed = testSeed()
const sid = sidOf(`${seed} encryption`)
const random = seededRandom(`${seed} encryption keys`)
const secrets = [1, 2, 3].map(() => randomScalars(random, 1))
const peers = secrets.map((secret, i) => ({ index: i + 1, encryptionKey: kernel.baseMul(secret) }))

function channel(self: number, other: number, direction: 'in' | 'out', ceremony = sid): ShareChannel {
  const others = [present(peers[other - 1])]
  const sharedPoints = sharedPointsOf(kernel, present(secrets[self - 1]), others)
  return present(openChannels(kernel, ceremony, present(peers[self - 1]), others, sharedPoints, direction)[0])
}

const plaintext = seededRandom(`${seed} plaintext`)(64)

describe('share encryption', () => {
  it('both ends derive the same channel, and the plaintext comes back', () => {
    const ciphertext = encryptShares(channel(1, 2, 'out'), plaintext)
    expect(ciphertext.length).toBe(plaintext.length + 16)
    expect(ciphertext.buffer.byteLength).toBe(ciphertext.length)
    expect(channel(2, 1, 'in')).toEqual(channel(1, 2, 'out'))
    expect(decryptShares(channel(2, 1, 'in'), ciphertext)).toEqual(plaintext)
  })

  it('has the bytes of the protocol document', () => {
    const { shared, fromKey, toKey } = channel(1, 2, 'out')
    expect(toHex(fromKey)).toBe(toHex(kernel.compress(present(peers[0]).encryptionKey)))
    expect(toHex(toKey)).toBe(toHex(kernel.compress(present(peers[1]).encryptionKey)))
    expect(toHex(shared)).toBe(toHex(kernel.compress(kernel.mul(present(peers[1]).encryptionKey, present(secrets[0])))))
    const tag = createHash('sha256').update('quorate/v1/share-key').digest()
    const hash = createHash('sha256').update(tag).update(tag)
    const key = copyBytes(hash.update(concatBytes(shared, fromKey, toKey, sid, Uint8Array.of(0, 1, 0, 2))).digest())
    const associatedData = concatBytes(sid, Uint8Array.of(3, 0, 1, 0, 2))
    const expected = xchacha20poly1305(key, new Uint8Array(24), associatedData).encrypt(plaintext)
    expect(toHex(encryptShares(channel(1, 2, 'out'), plaintext))).toBe(toHex(expected))
  })

  it('G28: the ciphertext does not hold the plaintext', () => {
    const ciphertext = toHex(encryptShares(channel(1, 2, 'out'), plaintext))
    for (let i = 0; i + 4 <= plaintext.length; i += 4) expect(ciphertext).not.toContain(toHex(plaintext.subarray(i, i + 4)))
  })

  it('G28: every flipped bit, every truncation and an extension are refused', () => {
    const ciphertext = encryptShares(channel(1, 2, 'out'), plaintext)
    const receiver = channel(2, 1, 'in')
    for (let bit = 0; bit < 8 * ciphertext.length; bit++) expect(decryptShares(receiver, flipBit(ciphertext, bit))).toBeNull()
    for (let length = 0; length < ciphertext.length; length++) expect(decryptShares(receiver, ciphertext.slice(0, length))).toBeNull()
    expect(decryptShares(receiver, concatBytes(ciphertext, new Uint8Array(1)))).toBeNull()
  })

  it('G29: a ciphertext opens for no other recipient, not reflected, and in no other ceremony', () => {
    const ciphertext = encryptShares(channel(1, 2, 'out'), plaintext)
    expect(decryptShares(channel(3, 1, 'in'), ciphertext)).toBeNull()
    expect(decryptShares(channel(1, 2, 'in'), ciphertext)).toBeNull()
    expect(decryptShares(channel(2, 3, 'in'), ciphertext)).toBeNull()
    expect(decryptShares(channel(2, 1, 'in', sidOf('another')), ciphertext)).toBeNull()
    expect(decryptShares(channel(2, 1, 'out'), ciphertext)).toBeNull()
  })

  it('G29: key and associated data hold the ceremony, both indices and both keys', () => {
    const right = channel(2, 1, 'in')
    const ciphertext = encryptShares(channel(1, 2, 'out'), plaintext)
    const other = channel(3, 1, 'in')
    const variants: ShareChannel[] = [
      { ...right, sid: sidOf('another') },
      { ...right, from: 3 },
      { ...right, to: 3 },
      { ...right, from: 2, to: 1 },
      { ...right, fromKey: other.toKey },
      { ...right, toKey: other.toKey },
      { ...right, fromKey: right.toKey, toKey: right.fromKey },
      { ...right, shared: other.shared },
    ]
    for (const variant of variants) expect(decryptShares(variant, ciphertext)).toBeNull()
    expect(decryptShares(right, ciphertext)).toEqual(plaintext)
  })

  it('no two channels of a ceremony have one key stream, though the nonce is always zero', () => {
    const zeros = new Uint8Array(32)
    const streams = new Set<string>()
    for (const from of [1, 2, 3]) {
      for (const to of [1, 2, 3]) if (from !== to) streams.add(toHex(encryptShares(channel(from, to, 'out'), zeros)))
    }
    expect(streams.size).toBe(6)
  })

  it('opens many channels at once, in the order of the peers', () => {
    const others = peers.slice(1)
    const sharedPoints = sharedPointsOf(kernel, present(secrets[0]), others)
    const many = openChannels(kernel, sid, present(peers[0]), others, sharedPoints, 'out')
    expect(many).toEqual([channel(1, 2, 'out'), channel(1, 3, 'out')])
    expect(sharedPointsOf(kernel, present(secrets[0]), [])).toEqual(new Uint8Array(0))
    expect(openChannels(kernel, sid, present(peers[0]), [], new Uint8Array(0), 'in')).toEqual([])
  })

  it('one Diffie-Hellman point serves both directions', () => {
    const others = peers.slice(1)
    const sharedPoints = sharedPointsOf(kernel, present(secrets[0]), others)
    const [, toThird] = openChannels(kernel, sid, present(peers[0]), others, sharedPoints, 'out')
    const [, fromThird] = openChannels(kernel, sid, present(peers[0]), others, sharedPoints, 'in')
    expect(decryptShares(channel(3, 1, 'in'), encryptShares(present(toThird), plaintext))).toEqual(plaintext)
    expect(decryptShares(present(fromThird), encryptShares(channel(3, 1, 'out'), plaintext))).toEqual(plaintext)
  })

  it('wiping the shared points leaves none in the channels', () => {
    const others = peers.slice(1)
    const sharedPoints = sharedPointsOf(kernel, present(secrets[0]), others)
    const channels = openChannels(kernel, sid, present(peers[0]), others, sharedPoints, 'out')
    sharedPoints.fill(0)
    for (const { shared } of channels) expect(shared).toEqual(new Uint8Array(33))
  })

  it('refuses a key that is no point, the identity, and another number of shared points', () => {
    const good = present(peers[1])
    const self = present(peers[0])
    for (const encryptionKey of [new Uint8Array(64), new Uint8Array(64).fill(1)]) {
      const bad = { index: 2, encryptionKey }
      expect(() => sharedPointsOf(kernel, present(secrets[0]), [bad])).toThrow('points')
      expect(() => openChannels(kernel, sid, self, [bad], new Uint8Array(33), 'in')).toThrow('points')
    }
    for (const length of [0, 32, 34, 66]) {
      expect(() => openChannels(kernel, sid, self, [good], new Uint8Array(length), 'in')).toThrow('sharedPoints')
    }
  })
})

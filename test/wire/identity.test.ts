import { inspect } from 'node:util'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import {
  assertIdentity,
  generateIdentity,
  type Identity,
  identityFromSeed,
  identitySelfTest,
  isAcceptablePublicKey,
  signHash,
  verifyIdentitySignature,
  verifyIdentitySignatureAsync,
} from '../../src/wire/identity.ts'
import { EDGE_SIGNATURES } from '../../src/wire/identity-golden.ts'
import { testIdentity } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'

const hash = new Uint8Array(32).fill(7)
const identity = testIdentity('a')
const signature = identity.sign(hash)
const L = (1n << 252n) + 27742317777372353535851937790883648493n
const P25519 = (1n << 255n) - 19n

const littleEndian = (value: bigint) => fromHex(value.toString(16).padStart(64, '0'), 'value').reverse()
const toNumber = (bytes: Uint8Array) => BigInt(`0x${toHex(new Uint8Array(bytes).reverse())}`)
const withS = (s: bigint) => {
  const changed = new Uint8Array(signature)
  changed.set(littleEndian(s), 32)
  return changed
}
/** Both ways must always agree. */
async function verdict(key: Uint8Array, h: Uint8Array, s: Uint8Array): Promise<boolean> {
  const answer = verifyIdentitySignature(key, h, s)
  expect(await verifyIdentitySignatureAsync(key, h, s)).toBe(answer)
  return answer
}
const refused = (field: string) => expect.objectContaining({ name: 'QuorateError', code: 'ERR_INVALID_ARGUMENT', field })

describe('identity', () => {
  it('is Ed25519: keys and signatures equal those of @noble/curves', async () => {
    const random = seededRandom('identities')
    for (let i = 0; i < 20; i++) {
      const seed = random(32)
      const message = random(32)
      const made = identityFromSeed(seed)
      expect(toHex(made.publicKey)).toBe(toHex(ed25519.getPublicKey(seed)))
      expect(toHex(made.sign(message))).toBe(toHex(ed25519.sign(message, seed)))
      expect(await verdict(made.publicKey, message, made.sign(message))).toBe(true)
    }
  })

  it('a generated identity is another one each time, and its seed gives it back', () => {
    const a = generateIdentity()
    const b = generateIdentity()
    expect(toHex(a.publicKey)).not.toBe(toHex(b.publicKey))
    const again = identityFromSeed(a.exportSeed())
    expect(toHex(again.publicKey)).toBe(toHex(a.publicKey))
    expect(verifyIdentitySignature(a.publicKey, hash, again.sign(hash))).toBe(true)
  })

  it('hands out exact copies', () => {
    for (const bytes of [identity.publicKey, identity.sign(hash), identity.exportSeed()]) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
      expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
    }
    const seed = new Uint8Array(32).fill(3)
    const made = identityFromSeed(seed)
    seed.fill(0)
    expect(made.exportSeed()).toEqual(new Uint8Array(32).fill(3))
    made.exportSeed().fill(0)
    expect(made.exportSeed()).toEqual(new Uint8Array(32).fill(3))
  })

  it('N25: signs 32-byte hashes only', () => {
    for (const length of [0, 31, 33, 64]) expect(() => identity.sign(new Uint8Array(length))).toThrowError(refused('hash'))
    for (const x of ['text', Buffer.alloc(32), null, new Uint8Array(new SharedArrayBuffer(32))]) {
      expect(() => identity.sign(x as Uint8Array)).toThrowError(refused('hash'))
    }
  })

  it('takes seeds of 32 bytes only', () => {
    for (const x of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(64), Buffer.alloc(32), 'text', undefined, null, 32]) {
      expect(() => identityFromSeed(x as Uint8Array)).toThrowError(refused('seed'))
    }
  })

  it('J9: neither inspect, JSON nor a copy of its fields shows the seed', () => {
    const seed = new Uint8Array(32).map((_, i) => 0xc0 + i)
    const made = identityFromSeed(seed)
    const texts = [
      inspect(made, { depth: 9, showHidden: true }),
      JSON.stringify(made),
      JSON.stringify({ ...made }),
      String(made),
      inspect({ ...made }),
    ]
    const forms = [
      toHex(seed),
      Buffer.from(seed).toString('base64'),
      Buffer.from(seed).toString('base64url'),
      seed.join(','),
      seed.join(', '),
    ]
    for (const text of texts) for (const form of forms) expect(text.includes(form), text).toBe(false)
    expect(JSON.parse(JSON.stringify(made))).toEqual({ publicKey: toHex(made.publicKey), seed: '<redacted>' })
  })
})

describe('an identity of the embedder', () => {
  const foreign = (sign: (h: Uint8Array) => unknown): Identity => ({
    publicKey: identity.publicKey,
    sign: sign as Identity['sign'],
    exportSeed: () => new Uint8Array(32),
  })

  it('may return a Buffer; it leaves as an exact copy', () => {
    const made = signHash(
      foreign((h) => Buffer.from(identity.sign(h))),
      hash,
    )
    expect(made).toEqual(signature)
    expect(made.byteLength).toBe(made.buffer.byteLength)
  })

  it('is refused when it returns anything but 64 bytes', () => {
    for (const x of [
      undefined,
      null,
      'signature',
      new Uint8Array(63),
      new Uint8Array(65),
      Promise.resolve(signature),
      new Proxy(signature, {}),
    ]) {
      expect(() =>
        signHash(
          foreign(() => x),
          hash,
        ),
      ).toThrowError(refused('identity'))
    }
  })

  it('cannot change our hash', () => {
    const mine = new Uint8Array(hash)
    signHash(
      foreign((h) => {
        h.fill(0)
        return signature
      }),
      mine,
    )
    expect(mine).toEqual(hash)
  })

  it('must have a usable key and both methods', () => {
    expect(() => assertIdentity(identity, 'identity')).not.toThrow()
    for (const x of [null, undefined, 'a', 1, identity.publicKey, { publicKey: identity.publicKey }]) {
      expect(() => assertIdentity(x, 'identity')).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
    }
    const weak = { ...foreign(() => signature), publicKey: new Uint8Array(32) }
    expect(() => assertIdentity(weak, 'identity')).toThrowError(refused('identity.publicKey'))
  })
})

describe('verification', () => {
  it('gives the twelve edge signatures of "Taming the many EdDSAs" the answers of the rules', async () => {
    const answers: boolean[] = []
    for (const c of EDGE_SIGNATURES)
      answers.push(await verdict(fromHex(c.publicKey, 'k'), fromHex(c.message, 'm'), fromHex(c.signature, 's')))
    expect(answers).toEqual(EDGE_SIGNATURES.map(({ valid }) => valid))
    expect(answers.map(Number).join('')).toBe('000100000000')
  })

  it('refuses s >= L: a third party cannot make a second signature of a header', async () => {
    const s = toNumber(signature.subarray(32))
    expect(await verdict(identity.publicKey, hash, withS(s))).toBe(true)
    for (const other of [s + L, s + 2n * L, L, L + 1n, (1n << 256n) - 1n])
      expect(await verdict(identity.publicKey, hash, withS(other))).toBe(false)
    expect(await verdict(identity.publicKey, hash, withS(L - 1n))).toBe(false)
  })

  it('refuses every single-bit change of key, hash and signature', async () => {
    for (const [at, original] of [identity.publicKey, hash, signature].entries()) {
      for (let bit = 0; bit < original.length * 8; bit += 7) {
        const parts: [Uint8Array, Uint8Array, Uint8Array] = [identity.publicKey, hash, signature]
        parts[at] = new Uint8Array(original)
        parts[at][bit >> 3] = (original[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(verifyIdentitySignature(...parts)).toBe(false)
      }
    }
  })

  it('is false, never an exception, for anything of the wrong type or size', async () => {
    const hostile = [undefined, null, 'text', 64, new Uint8Array(0), new Uint8Array(31), new Uint8Array(65), new Proxy(signature, {}), {}]
    for (const x of hostile as Uint8Array[]) {
      expect(await verdict(x, hash, signature)).toBe(false)
      expect(await verdict(identity.publicKey, x, signature)).toBe(false)
      expect(await verdict(identity.publicKey, hash, x)).toBe(false)
    }
  })

  it('a key array that was changed after its first use is judged as what it is now', async () => {
    const key = new Uint8Array(identity.publicKey)
    expect(await verdict(key, hash, signature)).toBe(true)
    const other = testIdentity('b')
    key.set(other.publicKey)
    expect(await verdict(key, hash, signature)).toBe(false)
    expect(await verdict(key, hash, other.sign(hash))).toBe(true)
    key.fill(0)
    expect(await verdict(key, hash, signature)).toBe(false)
  })

  it('J6: the asynchronous form judges what it was given, not what its arrays become', async () => {
    const h = new Uint8Array(hash)
    const s = new Uint8Array(signature)
    const pending = verifyIdentitySignatureAsync(identity.publicKey, h, s)
    h.fill(0)
    s.fill(0)
    expect(await pending).toBe(true)
  })
})

describe('isAcceptablePublicKey', () => {
  it('takes the keys that Ed25519 makes', () => {
    for (let i = 0; i < 50; i++) expect(isAcceptablePublicKey(testIdentity(`k${i}`).publicKey)).toBe(true)
  })

  it('refuses all eight points of small order and their second encodings', () => {
    // The subgroup of order 8, generated by a point of order 8 from an independent implementation.
    const generator = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
    let point = ed25519.Point.ZERO
    const encodings = new Set<string>()
    for (let i = 0; i < 8; i++) {
      encodings.add(toHex(new Uint8Array(point.toBytes())))
      point = point.add(generator)
    }
    expect(point.equals(ed25519.Point.ZERO)).toBe(true)
    expect(encodings.size).toBe(8)
    for (const encoding of encodings) {
      const key = fromHex(encoding, 'key')
      expect(isAcceptablePublicKey(key), encoding).toBe(false)
      key[31] = (key[31] ?? 0) ^ 0x80
      expect(isAcceptablePublicKey(key), `${encoding} with the other sign`).toBe(false)
    }
  })

  it('refuses y >= p, whatever the sign bit', () => {
    for (let y = P25519; y < 1n << 255n; y++) {
      expect(isAcceptablePublicKey(littleEndian(y))).toBe(false)
      expect(isAcceptablePublicKey(littleEndian(y + (1n << 255n)))).toBe(false)
    }
    expect(isAcceptablePublicKey(littleEndian(P25519 - 2n))).toBe(true)
    expect(isAcceptablePublicKey(littleEndian(2n))).toBe(true)
  })

  it('refuses other lengths and types', () => {
    for (const x of [new Uint8Array(31), new Uint8Array(33), toHex(identity.publicKey), null, undefined, [...identity.publicKey]]) {
      expect(isAcceptablePublicKey(x)).toBe(false)
    }
  })
})

describe('identitySelfTest', () => {
  it('passes here', () => {
    expect(() => identitySelfTest()).not.toThrow()
  })

  it('stops a platform that judges even one edge signature otherwise', () => {
    for (const [odd, { what }] of EDGE_SIGNATURES.entries()) {
      let asked = -1 // the first question is the honest signature
      const habit = (...a: Parameters<typeof verifyIdentitySignature>) => {
        const answer = verifyIdentitySignature(...a)
        return asked++ === odd ? !answer : answer
      }
      expect(() => identitySelfTest(habit), what).toThrowError(expect.objectContaining({ code: 'ERR_KERNEL_INTEGRITY', field: 'identity' }))
    }
    expect(() => identitySelfTest(() => false)).toThrowError(expect.objectContaining({ code: 'ERR_KERNEL_INTEGRITY' }))
    expect(() => identitySelfTest(() => true)).toThrowError(expect.objectContaining({ code: 'ERR_KERNEL_INTEGRITY' }))
  })

  it('would stop a platform that verifies with the cofactor', () => {
    const cofactored = (key: Uint8Array, h: Uint8Array, s: Uint8Array) =>
      isAcceptablePublicKey(key) && ed25519.verify(s, h, key, { zip215: true })
    expect(() => identitySelfTest(cofactored)).toThrowError(expect.objectContaining({ code: 'ERR_KERNEL_INTEGRITY' }))
  })
})

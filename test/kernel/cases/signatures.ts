/** Cases of signature shares and signatures: true ones of every suite, and each kind of false one. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes } from '../../../src/bytes.ts'
import type { Suite } from '../../../src/kernel/index.ts'
import type { Case, CaseSource } from '../conformance.ts'
import { batchSizes, type KnownPoint } from '../inputs.ts'
import { FIELD_PRIME, GROUP_ORDER, toBytes, toNumber } from '../noble.ts'

const SHARES = 1_000
/** Of each suite. */
const SIGNATURES = 1_000
const TOO_LARGE = [GROUP_ORDER, GROUP_ORDER + 1n, (1n << 256n) - 1n]
const SUITES = ['secp256k1-sha256', 'bip340', 'evm'] as const

export function signatureCases(source: CaseSource): Case[] {
  return [...signatureShareCases(source), ...SUITES.flatMap((suite) => suiteCases(source, suite))]
}

const mod = (n: bigint): bigint => ((n % GROUP_ORDER) + GROUP_ORDER) % GROUP_ORDER
const isOdd = ({ point }: KnownPoint): boolean => ((point[63] ?? 0) & 1) === 1
const compressed = (p: KnownPoint): Uint8Array<ArrayBuffer> => concatBytes(Uint8Array.of(isOdd(p) ? 3 : 2), p.point.subarray(0, 32))

function signatureShareCases(source: CaseSource): Case[] {
  const { choose, scale } = source
  return batchSizes(SHARES * scale).map((items) => {
    const list = Array.from({ length: items }, () => oneShare(source, choose.integer(3) === 0 ? choose.integer(7) : null))
    const column = (i: number): Uint8Array => concatBytes(...list.map((item) => item[i] ?? new Uint8Array(0)))
    return {
      operation: 'verifySignatureShares',
      title: `${items} shares`,
      items,
      args: [{ shares: column(0), noncePoints: column(1), verifyingShares: column(2), multipliers: column(3) }],
    }
  })
}

/** [z, N, Y, multiplier], true when `fault` is null. */
function oneShare({ choose, points }: CaseSource, fault: number | null): Uint8Array[] {
  const [nonce, key, multiplier] = [points.known(), points.known(), choose.scalar()]
  const item = [toBytes(mod(nonce.log + multiplier * key.log)), new Uint8Array(nonce.point), new Uint8Array(key.point), toBytes(multiplier)]
  switch (fault) {
    case null:
      break
    case 0:
      item[0] = toBytes(mod(nonce.log + multiplier * key.log + 1n))
      break
    case 1:
      item[0] = toBytes(choose.pick(TOO_LARGE))
      break
    case 2:
      item[1] = new Uint8Array(64)
      break
    case 3:
      item[2] = new Uint8Array(64)
      break
    case 4:
    case 5:
      item[fault - 3]?.set([choose.integer(256)], 32 + choose.integer(32))
      break
    default:
      item[3] = toBytes(choose.scalar())
  }
  return item
}

interface Item {
  key: Uint8Array<ArrayBuffer>
  challenge: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}

/**
 * A signature from known logarithms: no multiplication needed. True, unless `negated`: then it is over -R, which differs from R only in the sign of
 * y, so only the check of that sign refuses it (R's prefix, the even y of BIP-340; an address covers all of R).
 */
function makeSignature({ choose, points }: CaseSource, suite: Suite, c: bigint, negated: boolean): Item {
  const [key, nonce] = [points.knownFinite(), points.knownFinite()]
  const challenge = toBytes(c)
  const sign = negated ? -1n : 1n
  switch (suite) {
    case 'secp256k1-sha256':
      return { key: compressed(key), challenge, signature: concatBytes(compressed(nonce), toBytes(mod(sign * nonce.log + c * key.log))) }
    case 'bip340': {
      const x = isOdd(key) ? -key.log : key.log
      const k = isOdd(nonce) ? -nonce.log : nonce.log
      // The prefix of the key tells nothing here: the even y is meant with either.
      const prefixed = choose.integer(2) === 0 ? compressed(key) : concatBytes(Uint8Array.of(2), key.point.subarray(0, 32))
      return { key: prefixed, challenge, signature: concatBytes(nonce.point.subarray(0, 32), toBytes(mod(sign * k + c * x))) }
    }
    case 'evm':
      return {
        key: compressed(key),
        challenge,
        signature: concatBytes(toBytes(mod(sign * nonce.log - c * key.log)), keccak_256(nonce.point).slice(12)),
      }
  }
}

/** Where s (or z) is in the signature, and where R is. */
const LAYOUT = {
  'secp256k1-sha256': { s: 33, r: 0, rBytes: 33 },
  bip340: { s: 32, r: 0, rBytes: 32 },
  evm: { s: 0, r: 32, rBytes: 20 },
} as const

function suiteCases(source: CaseSource, suite: Suite): Case[] {
  const { choose, scale } = source
  return batchSizes(SIGNATURES * scale).map((items) => {
    const list = Array.from({ length: items }, () => {
      const item = makeSignature(source, suite, choose.scalar(), choose.integer(12) === 0)
      return choose.integer(2) === 0 ? item : spoilt(source, suite, item)
    })
    return {
      operation: 'verifySignatures',
      title: `${suite}, ${items} signatures`,
      items,
      args: [
        {
          suite,
          publicKeys: concatBytes(...list.map((item) => item.key)),
          challenges: concatBytes(...list.map((item) => item.challenge)),
          signatures: concatBytes(...list.map((item) => item.signature)),
        },
      ],
    }
  })
}

function spoilt(source: CaseSource, suite: Suite, { key, challenge, signature }: Item): Item {
  const { choose, points } = source
  const { s, r, rBytes } = LAYOUT[suite]
  const shifted = (bytes: Uint8Array, at: number, by: bigint, modulus: bigint): Uint8Array =>
    toBytes((toNumber(bytes.subarray(at, at + 32)) + by) % modulus)
  switch (choose.integer(12)) {
    case 0: // one bit of the signature
      flip(signature, choose.integer(8 * signature.length))
      break
    case 1: // s + 1
      signature.set(shifted(signature, s, 1n, GROUP_ORDER), s)
      break
    case 2: // s of q or more
      signature.set(toBytes(choose.pick(TOO_LARGE)), s)
      break
    case 3: // -s
      signature.set(toBytes(mod(-toNumber(signature.subarray(s, s + 32)))), s)
      break
    case 4: // another nonce point
      signature.set((suite === 'bip340' ? points.knownFinite().point : compressed(points.knownFinite())).subarray(0, rBytes), r)
      break
    case 5: // R.x of p or more, R zeros
      if (suite === 'evm') signature.fill(0, r)
      else signature.set(toBytes(choose.pick([FIELD_PRIME, FIELD_PRIME + 1n, (1n << 256n) - 1n, 0n])), r + rBytes - 32)
      break
    case 6: // the other sign of the key: still true in bip340
      key[0] = (key[0] ?? 0) ^ 1
      break
    case 7: // no key
      key[0] = choose.pick([0, 1, 4, 5, 0x83])
      break
    case 8: // a key whose x is p or more, or random
      key.set(choose.integer(2) === 0 ? toBytes(FIELD_PRIME + 1n) : choose.bytes(32), 1)
      break
    case 9: // another key
      key.set(compressed(points.knownFinite()))
      break
    case 10: // another challenge
      challenge.set(toBytes(choose.scalar()))
      break
    default: // s and challenge that make R the identity; in evm with the address of the identity's 64 zero bytes
      challenge.fill(0)
      signature.fill(0, s, s + 32)
      if (suite === 'evm') signature.set(keccak_256(new Uint8Array(64)).subarray(12), r)
  }
  return { key, challenge, signature }
}

function flip(bytes: Uint8Array, bit: number): void {
  const at = bit >>> 3
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
}

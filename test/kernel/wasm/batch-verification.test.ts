/**
 * Signatures and signature shares in batches are judged by weighted sums first: whatever is false must be found, whatever is around it, and nothing else
 * must be refused. The signatures are made from known logarithms, so that the truth of each is known without verifying.
 */
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/bytes.ts'
import { type Kernel, loadWasmKernel, type Suite } from '../../../src/kernel/index.ts'
import { batchWeights } from '../../../src/kernel/wasm/weights.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'

const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const P = (1n << 256n) - (1n << 32n) - 977n
const kernel: Kernel = await loadWasmKernel({ kernel: 'integer' })
const random = seededRandom(`batch verification ${testSeed()}`)
const SUITES = ['secp256k1-sha256', 'bip340'] as const
/** Few and many, on both sides of where one way of summing gives way to another. */
const SIZES = [3, 4, 7, 8, 20, 45, 60, 130]

const encode = (n: bigint) => fromHex((((n % Q) + Q) % Q).toString(16).padStart(64, '0'), 'n')
const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)
const scalar = () => number(random(32)) % Q

interface Item {
  readonly key: Uint8Array
  readonly challenge: Uint8Array
  readonly signature: Uint8Array
}

/** true signatures under the secret keys given, by turns */
function sign(suite: Suite, secrets: readonly bigint[], count: number, challengeOf: (i: number) => bigint = scalar): Item[] {
  const keys = kernel.compress(kernel.baseMul(concatBytes(...secrets.map(encode))))
  const logs = Array.from({ length: count }, scalar)
  const noncePoints = kernel.compress(kernel.baseMul(concatBytes(...logs.map(encode))))
  return logs.map((log, i) => {
    const turn = i % secrets.length
    const [key, noncePoint] = [keys.slice(33 * turn, 33 * turn + 33), noncePoints.slice(33 * i, 33 * i + 33)]
    const secret = secrets[turn] ?? 0n
    const challenge = challengeOf(i)
    const even = (encoded: Uint8Array, value: bigint) => (suite === 'bip340' && encoded[0] === 3 ? -value : value)
    const s = encode(even(noncePoint, log) + challenge * even(key, secret))
    const r = suite === 'bip340' ? noncePoint.slice(1) : noncePoint
    return { key, challenge: encode(challenge), signature: concatBytes(r, s) }
  })
}

/** With `by` added to s. */
function shifted({ key, challenge, signature }: Item, by: bigint): Item {
  const at = signature.length - 32
  return { key, challenge, signature: concatBytes(signature.subarray(0, at), encode(number(signature.subarray(at)) + by)) }
}

function verify(suite: Suite, items: readonly Item[]): number[] {
  const mask = kernel.verifySignatures({
    suite,
    publicKeys: concatBytes(...items.map(({ key }) => key)),
    challenges: concatBytes(...items.map(({ challenge }) => challenge)),
    signatures: concatBytes(...items.map(({ signature }) => signature)),
  })
  return [...mask]
}

const replaced = <T>(items: readonly T[], at: number, item: T): T[] => items.map((old, i) => (i === at ? item : old))
const except = (count: number, ...bad: readonly number[]) => Array.from({ length: count }, (_, i) => (bad.includes(i) ? 0 : 1))
const item = <T>(items: readonly T[], i: number): T => {
  const found = items[i]
  if (found === undefined) throw new RangeError(`no item ${i}`)
  return found
}

describe.each(SUITES)('batches of %s signatures', (suite) => {
  it.each(SIZES)('%i: all true of one key, of two, and of as many keys', (count) => {
    for (const keyCount of [1, 2, count])
      expect(verify(suite, sign(suite, Array.from({ length: keyCount }, scalar), count))).toEqual(except(count))
  })

  it.each(SIZES)('%i: one false is found, first, last or between, under one key and under many', (count) => {
    for (const keyCount of [1, count]) {
      const items = sign(suite, Array.from({ length: keyCount }, scalar), count)
      for (const at of new Set([0, 1, count >> 1, count - 1])) {
        expect(verify(suite, replaced(items, at, shifted(item(items, at), 1n)))).toEqual(except(count, at))
      }
    }
  })

  it.each(SIZES)('%i: two false ones whose errors cancel without weights are found, next to each other and far apart', (count) => {
    const items = sign(suite, [scalar()], count)
    for (const [a, b] of [
      [0, 1],
      [0, count - 1],
      [count - 2, count - 1],
    ] as const) {
      const error = scalar()
      const both = replaced(replaced(items, a, shifted(item(items, a), error)), b, shifted(item(items, b), -error))
      expect(verify(suite, both)).toEqual(except(count, a, b))
    }
  })

  it.each(SIZES)('%i: all false, every second one false, all but one false', (count) => {
    const items = sign(suite, [scalar(), scalar()], count)
    const false_ = items.map((one) => shifted(one, scalar()))
    expect(verify(suite, false_)).toEqual(new Array(count).fill(0))
    expect(
      verify(
        suite,
        items.map((one, i) => (i % 2 === 0 ? one : item(false_, i))),
      ),
    ).toEqual(items.map((_, i) => 1 - (i % 2)))
    expect(verify(suite, replaced(false_, count - 1, item(items, count - 1)))).toEqual(
      except(count, ...false_.keys()).map((_, i) => (i === count - 1 ? 1 : 0)),
    )
  })

  it('one signature many times is as true as once; so is a false one false', () => {
    const [one] = sign(suite, [scalar()], 1)
    if (one === undefined) throw new RangeError('no signature')
    expect(verify(suite, new Array<Item>(40).fill(one))).toEqual(except(40))
    expect(verify(suite, new Array<Item>(40).fill(shifted(one, 5n)))).toEqual(new Array(40).fill(0))
  })

  it('what is no encoding is 0 and poisons nothing: R, key and s, alone and together', () => {
    const items = sign(suite, [scalar(), scalar(), scalar()], 70)
    const { key, challenge, signature } = item(items, 9)
    const xAt = suite === 'bip340' ? 0 : 1
    const withX = (x: bigint) =>
      concatBytes(signature.subarray(0, xAt), fromHex(x.toString(16).padStart(64, '0'), 'x'), signature.subarray(xAt + 32))
    const tooLarge = concatBytes(signature.subarray(0, xAt + 32), fromHex(Q.toString(16), 'q'))
    // y^2 = 5^3 + 7 has no root
    const spoilt: Item[] = [withX(5n), withX(P), withX(P + 1n), withX(0n), tooLarge].map((bytes) => ({ key, challenge, signature: bytes }))
    spoilt.push({ key: concatBytes(Uint8Array.of(2), encode(5n)), challenge, signature })
    spoilt.push({ key: concatBytes(Uint8Array.of(4), key.subarray(1)), challenge, signature })
    for (const one of spoilt) expect(verify(suite, replaced(items, 9, one))).toEqual(except(70, 9))
    const all = spoilt.reduce((list, one, i) => replaced(list, 8 * i, one), items)
    expect(verify(suite, all)).toEqual(except(70, ...spoilt.map((_, i) => 8 * i)))
  })

  it('challenges of zero, opposite keys, and R equal to the key', () => {
    const secret = scalar()
    const zero = sign(suite, [secret], 30, () => 0n)
    expect(verify(suite, zero)).toEqual(except(30))
    expect(verify(suite, replaced(zero, 3, shifted(item(zero, 3), 1n)))).toEqual(except(30, 3))
    const opposite = sign(suite, [secret, Q - secret], 64)
    expect(verify(suite, opposite)).toEqual(except(64))
    expect(verify(suite, replaced(opposite, 63, shifted(item(opposite, 63), 2n)))).toEqual(except(64, 63))
    // s = 1 + c for the secret key 1 and the nonce 1: R = P = G, whose y is even
    const [one] = sign(suite, [1n], 1)
    if (one === undefined) throw new RangeError('no signature')
    const c = number(one.challenge)
    const noncePoint = suite === 'bip340' ? one.key.slice(1) : one.key
    const same: Item = { key: one.key, challenge: one.challenge, signature: concatBytes(noncePoint, encode(1n + c)) }
    expect(verify(suite, [...opposite, same, same, shifted(same, 1n)])).toEqual(except(67, 66))
  })

  it('more than one call takes', () => {
    const items = sign(suite, [scalar(), scalar()], 1_100)
    expect(verify(suite, replaced(items, 1_050, shifted(item(items, 1_050), 1n)))).toEqual(except(1_100, 1_050))
  })
})

describe('batches of signature shares', () => {
  interface Share {
    readonly z: bigint
    readonly nonce: bigint
    readonly secret: bigint
    readonly multiplier: bigint
  }
  const made = (count: number, secrets: readonly bigint[]): Share[] =>
    Array.from({ length: count }, (_, i) => {
      const [nonce, multiplier, secret = 0n] = [scalar(), scalar(), secrets[i % secrets.length]]
      return { z: nonce + multiplier * secret, nonce, secret, multiplier }
    })
  const points = (logs: readonly bigint[]) => kernel.baseMul(concatBytes(...logs.map(encode)))
  const judge = (shares: readonly Share[], change: (noncePoints: Uint8Array, keys: Uint8Array) => void = () => {}) => {
    const [noncePoints, verifyingShares] = [points(shares.map(({ nonce }) => nonce)), points(shares.map(({ secret }) => secret))]
    change(noncePoints, verifyingShares)
    return [
      ...kernel.verifySignatureShares({
        shares: concatBytes(...shares.map(({ z }) => encode(z))),
        noncePoints,
        verifyingShares,
        multipliers: concatBytes(...shares.map(({ multiplier }) => encode(multiplier))),
      }),
    ]
  }

  it.each([1, 7, 8, 9, 30, 67, 134])('%i: no cheater, one anywhere, two whose errors cancel, all', (count) => {
    const shares = made(count, Array.from({ length: Math.min(count, 67) }, scalar))
    const worse = (i: number, by: bigint) => ({ ...item(shares, i), z: item(shares, i).z + by })
    expect(judge(shares)).toEqual(except(count))
    for (const at of new Set([0, count >> 1, count - 1])) expect(judge(replaced(shares, at, worse(at, 1n)))).toEqual(except(count, at))
    if (count > 1)
      expect(judge(replaced(replaced(shares, 0, worse(0, 9n)), count - 1, worse(count - 1, -9n)))).toEqual(except(count, 0, count - 1))
    expect(judge(shares.map((_, i) => worse(i, 3n)))).toEqual(new Array(count).fill(0))
  })

  it('identities among nonce points and keys are legal, a point off the curve makes its own item 0', () => {
    const shares = made(24, Array.from({ length: 24 }, scalar)).map((one, i) => {
      if (i === 3) return { ...one, nonce: 0n, z: one.multiplier * one.secret }
      if (i === 4) return { ...one, secret: 0n, z: one.nonce }
      return i === 5 ? { z: 0n, nonce: 0n, secret: 0n, multiplier: one.multiplier } : one
    })
    expect(judge(shares)).toEqual(except(24))
    expect(judge(replaced(shares, 5, { ...item(shares, 5), z: 1n }))).toEqual(except(24, 5))
    expect(
      judge(shares, (noncePoints, keys) => {
        noncePoints[64 * 7 + 63] = (noncePoints[64 * 7 + 63] ?? 0) ^ 1
        keys[64 * 11] = (keys[64 * 11] ?? 0) ^ 1
      }),
    ).toEqual(except(24, 7, 11))
  })
})

describe('the weights', () => {
  const columns = [random(66), random(64), random(128)]
  const hex = (what: string, list: readonly Uint8Array[]) => toHex(batchWeights(what, 2, list))

  it('are the same for the same inputs, and 1 for the first item', () => {
    const weights = batchWeights('bip340', 5, columns)
    expect(weights).toEqual(batchWeights('bip340', 5, columns))
    expect([...weights.subarray(0, 16)]).toEqual([1, ...new Array(15).fill(0)])
    expect(new Set(Array.from({ length: 5 }, (_, i) => toHex(weights.subarray(16 * i, 16 * i + 16)))).size).toBe(5)
    expect(toHex(batchWeights('bip340', 3, [Uint8Array.of(1), Uint8Array.of(2, 3)]))).toMatchInlineSnapshot(
      `"01000000000000000000000000000000c3b11b7534553aa203fd12ed3dbd72aa66e86dd3717058168638b2534caee8cc"`,
    )
  })

  it('change with every byte of every input, with the suite and with where a column ends', () => {
    const seen = new Set([hex('bip340', columns), hex('secp256k1-sha256', columns)])
    let tried = 2
    columns.forEach((column, c) => {
      for (let at = 0; at < column.length; at++) {
        const changed = Uint8Array.from(column)
        changed[at] = (changed[at] ?? 0) ^ 1
        seen.add(hex('bip340', replaced(columns, c, changed)))
        tried++
      }
    })
    const [a, b, c] = [item(columns, 0), item(columns, 1), item(columns, 2)]
    seen.add(hex('bip340', [concatBytes(a, b.subarray(0, 1)), b.subarray(1), c]))
    expect(seen.size).toBe(tried + 1)
  })
})

/** The tree of RFC 6962, checked against a recursive reading of its section 2.1: every item opens, and no item opens as another. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { digestOfOpenedItem, ItemTree, itemsDigest, type OpenedItem } from '../../src/crypto/item-tree.ts'
import { seededRandom } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'

const random = seededRandom('item tree')

function tagged(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const prefix = createHash('sha256').update(`quorate/v1/${tag}`).digest()
  return createHash('sha256')
    .update(concatBytes(prefix, prefix, ...parts))
    .digest()
}

/** MTH of RFC 6962: split at the largest power of two below the number of leaves. */
function root(items: readonly Uint8Array[]): Uint8Array {
  const [only] = items
  if (items.length === 1 && only !== undefined) return tagged('leaf-of-body', only)
  let k = 1
  while (2 * k < items.length) k *= 2
  return tagged('node-of-body', root(items.slice(0, k)), root(items.slice(k)))
}

function reference(body: Uint8Array): string {
  const items = Array.from({ length: Math.ceil(body.length / 128) }, (_, i) => body.subarray(128 * i, 128 * (i + 1)))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, body.length)
  return toHex(new Uint8Array(tagged('tree-of-body', length, root(items))))
}

const LENGTHS = [...Array.from({ length: 34 }, (_, i) => 128 * (i + 1)), 1, 127, 129, 255, 1000, 128 * 1000]

describe('ItemTree', () => {
  it('has the digest of the document for every number of items, also with a shorter last one', () => {
    for (const length of LENGTHS) {
      const body = random(length)
      expect(toHex(itemsDigest(body)), `${length} bytes`).toBe(reference(body))
      expect(toHex(new ItemTree(body).digest)).toBe(toHex(itemsDigest(body)))
    }
  })

  it('opens every item to the digest, with at most ten hashes for 1,000', () => {
    for (const length of LENGTHS) {
      const body = random(length)
      const tree = new ItemTree(body)
      const digest = toHex(tree.digest)
      for (let position = 0; position < Math.ceil(length / 128); position += length > 10_000 ? 37 : 1) {
        const opened = tree.open(position)
        expect(toHex(opened.item)).toBe(toHex(new Uint8Array(body.subarray(128 * position, 128 * (position + 1)))))
        expect(opened.path.length).toBeLessThanOrEqual(10)
        expect(toHex(digestOfOpenedItem(position, opened)), `${position} of ${length} bytes`).toBe(digest)
      }
    }
  })

  it('an item opens at its own position only, with its own length, item and path', () => {
    for (const count of [2, 3, 5, 6, 7, 8, 13]) {
      // Equal items: nothing but the position tells them apart.
      const body = new Uint8Array(128 * count).fill(3)
      body.fill(4, 128 * (count - 1))
      const tree = new ItemTree(body)
      const digest = toHex(tree.digest)
      for (let position = 0; position < count; position++) {
        const opened = tree.open(position)
        const others: [number, OpenedItem][] = []
        for (let other = 0; other < count + 2; other++) {
          if (other !== position && (other >= count - 1 || position >= count - 1)) others.push([other, opened])
        }
        for (const length of [128 * count - 1, 128 * count + 1, 128 * (count - 1), 128 * (count + 1), 128, 1])
          others.push([position, { ...opened, length }])
        others.push([position, { ...opened, item: opened.item.map((byte) => byte ^ 1) }])
        opened.path.forEach((_, i) => {
          others.push([position, { ...opened, path: opened.path.with(i, new Uint8Array(32)) }])
          others.push([position, { ...opened, path: opened.path.toSpliced(i, 1) }])
          others.push([position, { ...opened, path: opened.path.toSpliced(i, 0, new Uint8Array(32)) }])
        })
        for (const [place, changed] of others) {
          let found: string
          try {
            found = toHex(digestOfOpenedItem(place, changed))
          } catch (error) {
            found = String(error)
          }
          expect(found, `${position} as ${place} of ${count}`).not.toBe(digest)
        }
      }
    }
  })

  it('bodies of one content and another division have other digests, and a tree is never a plain hash', () => {
    const body = random(512)
    const digests = [body, body.slice(0, 511), body.slice(0, 384), concatBytes(body, Uint8Array.of(0)), body.slice(0, 128)].map((b) =>
      toHex(itemsDigest(b)),
    )
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('refuses what no body has, typed', () => {
    const tree = new ItemTree(random(300))
    const opened = tree.open(1)
    const refusals: [() => unknown, string][] = [
      [() => itemsDigest(new Uint8Array()), 'body.length'],
      [() => itemsDigest(Buffer.alloc(200)), 'body'],
      [() => tree.open(3), 'position'],
      [() => tree.open(-1), 'position'],
      [() => tree.open(0.5), 'position'],
      [() => digestOfOpenedItem(3, opened), 'position'],
      [() => digestOfOpenedItem(Number.NaN, opened), 'position'],
      [() => digestOfOpenedItem(1, { ...opened, length: 0 }), 'length'],
      [() => digestOfOpenedItem(1, { ...opened, length: 2 ** 32 }), 'length'],
      [() => digestOfOpenedItem(1, { ...opened, item: opened.item.slice(1) }), 'item'],
      [() => digestOfOpenedItem(2, { ...tree.open(2), item: opened.item }), 'item'],
      [() => digestOfOpenedItem(1, { ...opened, path: opened.path.slice(1) }), 'path'],
      [() => digestOfOpenedItem(1, { ...opened, path: [...opened.path, new Uint8Array(32)] }), 'path'],
      [() => digestOfOpenedItem(1, { ...opened, path: opened.path.map((hash) => hash.slice(1)) }), 'path'],
    ]
    for (const [call, field] of refusals) expect(refusalOf(call)).toBe(`ERR_INVALID_ARGUMENT ${field}`)
  })
})

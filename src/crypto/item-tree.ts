/**
 * A digest of a long body from which one item can be shown alone: the Merkle tree of RFC 6962 section 2.1 over items of 128 bytes, with tagged
 * hashes in the place of its prefix bytes. Evidence about one message of a batch then holds a signer's 128 bytes for this message and at most
 * ten hashes, where it would have to hold the commitments to all thousand messages.
 *
 * An item's place is bound by the shape of its path, and the shape by the length, which the digest covers.
 */
import { assertBytes, assertInteger, copyBytes } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { POINT_BYTES } from '../kernel/contract.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'
import { DIGEST_BYTES } from './transcript.ts'

/** One pair of nonce commitments, D || E. The last item of a body that is no multiple of it is shorter. */
export const ITEM_BYTES = 2 * POINT_BYTES

const MAX_LENGTH = 0xffffffff

/** One item of a body, with what leads from it to the digest. */
export interface OpenedItem {
  /** of the whole body, in bytes */
  readonly length: number
  /** 128 bytes; the last one 1..128 */
  readonly item: Uint8Array
  /** the hashes beside the way up, lowest first, 32 bytes each */
  readonly path: readonly Uint8Array[]
}

export class ItemTree {
  readonly #body: Uint8Array
  /** hashes from the leaves to the root */
  readonly #levels: readonly (readonly Uint8Array[])[]

  /**
   * @param body 1..2^32 - 1 bytes; not copied
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(body: Uint8Array) {
    assertBytes(body, 'body')
    assertInteger(body.length, 'body.length', 1, MAX_LENGTH)
    this.#body = body
    let level = Array.from({ length: itemCount(body.length) }, (_, position) => leafHash(itemAt(body, position)))
    const levels = [level]
    while (level.length > 1) {
      level = pairUp(level)
      levels.push(level)
    }
    this.#levels = levels
  }

  /** 32 bytes: H(u32 length || root) */
  get digest(): Uint8Array<ArrayBuffer> {
    return treeDigest(this.#body.length, this.#levels.at(-1)?.[0] ?? new Uint8Array())
  }

  /** @throws ERR_INVALID_ARGUMENT for a position outside the body */
  open(position: number): OpenedItem {
    assertInteger(position, 'position', 0, itemCount(this.#body.length) - 1)
    const path = this.#levels.flatMap((level, height) => level[Math.floor(position / 2 ** height) ^ 1] ?? [])
    return { length: this.#body.length, item: copyBytes(itemAt(this.#body, position)), path }
  }
}

/** As `new ItemTree(body).digest`. */
export function itemsDigest(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new ItemTree(body).digest
}

/**
 * The digest of the one body that has this item at this position.
 *
 * @throws ERR_INVALID_ARGUMENT when a body of this length has no such position, or an item or path of another size there
 */
export function digestOfOpenedItem(position: number, { length, item, path }: OpenedItem): Uint8Array<ArrayBuffer> {
  assertInteger(length, 'length', 1, MAX_LENGTH)
  const count = itemCount(length)
  assertInteger(position, 'position', 0, count - 1)
  assertBytes(item, 'item', Math.min(ITEM_BYTES, length - position * ITEM_BYTES))
  const beside = path.values()
  let hash = leafHash(item)
  let place = position
  // The last node of a level of odd width has no sibling and goes up as it is.
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    if ((place ^ 1) < width) {
      const sibling = beside.next().value
      assertBytes(sibling, 'path', DIGEST_BYTES)
      hash = place % 2 === 0 ? nodeHash(hash, sibling) : nodeHash(sibling, hash)
    }
    place = Math.floor(place / 2)
  }
  if (beside.next().done !== true) throw invalidArgument('path', 'is too long')
  return treeDigest(length, hash)
}

function itemCount(length: number): number {
  return Math.ceil(length / ITEM_BYTES)
}

function itemAt(body: Uint8Array, position: number): Uint8Array {
  return body.subarray(position * ITEM_BYTES, (position + 1) * ITEM_BYTES)
}

function pairUp(level: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[] {
  return level.flatMap((left, i) => {
    if (i % 2 === 1) return []
    const right = level[i + 1]
    return [right === undefined ? left : nodeHash(left, right)]
  })
}

function leafHash(item: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.bodyLeaf, item)
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.bodyNode, left, right)
}

function treeDigest(length: number, root: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.bodyTree, uintBytes(length, 4), root)
}

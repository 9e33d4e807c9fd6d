/**
 * Layouts as data, so that a valid encoding can be taken apart, changed in one place and put together again with all lengths and counts around it
 * right, or with one of them wrong. Written from docs/protocol.md, apart from the codecs that are tested with it.
 */
import { concatAll } from '../../src/bytes.ts'

export type Grammar =
  /** an integer of so many bytes */
  | { readonly is: 'uint'; readonly bytes: number }
  /** bytes of a fixed length */
  | { readonly is: 'fixed'; readonly bytes: number }
  /** a length of `width` bytes and as many bytes; these are of `inner` where they can be */
  | { readonly is: 'sized'; readonly width: number; readonly inner: Grammar | null }
  /** a count of `width` bytes and as many items */
  | { readonly is: 'list'; readonly width: number; readonly item: Grammar }
  | { readonly is: 'sequence'; readonly parts: readonly Grammar[] }
  /** a byte that says which */
  | { readonly is: 'choice'; readonly cases: ReadonlyMap<number, Grammar> }
  /** all that is left, but for `keep` bytes, in pieces */
  | { readonly is: 'rest'; readonly piece: number; readonly keep: number }

/** A value of a grammar. */
export type Tree =
  | { readonly is: 'leaf'; readonly bytes: Uint8Array; readonly integer: boolean }
  | { readonly is: 'sized'; readonly width: number; readonly inner: Tree }
  | { readonly is: 'list'; readonly width: number; readonly items: readonly Tree[] }
  | { readonly is: 'group'; readonly parts: readonly Tree[] }

export const uint = (bytes: number): Grammar => ({ is: 'uint', bytes })
export const fixed = (bytes: number): Grammar => ({ is: 'fixed', bytes })
export const sized = (width: number, inner: Grammar | null = null): Grammar => ({ is: 'sized', width, inner })
export const list = (width: number, item: Grammar): Grammar => ({ is: 'list', width, item })
export const sequence = (...parts: readonly Grammar[]): Grammar => ({ is: 'sequence', parts })
export const choice = (cases: Readonly<Record<number, Grammar>>): Grammar => ({
  is: 'choice',
  cases: new Map(Object.entries(cases).map(([number, grammar]) => [Number(number), grammar])),
})
export const rest = (piece: number, keep = 0): Grammar => ({ is: 'rest', piece, keep })
export const nothing: Grammar = sequence()

/** Null where the bytes are not of this layout, or more than it. */
export function take(grammar: Grammar, bytes: Uint8Array): Tree | null {
  const reader = new Reader(bytes)
  try {
    const tree = reader.read(grammar)
    return reader.left === 0 ? tree : null
  } catch (error) {
    if (error instanceof NoSuchValue) return null
    throw error
  }
}

/** The bytes of a tree, some parts of it standing for others. */
export function put(tree: Tree, changes: ReadonlyMap<Tree, Uint8Array> = NONE): Uint8Array<ArrayBuffer> {
  const out: Uint8Array[] = []
  write(tree, changes, out)
  return concatAll(out)
}

/** All parts of a tree, itself first. */
export function partsOf(tree: Tree): readonly Tree[] {
  switch (tree.is) {
    case 'leaf':
      return [tree]
    case 'sized':
      return [tree, ...partsOf(tree.inner)]
    case 'list':
      return [tree, ...tree.items.flatMap(partsOf)]
    case 'group':
      return [tree, ...tree.parts.flatMap(partsOf)]
  }
}

/** Big-endian; what does not fit is cut off. */
export function integer(value: number, bytes: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes)
  for (let i = bytes - 1, left = value; i >= 0; i--, left = Math.floor(left / 256)) out[i] = left % 256
  return out
}

const NONE: ReadonlyMap<Tree, Uint8Array> = new Map()

class NoSuchValue extends Error {}

function write(tree: Tree, changes: ReadonlyMap<Tree, Uint8Array>, out: Uint8Array[]): void {
  const change = changes.get(tree)
  if (change !== undefined) {
    out.push(change)
    return
  }
  switch (tree.is) {
    case 'leaf':
      out.push(tree.bytes)
      return
    case 'sized': {
      const inner = put(tree.inner, changes)
      out.push(integer(inner.length, tree.width), inner)
      return
    }
    case 'list':
      out.push(integer(tree.items.length, tree.width))
      for (const item of tree.items) write(item, changes, out)
      return
    case 'group':
      for (const part of tree.parts) write(part, changes, out)
  }
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  read(grammar: Grammar): Tree {
    switch (grammar.is) {
      case 'uint':
        return { is: 'leaf', bytes: this.#take(grammar.bytes), integer: true }
      case 'fixed':
        return { is: 'leaf', bytes: this.#take(grammar.bytes), integer: false }
      case 'sized': {
        const bytes = this.#take(this.#integer(grammar.width))
        const inner = grammar.inner === null ? null : take(grammar.inner, bytes)
        return { is: 'sized', width: grammar.width, inner: inner ?? { is: 'leaf', bytes, integer: false } }
      }
      case 'list': {
        const count = this.#integer(grammar.width)
        return { is: 'list', width: grammar.width, items: Array.from({ length: count }, () => this.read(grammar.item)) }
      }
      case 'sequence':
        return { is: 'group', parts: grammar.parts.map((part) => this.read(part)) }
      case 'choice': {
        const number = this.#take(1)
        const chosen = grammar.cases.get(number[0] ?? -1)
        if (chosen === undefined) throw new NoSuchValue()
        return { is: 'group', parts: [{ is: 'leaf', bytes: number, integer: true }, this.read(chosen)] }
      }
      case 'rest': {
        const parts: Tree[] = []
        while (this.left > grammar.keep) {
          parts.push({ is: 'leaf', bytes: this.#take(Math.min(grammar.piece, this.left - grammar.keep)), integer: false })
        }
        return { is: 'group', parts }
      }
    }
  }

  #integer(width: number): number {
    return this.#take(width).reduce((value, byte) => value * 256 + byte, 0)
  }

  #take(length: number): Uint8Array {
    if (length > this.left) throw new NoSuchValue()
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }
}

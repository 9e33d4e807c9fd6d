/** Changes of a valid encoding: of its fields, lengths and counts by its layout, and of its bytes as such. */
import { concatBytes, equalBytes, fromHex } from '../../src/bytes.ts'
import { type Grammar, integer, partsOf, put, type Tree, take } from './grammar.ts'
import type { Prng } from './prng.ts'

/** A valid encoding, taken apart if its layout is known. */
export interface Specimen {
  readonly bytes: Uint8Array
  readonly tree: Tree | null
  /** all parts of the tree */
  readonly parts: readonly Tree[]
}

export function specimen(bytes: Uint8Array, grammar: Grammar | null): Specimen {
  if (grammar === null) return { bytes, tree: null, parts: [] }
  const tree = take(grammar, bytes)
  // A layout that is not the codec's would make a fuzzer that knows nothing.
  if (tree === null || !equalBytes(put(tree), bytes)) throw new Error('a valid encoding is not of the layout that it is said to have')
  return { bytes, tree, parts: partsOf(tree) }
}

/** What decoders compare with: the order of the group and of the field, and values around them; a point, and one that is none. */
const SPECIAL: readonly Uint8Array[] = [
  'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140',
  'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142',
  'fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f',
  `79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798${'483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'}`,
  `79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798${'b7c52588d95c3b9aa25b0403f1eef75702e84bb7597aabe663b82f6f04ef2777'}`,
  '00'.repeat(32),
  '00'.repeat(64),
  `${'00'.repeat(31)}01`,
].map((hex) => fromHex(hex, 'special'))

/** Items that a list is blown up to, and bytes that a field is. */
const MANY = 300
const LONG = 5_000

/** Never equal to the specimen on purpose; by chance it may be. `others` lend parts. */
export function mutate(it: Specimen, others: readonly Specimen[], random: Prng): Uint8Array<ArrayBuffer> {
  const changes = new Map<Tree, Uint8Array>()
  if (it.tree !== null && !random.oneIn(6)) {
    do {
      const part = random.pick(it.parts)
      changes.set(part, changed(part, random.pick(others), random))
    } while (random.oneIn(3))
  }
  let bytes = it.tree === null ? new Uint8Array(it.bytes) : put(it.tree, changes)
  if (changes.size > 0 && !random.oneIn(8)) return bytes
  do bytes = roughened(bytes, random.pick(others).bytes, random)
  while (random.oneIn(3))
  return bytes
}

function changed(part: Tree, other: Specimen, random: Prng): Uint8Array {
  switch (part.is) {
    case 'leaf':
      return part.integer ? changedInteger(part.bytes, random) : changedBytes(part.bytes, other, random)
    case 'sized':
      return changedSized(part, other, random)
    case 'list':
      return changedList(part, other, random)
    case 'group':
      return changedGroup(part.parts, random)
  }
}

function changedInteger(bytes: Uint8Array, random: Prng): Uint8Array {
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const wanted = random.pick([0, 1, 2, 3, value - 1, value + 1, value * 2, 0x7f, 0xff, 0x100, 1_000, 1_001, 0xffff, random.next()])
  if (wanted < 0 || random.oneIn(12)) return bytes.map(() => 0xff)
  return integer(wanted, bytes.length)
}

function changedBytes(bytes: Uint8Array, other: Specimen, random: Prng): Uint8Array {
  switch (random.below(9)) {
    case 0:
      return flipped(bytes, random)
    case 1:
      return new Uint8Array(bytes.length).fill(random.pick([0, 1, 0x20, 0x2e, 0x61, 0x80, 0xff]))
    case 2:
      return fitted(random.pick(SPECIAL), bytes.length)
    case 3:
      return bytes.slice(0, Math.max(0, bytes.length - 1 - random.below(3)))
    case 4:
      return concatBytes(bytes, random.bytes(1 + random.below(3)))
    case 5:
      return random.bytes(bytes.length)
    case 6:
      return fitted(leafOf(other, random), bytes.length)
    case 7:
      return leafOf(other, random)
    default:
      return random.oneIn(20) ? random.bytes(random.below(LONG)) : new Uint8Array(0)
  }
}

function changedSized({ width, inner }: Extract<Tree, { is: 'sized' }>, other: Specimen, random: Prng): Uint8Array {
  const bytes = put(inner)
  if (random.oneIn(2)) {
    const lie = random.pick([0, 1, bytes.length - 1, bytes.length + 1, bytes.length * 2, 2 ** (8 * width) - 1, random.next()])
    return concatBytes(integer(Math.max(0, lie), width), bytes)
  }
  const content = changedBytes(bytes, other, random)
  return concatBytes(integer(content.length, width), content)
}

function changedList({ width, items }: Extract<Tree, { is: 'list' }>, other: Specimen, random: Prng): Uint8Array {
  const all: Uint8Array[] = items.map((item) => put(item))
  const at = random.below(all.length)
  let count = 0
  switch (random.oneIn(20) ? -1 : random.below(6)) {
    case 0:
      all.splice(at, 1)
      break
    case 1:
      all.splice(at, 0, all[at] ?? new Uint8Array(0))
      break
    case 2:
      all.reverse()
      break
    case 3:
      all.length = 0
      break
    case 4:
      all.splice(at, 1, leafOf(other, random))
      break
    case 5:
      count = random.pick([-1, 1, 0xff - all.length, 0xffff - all.length, -all.length])
      break
    default: {
      const most = Math.min(MANY, 2 ** (8 * width) - 1)
      while (all.length > 0 && all.length < most) all.push(all[random.below(all.length)] ?? new Uint8Array(0))
    }
  }
  return concatBytes(integer(Math.max(0, all.length + count), width), ...all)
}

function changedGroup(parts: readonly Tree[], random: Prng): Uint8Array {
  const all: Uint8Array[] = parts.map((part) => put(part))
  const [from, to] = [random.below(all.length), random.below(all.length)]
  const one = all[from] ?? new Uint8Array(0)
  if (random.oneIn(3)) all.splice(from, 1)
  else if (random.oneIn(2)) all.splice(to, 0, one)
  else {
    all[from] = all[to] ?? new Uint8Array(0)
    all[to] = one
  }
  return concatBytes(...all)
}

/** Without regard to any layout. */
function roughened(bytes: Uint8Array<ArrayBuffer>, other: Uint8Array, random: Prng): Uint8Array<ArrayBuffer> {
  // Half of the time near the front, where versions, counts and names are.
  const at = random.below(random.oneIn(2) ? Math.min(bytes.length, 120) + 1 : bytes.length + 1)
  switch (random.below(6)) {
    case 0:
      return flipped(bytes, random)
    case 1:
      return bytes.slice(0, at)
    case 2:
      return concatBytes(bytes, random.bytes(1 + random.below(8)))
    case 3:
      return concatBytes(bytes.subarray(0, at), random.bytes(1), bytes.subarray(at))
    case 4:
      return concatBytes(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(4))))
    default:
      return concatBytes(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)))
  }
}

function flipped(bytes: Uint8Array, random: Prng): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes)
  const at = random.below(out.length)
  if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8))
  return out
}

function leafOf({ bytes, parts }: Specimen, random: Prng): Uint8Array {
  if (parts.length === 0) return bytes
  const part = random.pick(parts)
  return part.is === 'leaf' ? part.bytes : put(part)
}

function fitted(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(bytes.subarray(0, length))
  return out
}

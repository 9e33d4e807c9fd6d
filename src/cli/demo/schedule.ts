/** Who signs what, in which order: all of it from the seed, none of it secret. */
import { createHash } from 'node:crypto'
import { copyBytes } from '../../bytes.ts'
import type { Suite, ValidatorId } from '../../index.ts'

export interface Signing {
  /** exactly as many as the key needs */
  readonly signers: readonly ValidatorId[]
  /** 32 bytes: what every suite can sign */
  readonly message: Uint8Array
}

export interface Schedule {
  readonly signings: readonly Signing[]
  /** distinct sets of signers among them */
  readonly signerSets: number
}

/** Above this many sets they are drawn instead of listed. */
const MAX_LISTED_SETS = 1_000

export function makeSchedule(a: {
  seed: string
  suite: Suite
  nodes: readonly ValidatorId[]
  minSigners: number
  messages: number
}): Schedule {
  const draw = seededDraw(`${a.seed}/${a.suite}`)
  const sets =
    binomial(a.nodes.length, a.minSigners) <= MAX_LISTED_SETS
      ? shuffle(subsets(a.nodes, a.minSigners), draw)
      : Array.from({ length: a.messages }, () => shuffle(a.nodes, draw).slice(0, a.minSigners))
  // In turn, so that all sets are in use as soon as there are as many messages; then mixed.
  const signings = Array.from({ length: a.messages }, (_, i) => ({
    signers: sets[i % sets.length] ?? [],
    message: messageOf(a.seed, a.suite, i),
  }))
  const used = new Set(signings.map(({ signers }) => [...signers].sort().join(' ')))
  return { signings: shuffle(signings, draw), signerSets: used.size }
}

function messageOf(seed: string, suite: Suite, index: number): Uint8Array {
  return copyBytes(createHash('sha256').update(`quorate demo/${seed}/${suite}/${index}`).digest())
}

/** A generator of integers in 0..below-1: SHA-256 in counter mode. The bias of the remainder, below 2^-20, does not matter here. */
function seededDraw(seed: string): (below: number) => number {
  let counter = 0
  return (below) => createHash('sha256').update(`${seed}/${counter++}`).digest().readUInt32BE(0) % below
}

function shuffle<T>(items: readonly T[], draw: (below: number) => number): T[] {
  const out: T[] = []
  for (const item of items) {
    // The inside-out form of Fisher and Yates.
    const place = draw(out.length + 1)
    const moved = out[place]
    if (moved === undefined) out.push(item)
    else {
      out.push(moved)
      out[place] = item
    }
  }
  return out
}

function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]]
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]))
}

/** Exact as far as it is used: the product is an integer after every step. */
export function binomial(n: number, k: number): number {
  let value = 1
  for (let i = 1; i <= Math.min(k, n - k); i++) value = (value * (n - i + 1)) / i
  return value
}

/**
 * Large work in pieces that do not need each other, for as many threads as are free: what is cut, how the pieces' results become the whole's, and
 * which error the whole has. The result is the same to the byte as that of the work in one piece, and so is the error for a bad value.
 */
import type { KernelName, Split } from './pieces.ts'
import { splitJob } from './split-jobs.ts'
import { splitOperation } from './split-operations.ts'
import type { Failure, Outcome, SingleWork } from './work.ts'

/**
 * @param count as many pieces as there are threads for them, at least two
 * @param kernel the threads', whose operations differ in what they cost beside each other
 * @returns null when the work cannot be cut, or not into two: then it runs whole, which also finds what is wrong with its structure
 */
export function splitWork(work: SingleWork, count: number, kernel: KernelName): Split | null {
  switch (work.type) {
    case 'ping':
      return null
    case 'operation':
      return splitOperation(work.name, work.args, count)
    case 'job':
      return splitJob(work, count, kernel)
  }
}

const ITEM_OF_FIELD = /^(\w+)\[(\d+)\](.*)$/s

/**
 * The whole's failure from those of some pieces. A lost thread comes first: then nobody knows what the rest would have said. Of bad values the one that
 * the whole would have found first: fields in the order of the arguments, then items in their order.
 */
export function failureOfWhole({ offsets }: Split, outcomes: readonly Outcome[]): Failure | null {
  const failures = outcomes.flatMap((outcome, piece) => (outcome.ok ? [] : [{ outcome, ...locate(outcome, piece, offsets) }]))
  const fatal = failures.find(({ outcome }) => outcome.code !== 'ERR_INVALID_ARGUMENT')
  if (fatal !== undefined) return fatal.outcome
  // What has no items of its own (the g of a sum of products) is looked at last.
  const listed = Object.keys(offsets)
  const rank = (name: string): number => (listed.includes(name) ? listed.indexOf(name) : listed.length)
  failures.sort((a, b) => rank(a.name) - rank(b.name) || a.item - b.item)
  const [first] = failures
  return first === undefined ? null : { ...first.outcome, field: first.field }
}

interface Location {
  readonly name: string
  readonly item: number
  readonly field: string | null
}

function locate({ field }: Failure, piece: number, offsets: Split['offsets']): Location {
  const [, name = '', item = '0', rest = ''] = ITEM_OF_FIELD.exec(field ?? '') ?? []
  const offset = offsets[name]?.[piece]
  if (offset === undefined) return { name: field ?? '', item: 0, field }
  return { name, item: Number(item) + offset, field: `${name}[${Number(item) + offset}]${rest}` }
}

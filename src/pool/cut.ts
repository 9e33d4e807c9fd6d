/**
 * SingleWork in pieces, ready to leave: each with copies of its own. SingleWork that starts at once is cut from what the caller gave, so that its bytes are copied
 * once and not twice (the commitments of a hundred dealers are 430 kB); what had to wait is cut from the copies that waited.
 */
import { assertJobArguments } from './job-arguments.ts'
import type { KernelName, Split } from './pieces.ts'
import { copyPlain, NotPlain } from './plain.ts'
import { splitWork } from './split.ts'
import type { SingleWork } from './work.ts'

export interface Parcel {
  readonly work: SingleWork
  /** the memory of all arrays in it */
  readonly arrays: readonly Uint8Array<ArrayBuffer>[]
}

export interface Cut {
  readonly split: Split
  readonly parcels: readonly Parcel[]
  /** our copy of what the pieces' results are combined with */
  readonly kept: unknown
  /** its memory, to be wiped after */
  readonly arrays: readonly Uint8Array<ArrayBuffer>[]
}

/** Null when the work cannot be cut, for whatever reason: then it goes whole, and whoever takes it whole says what is wrong with it. */
export function cutWork(work: SingleWork, count: number, kernel: KernelName): Cut | null {
  const split = count < 2 ? null : splitWork(work, count, kernel)
  if (split === null) return null
  const made: Uint8Array<ArrayBuffer>[] = []
  const copy = <T>(value: T): { readonly value: T; readonly arrays: readonly Uint8Array<ArrayBuffer>[] } => {
    const arrays: Uint8Array<ArrayBuffer>[] = []
    const copied = copyPlain(value, arrays)
    made.push(...arrays)
    return { value: copied, arrays }
  }
  try {
    const parcels = split.pieces.map((piece): Parcel => {
      const { value, arrays } = copy<unknown>(piece.args)
      return { work: { ...piece, args: value } as SingleWork, arrays }
    })
    const { value: kept, arrays } = copy(split.kept ?? null)
    return { split, parcels, kept, arrays }
  } catch (error) {
    for (const array of made) array.fill(0)
    if (error instanceof NotPlain) return null
    throw error
  } finally {
    for (const secret of split.secrets ?? []) secret.fill(0)
  }
}

/** The same for arguments that nobody has looked at yet. */
export function cutGiven(given: SingleWork, count: number, kernel: KernelName): Cut | null {
  if (count < 2) return null
  try {
    if (given.type === 'job') assertJobArguments(given.name, given.args)
  } catch {
    return null
  }
  return cutWork(given, count, kernel)
}

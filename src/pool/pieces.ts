/** The form of work that was cut into pieces. */
import type { Kernel, KernelInfo } from '../kernel/contract.ts'
import type { SingleWork } from './work.ts'

export type Piece = Exclude<SingleWork, { type: 'ping' }>

export type KernelName = KernelInfo['name']

export interface Split {
  /** at least two; their arrays may be views of the whole's */
  readonly pieces: readonly Piece[]
  /** secret arrays that were made for the cutting: to be wiped once each piece has its copies */
  readonly secrets?: readonly Uint8Array[]
  /** item i of a field in a piece's error is item i + offsets[field][piece] of the whole's; a field that is not listed is the whole's own */
  readonly offsets: Readonly<Record<string, readonly number[]>>
  /** of the whole's arguments what `combine` needs, to be copied with the pieces; numbers alone it may take from the arguments themselves */
  readonly kept?: unknown
  /**
   * The whole's result from the pieces', in their order, on the calling thread: little work. It owns the values and wipes those secrets in them that
   * the result does not hand on.
   *
   * @param kept the copy
   */
  combine(kernel: Kernel, values: readonly unknown[], kept: unknown): unknown
}

/** `from` and `to` of each of `count` nearly equal parts of 0..total. */
export function rangesOf(total: number, count: number): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: count }, (_, i) => ({ from: Math.floor((i * total) / count), to: Math.floor(((i + 1) * total) / count) }))
}

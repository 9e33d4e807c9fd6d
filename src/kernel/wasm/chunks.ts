/** Batches larger than the module's arena are processed in chunks; an operation gives its items' sizes. */
import { QuorateError } from '../../errors.ts'
import type { KernelInstance } from './instance.ts'

/** A batch and the size of its items. */
export interface Column {
  readonly batch: Uint8Array
  readonly itemBytes: number
}

/** `from` and `count` of each chunk of at most `limit` of n items. */
export function* chunksOf(n: number, limit: number): Generator<{ readonly from: number; readonly count: number }> {
  for (let from = 0; from < n; from += limit) yield { from, count: Math.min(limit, n - from) }
}

export function rows(column: Column, from: number, count: number): Uint8Array {
  return column.batch.subarray(from * column.itemBytes, (from + count) * column.itemBytes)
}

export interface ItemwiseOperation {
  readonly n: number
  readonly limit: number
  readonly inputs: readonly Column[]
  /** after the columns of every chunk: inputs that are the same for all items */
  readonly shared?: readonly Uint8Array[]
  readonly outputItemBytes: number
  call(count: number): number
  /** throws the error of the value that the module refused */
  refuse(): void
}

/** An operation whose output item i depends on item i of each input only. */
export function runItemwise(instance: KernelInstance, operation: ItemwiseOperation): Uint8Array<ArrayBuffer> {
  const { n, limit, inputs, outputItemBytes, shared = [] } = operation
  const out = new Uint8Array(n * outputItemBytes)
  for (const { from, count } of chunksOf(n, limit)) {
    const done = instance.use(count * outputItemBytes, () => {
      instance.put(...inputs.map((column) => rows(column, from, count)), ...shared)
      if (operation.call(count) !== 1) return false
      instance.get(out, from * outputItemBytes, count * outputItemBytes)
      return true
    })
    if (!done) {
      out.fill(0)
      refused(operation.refuse)
    }
  }
  return out
}

/** Runs `refuse`; that it finds nothing would be a fault of the kernel. */
export function refused(refuse: () => void): never {
  refuse()
  throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'the kernel refused values that are in range' })
}

/**
 * One instance of the module with a memory of its own: copies inputs in, makes one call, copies the output out and wipes, whatever happens.
 * The memory never grows, so the views stay valid.
 */
import { QuorateError } from '../../errors.ts'
import type { CompiledKernel } from './module.ts'
import { type WasmMemory, webAssembly } from './webassembly.ts'

/** The module's operations: counts in, 1 (done) or 0 (an input value is refused) out; see assembly/operations. */
export interface KernelExports {
  readonly memory: WasmMemory
  initialise(): void
  wipe(inputBytes: number, outputBytes: number): void
  mapIsSound(): number
  inputAddress(): number
  inputBytes(): number
  outputAddress(): number
  outputBytes(): number
  tablesBytes(): number
  firstBadPoint(n: number): number
  firstBadScalar(n: number): number
  scalarAddBatch(n: number): number
  scalarMulBatch(n: number): number
  scalarInvertBatch(n: number): number
  scalarSumBatch(n: number): number
  evaluatePolynomial(t: number, m: number): number
  lagrange(m: number, from: number, count: number): number
  signatureShares(n: number, bound: number): number
  baseMul(n: number): number
  baseMulVar(n: number): number
  mul(n: number): number
  mulVar(n: number): number
  msmVar(n: number, generator: number): number
  sumColumns(rows: number, columns: number): number
  checkPoints(n: number): number
  compress(n: number): number
  decompress(n: number): number
  differencesBegin(vectors: number, t: number): number
  differencesBlock(vectors: number, rows: number): number
  differencesNext(vectors: number, count: number): number
  evaluateBegin(vectors: number, m: number): number
  evaluateBlock(vectors: number, rows: number): number
  evaluateEnd(vectors: number): number
  verifySignatureShares(m: number, weighted: number): number
  verifySignatures(m: number, suite: number, weighted: number): number
  /** single field and scalar operations, for tests */
  fieldTest(operation: number, times: number): number
  scalarTest(operation: number): number
  /** 1 when the module has the two-lane field and this machine computes it exactly */
  roundsOnce(): number
  pairTest(operation: number, times: number): number
}

export class KernelInstance {
  readonly exports: KernelExports
  readonly #input: Uint8Array
  readonly #output: Uint8Array
  #inputUsed = 0
  #outputUsed = 0

  /** @throws ERR_KERNEL_INTEGRITY when the module does not match this code */
  constructor(compiled: Pick<CompiledKernel, 'module'>) {
    const { exports } = new webAssembly.Instance(compiled.module)
    // The module's digest was checked, so that its exports are those of assembly/index.ts.
    this.exports = exports as unknown as KernelExports
    this.exports.initialise()
    if (this.exports.mapIsSound() !== 1) throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'the memory map is not sound' })
    const { buffer } = this.exports.memory
    this.#input = new Uint8Array(buffer, this.exports.inputAddress(), this.exports.inputBytes())
    this.#output = new Uint8Array(buffer, this.exports.outputAddress(), this.exports.outputBytes())
  }

  /** Lays the inputs end to end. */
  put(...inputs: readonly Uint8Array[]): void {
    let offset = 0
    for (const input of inputs) {
      this.#inputUsed = Math.max(this.#inputUsed, offset + input.length)
      this.#input.set(input, offset)
      offset += input.length
    }
  }

  /** Puts rows of one width from larger batches: `row(i)` for i < count. */
  putRows(count: number, rowBytes: number, row: (i: number) => Uint8Array): void {
    this.#inputUsed = Math.max(this.#inputUsed, count * rowBytes)
    for (let i = 0; i < count; i++) this.#input.set(row(i), i * rowBytes)
  }

  /** Copies `length` bytes of the output area, from `offset`, into `out` at `at`. */
  get(out: Uint8Array, at: number, length: number, offset = 0): void {
    this.#outputUsed = Math.max(this.#outputUsed, offset + length)
    out.set(this.#output.subarray(offset, offset + length), at)
  }

  /**
   * Runs `body`, which puts, calls and gets, and then zeroes scratch, input and output, also when it throws.
   * `outputBytes`: the most that its calls may write.
   */
  use<T>(outputBytes: number, body: () => T): T {
    this.#outputUsed = outputBytes
    try {
      return body()
    } finally {
      this.exports.wipe(this.#inputUsed, this.#outputUsed)
      this.#inputUsed = 0
      this.#outputUsed = 0
    }
  }
}

/**
 * The promised surface of `quorate/kernel`, written a second time: `conforms.ts` compares the package's own declarations with it. A change
 * that breaks users breaks the comparison first. What is here keeps its meaning; the package may offer more.
 */
export type Scalar = Uint8Array
export type Point64 = Uint8Array
export type Point33 = Uint8Array
export type Batch = Uint8Array
export type Mask = Uint8Array
export type Suite = 'secp256k1-sha256' | 'bip340' | 'evm'

export interface KernelInfo {
  readonly name: 'baseline' | 'integer' | 'fma'
  readonly wasmSha256: string | null
  readonly tablesBytes: number
  readonly initMs: number
}

export interface Kernel {
  readonly info: KernelInfo
  baseMul(scalars: Batch): Batch
  baseMulVar(scalars: Batch): Batch
  mul(points: Batch, scalars: Batch): Batch
  mulVar(points: Batch, scalars: Batch): Batch
  msmVar(points: Batch, scalars: Batch, g?: Scalar): Point64
  sum(points: Batch, columns: number): Batch
  evaluateInExponent(commitments: Batch, t: number, indices: readonly number[]): Batch
  verifyShares(commitments: Batch, t: number, index: number, shares: Batch): Mask
  evaluatePolynomial(coefficients: Batch, indices: readonly number[]): Batch
  lagrange(indices: readonly number[]): Batch
  signatureShares(a: {
    hiding: Batch
    binding: Batch | null
    bindingFactors: Batch | null
    negate: Uint8Array
    multipliers: Batch
    share: Scalar
  }): Batch
  verifySignatureShares(a: { shares: Batch; noncePoints: Batch; verifyingShares: Batch; multipliers: Batch }): Mask
  verifySignatures(a: { suite: Suite; publicKeys: Batch; challenges: Batch; signatures: Batch }): Mask
  checkPoints(points: Batch): Mask
  compress(points: Batch): Batch
  decompress(points: Batch): { points: Batch; valid: Mask }
  scalarAdd(a: Batch, b: Batch): Batch
  scalarMul(a: Batch, b: Batch): Batch
  scalarInvert(a: Batch): Batch
}

export interface KernelModule {
  loadWasmKernel(options?: { kernel?: 'auto' | 'integer' | 'fma' }): Promise<Kernel>
  createBaselineKernel(): Kernel
}

type Operation = { [P in keyof Kernel]: Kernel[P] extends (...a: infer _A) => infer _R ? P : never }[keyof Kernel]

export type AsyncKernel = {
  readonly [P in Operation]: Kernel[P] extends (...a: infer A) => infer R ? (...a: A) => Promise<R> : never
} & { readonly info: KernelInfo }

export interface PoolOptions {
  workers?: number
  kernel?: 'auto' | 'integer' | 'fma' | 'baseline'
  maxQueue?: number
  inlineBelowMicros?: number
  signal?: AbortSignal
}

export interface PoolStats {
  workers: number
  queued: number
  running: number
  completed: number
  inline: number
  lostWorkers: number
  utilization: number
  runMs: { p50: number; p99: number }
  waitMs: { p50: number; p99: number }
}

/** `stats()` gives PoolStats, or more. */
export interface KernelPoolInstance {
  [Symbol.asyncDispose](): Promise<void>
  readonly kernel: AsyncKernel
  withSignal(signal: AbortSignal): AsyncKernel
  close(): Promise<void>
}

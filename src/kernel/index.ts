/** The public list of `quorate/kernel`: the arithmetic as synchronous functions over bytes, loaded once. */

export { createBaselineKernel } from './baseline/index.ts'
export type {
  Batch,
  Kernel,
  KernelInfo,
  Mask,
  Point33,
  Point64,
  Scalar,
  SignatureSharesInput,
  Suite,
  VerifySignatureSharesInput,
  VerifySignaturesInput,
} from './contract.ts'
export { loadWasmKernel } from './wasm/index.ts'

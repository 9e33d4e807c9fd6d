/**
 * The public list of `quorate/kernel`: the arithmetic, synchronous, and the pool that runs it off the calling thread. It stands here and not
 * in kernel/ because kernel/ knows nothing of pool/. May import kernel/, pool/ and `errors`.
 */

export { type ErrorCode, QuorateError } from './errors.ts'
export * from './kernel/index.ts'
export { type AsyncKernel, KernelPool, type PoolOptions, type PoolStats } from './pool/index.ts'

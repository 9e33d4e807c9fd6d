/** The list of what pool/ offers to other folders. */
export type { AsyncKernel, PoolOptions, PoolStats } from './contract.ts'
export { wipeResult } from './executor.ts'
export { KernelPool } from './kernel-pool.ts'

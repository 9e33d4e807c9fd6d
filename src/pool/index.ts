/** The list of what pool/ offers to other folders. */
export type { AsyncKernel, PoolOptions, PoolStats } from './contract.ts'
export { KernelPool } from './kernel-pool.ts'

import type { Kernel } from '../../kernel/contract.ts'
import type { JobArgs, JobName, JobResult } from './contract.ts'

/** One job: pure, synchronous, over plain data. */
export interface JobDefinition<N extends JobName> {
  run(kernel: Kernel, args: JobArgs<N>): JobResult<N>
  /**
   * Many such jobs at once, where that saves work: their results in their order, each the same to the byte as `run` gives, with arrays of its own. Throws
   * if one of them would throw; then they are run one by one.
   */
  runMany?(kernel: Kernel, list: readonly JobArgs<N>[]): readonly JobResult<N>[]
  /** expected time of `run` on the WebAssembly kernel, in microseconds: decides between a worker and inline */
  estimateMicros(args: JobArgs<N>): number
  /** the secret arrays among the arguments: a worker wipes its copies after the run */
  secretsOf(args: JobArgs<N>): readonly Uint8Array[]
  /** the secret arrays of a result: a worker wipes its copies once they were sent */
  secretsOfResult(result: JobResult<N>): readonly Uint8Array[]
}

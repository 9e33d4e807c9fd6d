/**
 * The code of a worker thread. The calling thread compiled the module; each thread has an instance and a memory of its own, made when the
 * thread starts, so that the first work does not pay for it. Nothing is thrown from here: a kernel that cannot be made is the answer to all work.
 */
import { workerData } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { Kernel } from '../kernel/contract.ts'
import { Executor } from './executor.ts'
import { instantiate, type KernelPlan } from './kernel-plan.ts'
import type { Request, Response } from './work.ts'

const plan: KernelPlan = workerData
const executor = new Executor((): Kernel => instantiate(plan))
executor.execute({ type: 'ping' })

export default function answer({ id, work }: Request): unknown {
  const { outcome, buffers } = executor.execute(work)
  const response: Response = { id, outcome }
  // Transferred, so that no copy of a secret result stays in this thread.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: response })
}

/** Runs one piece of work on this thread's kernel: the same code in a worker and on the calling thread, so the same results. */
import { wipe } from '../bytes.ts'
import type { JobName } from '../crypto/jobs/contract.ts'
import { jobs } from '../crypto/jobs/index.ts'
import { QuorateError } from '../errors.ts'
import type { Kernel } from '../kernel/contract.ts'
import { arraysIn, ownResult } from './plain.ts'
import { failureOf, type Outcome, type SingleWork, type Work } from './work.ts'

export interface Execution {
  readonly outcome: Outcome
  /** the buffers of the result, all exact and the result's alone: what to transfer */
  readonly buffers: readonly ArrayBuffer[]
}

/** A definition by a name that is only known at run time: the executor moves arguments and results without looking inside. */
interface AnyJob {
  run(kernel: Kernel, args: unknown): unknown
  runMany?(kernel: Kernel, list: readonly unknown[]): readonly unknown[]
  estimateMicros(args: unknown): number
  secretsOf(args: unknown): readonly Uint8Array[]
  secretsOfResult(result: unknown): readonly Uint8Array[]
}

export function definitionOf(name: JobName): AnyJob {
  return jobs[name]
}

export class Executor {
  readonly #instantiate: () => Kernel
  #kernel: Kernel | null

  /** @param kernel one that there is already */
  constructor(instantiate: () => Kernel, kernel: Kernel | null = null) {
    this.#instantiate = instantiate
    this.#kernel = kernel
  }

  /** @throws ERR_KERNEL_INTEGRITY */
  kernel(): Kernel {
    this.#kernel ??= this.#instantiate()
    return this.#kernel
  }

  /** Never throws. The arguments are the executor's to wipe: theirs must be copies. */
  execute(work: Work): Execution {
    try {
      return this.#run(work)
    } catch (error) {
      // After a trap nobody knows what state the instance is in: the next work gets a new one.
      if (!(error instanceof QuorateError)) this.#kernel = null
      return { outcome: failureOf(error), buffers: [] }
    } finally {
      wipeArguments(work)
    }
  }

  /** The end of work that ran in pieces elsewhere. Never throws. */
  finish(combine: (kernel: Kernel) => unknown): Outcome {
    try {
      return { ok: true, value: combine(this.kernel()) }
    } catch (error) {
      if (!(error instanceof QuorateError)) this.#kernel = null
      return failureOf(error)
    }
  }

  #run(work: Work): Execution {
    const kernel = this.kernel()
    switch (work.type) {
      case 'ping':
        return { outcome: { ok: true, value: null }, buffers: [] }
      case 'operation':
        return handOver(work.args, Reflect.apply(kernel[work.name], kernel, work.args), [])
      case 'job': {
        const definition = definitionOf(work.name)
        const result = definition.run(kernel, work.args)
        return handOver(work.args, result, definition.secretsOfResult(result))
      }
      case 'jobs':
        return this.#runJobs(work)
    }
  }

  /** Together where the job can do that, else one by one; also when one of them fails, which must not be the others' failure. */
  #runJobs({ name, list }: Extract<Work, { type: 'jobs' }>): Execution {
    const definition = definitionOf(name)
    const results = this.#together(definition, list)
    const executions = list.map((args, i): Execution => {
      try {
        const result = results === null ? definition.run(this.kernel(), args) : results[i]
        return handOver(args, result, definition.secretsOfResult(result))
      } catch (error) {
        if (!(error instanceof QuorateError)) this.#kernel = null
        return { outcome: failureOf(error), buffers: [] }
      }
    })
    return {
      outcome: { ok: true, value: executions.map(({ outcome }) => outcome) },
      buffers: executions.flatMap(({ buffers }) => buffers),
    }
  }

  #together(definition: AnyJob, list: readonly unknown[]): readonly unknown[] | null {
    try {
      return definition.runMany?.(this.kernel(), list) ?? null
    } catch (error) {
      if (!(error instanceof QuorateError)) this.#kernel = null
      return null
    }
  }
}

function handOver(args: unknown, result: unknown, secrets: readonly Uint8Array[]): Execution {
  const foreign = new Set(arraysIn(args).map((array) => array.buffer))
  const { value, buffers } = ownResult(result, (buffer) => foreign.has(buffer))
  // Transferring empties the arrays that go out as they are; of those that went out as copies the originals stay behind.
  for (const secret of secrets) if (!(secret.buffer instanceof ArrayBuffer && buffers.has(secret.buffer))) wipe(secret)
  return { outcome: { ok: true, value }, buffers: [...buffers] }
}

/** An operation does not say which of its scalars are secret, so all its copies go; a job does. */
export function wipeArguments(work: Work): void {
  if (work.type === 'operation') wipe(...arraysIn(work.args))
  else if (work.type === 'job') wipe(...secretArguments(work.name, work.args))
  else if (work.type === 'jobs') for (const args of work.list) wipe(...secretArguments(work.name, args))
}

function secretArguments(name: JobName, args: unknown): readonly Uint8Array[] {
  try {
    const secrets = definitionOf(name).secretsOf(args)
    if (secrets.every((secret) => secret instanceof Uint8Array)) return secrets
  } catch {}
  // Arguments too malformed to find the secrets in them: all bytes go.
  return arraysIn(args)
}

/** Of a result that nobody will take. */
export function wipeResult(work: SingleWork, result: unknown): void {
  if (work.type === 'ping') return
  wipe(...(work.type === 'operation' ? arraysIn(result) : definitionOf(work.name).secretsOfResult(result)))
}

/**
 * Work that waits, first come first served, and the jobs of one name in it that may leave together: what many ceremonies ask at about the same time is
 * one message to a thread instead of hundreds, and their mathematics shares inversions and verifications.
 */
import type { QuorateError } from '../errors.ts'
import type { SingleWork } from './work.ts'

export interface Task {
  /** what it is expected to take */
  readonly micros: number
  /** arguments are our copies, unless it runs in pieces, which have their own */
  readonly work: SingleWork
  /** the memory of all arrays that we copied and still have */
  arrays: readonly Uint8Array<ArrayBuffer>[]
  readonly queued: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: QuorateError) => void
  /** gives the abort callback back */
  release: () => void
  settled: boolean
}

/** Jobs in one message: with thousands of tiny ones the answer would come late for the first, and the message would be large. */
const MAX_TOGETHER = 256

/** Tasks of one name in the order of their coming. */
interface Kind {
  readonly tasks: Set<Task>
  micros: number
}

export class WaitingTasks {
  /** Sets keep insertion order and give any member back at once. */
  readonly #all = new Set<Task>()
  readonly #kinds = new Map<string, Kind>()

  get size(): number {
    return this.#all.size
  }

  add(task: Task): void {
    this.#all.add(task)
    if (task.work.type !== 'job') return
    const kind = this.#kinds.get(task.work.name) ?? { tasks: new Set<Task>(), micros: 0 }
    this.#kinds.set(task.work.name, kind)
    kind.tasks.add(task)
    kind.micros += task.micros
  }

  delete(task: Task): void {
    if (!this.#all.delete(task) || task.work.type !== 'job') return
    const kind = this.#kinds.get(task.work.name)
    if (kind === undefined) return
    kind.tasks.delete(task)
    kind.micros -= task.micros
    if (kind.tasks.size === 0) this.#kinds.delete(task.work.name)
  }

  /** Expected time of all jobs that could leave with this one, itself included. */
  microsWith({ work, micros }: Task): number {
    return work.type === 'job' ? (this.#kinds.get(work.name)?.micros ?? micros) : micros
  }

  first(): Task | undefined {
    for (const task of this.#all) return task
    return undefined
  }

  /**
   * Takes out the one that came first, and with it others of its name, in their order, while they are expected to take no longer than `micros` in all.
   *
   * @returns empty when nothing waits
   */
  take(micros: number): Task[] {
    const first = this.first()
    if (first === undefined) return []
    const taken = [first]
    let total = first.micros
    const others = first.work.type === 'job' ? (this.#kinds.get(first.work.name)?.tasks ?? []) : []
    for (const task of others) {
      if (task === first) continue
      total += task.micros
      if (total > micros || taken.length >= MAX_TOGETHER) break
      taken.push(task)
    }
    for (const task of taken) this.delete(task)
    return taken
  }

  /** Takes everything out. */
  clear(): Task[] {
    const all = [...this.#all]
    this.#all.clear()
    this.#kinds.clear()
    return all
  }
}

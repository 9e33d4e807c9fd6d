/**
 * A pool's threads, for tests that end one on purpose. Kept beside the class and out of its type: an embedder has no business with them.
 */
import type { Worker } from 'node:worker_threads'

const registry = new WeakMap<object, () => readonly Worker[]>()

export function registerThreads(pool: object, read: () => readonly Worker[]): void {
  registry.set(pool, read)
}

export function threadsOf(pool: object): readonly Worker[] {
  return registry.get(pool)?.() ?? []
}

/**
 * A node tells its operator what went wrong by process warnings. A test that provokes them says which it expects; they are kept off the output, where
 * they would look like failures, and any other warning fails the test.
 */
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect } from 'vitest'

export interface Warnings {
  /** Resolves with all that match so far, once there is one; the test's own timeout ends a wait that never does. */
  expected(pattern: RegExp): Promise<readonly string[]>
  /** May come or not. */
  allowed(pattern: RegExp): void
}

/** For every test of the file or `describe` that calls it. */
export function captureWarnings(): Warnings {
  let heard: string[] = []
  let patterns: RegExp[] = []
  let others: NodeJS.WarningListener[] = []
  const listen = (warning: Error): void => void heard.push(`${warning.name}: ${warning.message}`)
  beforeEach(() => {
    heard = []
    patterns = []
    // Node prints by a listener of its own.
    others = process.listeners('warning')
    process.removeAllListeners('warning')
    process.on('warning', listen)
  })
  afterEach(async () => {
    // A warning is emitted in the next tick.
    await setImmediate()
    process.off('warning', listen)
    for (const other of others) process.on('warning', other)
    expect(heard.filter((text) => !patterns.some((pattern) => pattern.test(text)))).toEqual([])
  })
  return {
    allowed: (pattern) => void patterns.push(pattern),
    expected: async (pattern) => {
      patterns.push(pattern)
      while (!heard.some((text) => pattern.test(text))) await setImmediate()
      return heard.filter((text) => pattern.test(text))
    },
  }
}

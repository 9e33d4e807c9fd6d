/**
 * A node as the business of a whole process: it runs until it is told to stop or cannot go on, and what goes wrong in this process ends it in the log.
 */
import { isMainThread } from 'node:worker_threads'
import { QuorateError } from '../errors.ts'
import type { NodeConfig } from './config/node.ts'
import { type OpenLog, openLog } from './logs.ts'
import { type RunningNode, startNode } from './start.ts'

export interface RunOptions {
  /** told to stop */
  readonly signal: AbortSignal
  /** in the place of the configuration's */
  readonly graceMs?: number
}

/** For draining and closing, beyond the grace of ceremonies. */
const CLOSING_MS = 15_000

/** Resolves when the node was told to stop and has. @throws (rejects with) as startNode; ERR_BUS when the connection to the broker is gone for good */
export async function runNode(config: NodeConfig, { signal, graceMs = config.limits.graceMs }: RunOptions): Promise<void> {
  // What this process makes is its user's alone, whoever makes it; threads of others may not decide that.
  if (isMainThread) process.umask(0o077)
  const opened = openLog({ settings: config.log, fields: { validator: config.self } })
  const { log } = opened
  const unhook = hookProcess(opened)
  try {
    let node: RunningNode
    try {
      node = await startNode(config, { log, signal })
    } catch (error) {
      if (signal.aborted && error instanceof QuorateError && error.code === 'ERR_ABORTED')
        return log.info({}, 'told to stop before the node ran')
      throw error
    }
    const deadline = (): NodeJS.Timeout => setTimeout(() => exitNow(opened, 'the node did not close in time'), graceMs + CLOSING_MS)
    let timer: NodeJS.Timeout | null = null
    try {
      await Promise.race([aborted(signal), node.failed])
    } finally {
      timer = deadline()
      await node.close({ graceMs: signal.aborted ? graceMs : 0 })
      clearTimeout(timer)
    }
  } catch (error) {
    log.fatal({ error }, 'the node cannot run')
    throw error
  } finally {
    unhook()
    opened.close()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** What is nobody's in this process is the log's: warnings as lines, and errors that nothing caught as the last one. */
function hookProcess(opened: OpenLog): () => void {
  const { log } = opened
  const handlers = {
    warning: (warning: Error): void => {
      // Ours say what happened, without secrets; others are told by name.
      if (warning.name === 'QuorateWarning') log.warn({}, warning.message)
      else log.warn({ error: warning }, 'a warning of the platform')
    },
    uncaughtException: (error: unknown): void => {
      log.fatal({ error }, 'an error that nothing caught')
      exitNow(opened, 'the node ends')
    },
    SIGHUP: (): void => {
      opened.reopen()
      log.info({}, 'log reopened')
    },
  }
  // Node prints warnings to stderr, between the lines of the log, unless its own listener goes.
  const before = process.listeners('warning')
  process.removeAllListeners('warning')
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler)
  return () => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler)
    for (const listener of before) process.on('warning', listener)
  }
}

function exitNow(opened: OpenLog, message: string): void {
  opened.log.fatal({}, message)
  opened.close()
  process.exit(1)
}

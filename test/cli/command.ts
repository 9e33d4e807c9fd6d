/** The built command as a process; and the same in this one, where there are many cases and a process each would take too long. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { ROOT } from '../project/sources.ts'

const MAIN = path.join(ROOT, 'dist', 'src', 'cli', 'main.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function start(args: readonly string[], env: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return {
    child,
    ended: once(child, 'close').then(([code]: unknown[]) => ({ code: typeof code === 'number' ? code : null, stdout, stderr })),
  }
}

export const quorate = (...args: string[]): Promise<Ended> => start(args).ended

export async function inProcess(...args: string[]): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  // A command that keeps its files to itself sets the mask of its process, which other tests share here.
  const mask = process.umask()
  const code = await runCommandLine(args, {
    writeResult: (text) => {
      stdout += `${text}\n`
    },
    log: (text) => {
      stderr += `${text}\n`
    },
    terminal: null,
    signal: new AbortController().signal,
  })
  process.umask(mask)
  return { code, stdout, stderr }
}

export function oneLine({ stdout }: Ended): Record<string, unknown> {
  expect(stdout.endsWith('\n')).toBe(true)
  expect(stdout.trimEnd().split('\n').length).toBe(1)
  const value: unknown = JSON.parse(stdout)
  if (typeof value !== 'object' || value === null) throw new Error('not an object')
  return { ...value }
}

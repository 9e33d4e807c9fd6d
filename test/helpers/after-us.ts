/**
 * Something to be done when this process is gone, whatever ended it: SIGKILL runs no handler of ours. A shell waits at the end of a pipe that closes with
 * us, and then does it.
 */
import { spawn } from 'node:child_process'

/**
 * @param script for `sh -c`, with `$1` for the argument
 * @returns the function that calls it off
 */
export function afterUs(script: string, argument: string): () => void {
  const shell = spawn('sh', ['-c', `cat > /dev/null; ${script}`, 'sh', argument], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  // A system without a shell does without.
  shell.once('error', () => {})
  shell.stdin?.once('error', () => {})
  shell.unref()
  // The pipe of a child is a socket, which would keep us alive as well.
  const { stdin } = shell
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return () => void shell.kill('SIGKILL')
}

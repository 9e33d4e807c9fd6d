#!/usr/bin/env node
/** The `quorate` command. cli/ may import everything; nothing imports cli/. */
import { setMaxListeners } from 'node:events'
import { runCommandLine } from './program.ts'

const interrupt = new AbortController()
// Every ceremony in flight listens to it: many listeners are no leak here.
setMaxListeners(0, interrupt.signal)
// The first signal ends cleanly, a second one at once: not left to the default handlers, which the first process of a container does not have.
let told = false
const CODES = { SIGINT: 130, SIGTERM: 143 } as const
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (told) process.exit(CODES[signal])
    told = true
    interrupt.abort()
  })
}
// A reader that stops early (`quorate demo | head -1`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2), {
  writeResult: (text) => void process.stdout.write(`${text}\n`),
  log: (text) => void process.stderr.write(`${text}\n`),
  terminal: process.stderr.isTTY === true ? process.stderr : null,
  signal: interrupt.signal,
})

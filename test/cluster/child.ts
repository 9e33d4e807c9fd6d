/**
 * A process that a harness started: its output line by line, its end, and the certainty that it does not outlive us. Whoever ends without calling
 * `end` (a test that failed, an uncaught error, a signal) takes its processes along, by their ids.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { afterUs } from '../helpers/after-us.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

interface Waiting {
  readonly wanted: (line: string) => boolean
  readonly found: (line: string) => void
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export class Child {
  readonly name: string
  readonly ended: Promise<Ended>
  /** stdout and stderr, in the order in which they came */
  readonly lines: string[] = []
  readonly #child: ChildProcess
  readonly #log: WriteStream
  readonly #waiting = new Set<Waiting>()
  readonly #callOff: () => void
  #stdout = ''
  #over = false

  /** @param logFile what it writes is appended there */
  constructor(name: string, command: string, args: readonly string[], logFile: string, env: Readonly<Record<string, string>> = {}) {
    this.name = name
    this.#log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(this.#child)
    this.#callOff = this.#child.pid === undefined ? () => {} : afterUs('kill -9 "$1"', String(this.#child.pid))
    this.#read(this.#child.stdout, (text) => {
      this.#stdout += text
    })
    this.#read(this.#child.stderr, () => {})
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#line(`${command}: ${error.message}`)
        this.#close(resolve, { code: null, signal: null })
      })
      this.#child.once('close', (code, signal) => this.#close(resolve, { code, signal }))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get over(): boolean {
    return this.#over
  }

  /** All of stdout so far. */
  get stdout(): string {
    return this.#stdout
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#over) this.#child.kill(signal)
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.signal(signal)
    return this.ended
  }

  /** The first line, of those to come and those that came, that is wanted. Rejects with all lines when the process ends without it, or too late. */
  async line(wanted: (line: string) => boolean, timeoutMs = 60_000): Promise<string> {
    const known = this.lines.find(wanted)
    if (known !== undefined) return known
    if (this.#over) throw new Error(this.#silent('ended'))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        wanted,
        found: (line) => {
          done()
          resolve(line)
        },
      }
      const fail = (why: string) => {
        done()
        reject(new Error(this.#silent(why)))
      }
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs)
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
      }
      this.#waiting.add(waiting)
      void this.ended.then(() => fail('ended'))
    })
  }

  #silent(why: string): string {
    return `${this.name}: ${why} without the line that was waited for; it wrote:\n${this.lines.slice(-40).join('\n')}`
  }

  #read(stream: NodeJS.ReadableStream | null, onText: (text: string) => void): void {
    let rest = ''
    stream?.setEncoding('utf8')
    stream?.on('data', (text: string) => {
      this.#log.write(text)
      onText(text)
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#line(line)
    })
    stream?.on('end', () => {
      if (rest !== '') this.#line(rest)
    })
  }

  #line(line: string): void {
    this.lines.push(line)
    for (const waiting of [...this.#waiting]) if (waiting.wanted(line)) waiting.found(line)
  }

  #close(resolve: (ended: Ended) => void, ended: Ended): void {
    if (this.#over) return
    this.#over = true
    running.delete(this.#child)
    this.#callOff()
    this.#log.end(() => resolve(ended))
  }
}

/** One node as a process that comes and goes; its configuration and store stay. */
import { Child, type Ended } from './child.ts'
import { MAIN } from './project.ts'

const READY_MS = 60_000
const POLL_MS = 25

export interface Health {
  readonly status: number
  readonly body: string
}

export class NodeProcess {
  readonly id: string
  readonly config: string
  readonly #logFile: string
  #child: Child | null = null
  #starts = 0

  constructor(id: string, config: string, logFile: string) {
    this.id = id
    this.config = config
    this.#logFile = logFile
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts
  }

  get child(): Child {
    if (this.#child === null) throw new Error(`${this.id} was never started`)
    return this.#child
  }

  get runs(): boolean {
    return this.#child !== null && !this.#child.over
  }

  /** @param main another build's command */
  start(main = MAIN): void {
    if (this.runs) throw new Error(`${this.id} runs`)
    this.#starts++
    this.#child = new Child(`node ${this.id}`, process.execPath, [main, 'node', '--config', this.config], this.#logFile)
  }

  /** Its health and metrics are at `http://127.0.0.1:<port>`, which the log tells. */
  async url(): Promise<string> {
    const line = await this.child.line((text) => text.includes('"port":') && text.includes('"host":'), READY_MS)
    const { port }: { port?: unknown } = JSON.parse(line)
    return `http://127.0.0.1:${String(port)}`
  }

  async get(path: string): Promise<Health> {
    const response = await fetch(`${await this.url()}${path}`)
    return { status: response.status, body: await response.text() }
  }

  /** Waits until /readyz says so. @throws with its last reasons and its log */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_MS
    let last = 'nothing'
    while (performance.now() < deadline) {
      if (!this.runs) break
      try {
        const { status, body } = await this.get('/readyz')
        if (status === 200) return
        last = body
      } catch (error) {
        last = error instanceof Error ? error.message : String(error)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    throw new Error(`node ${this.id} is not ready; /readyz: ${last}\n${this.child.lines.slice(-40).join('\n')}`)
  }

  /** The value of a metric, of all its label sets together unless some are given; 0 where there is none. */
  async metric(name: string, labels = ''): Promise<number> {
    const { body } = await this.get('/metrics')
    const lines = body.split('\n').filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)) && line.includes(labels))
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    return this.#child === null ? { code: null, signal: null } : this.#child.end(signal)
  }
}

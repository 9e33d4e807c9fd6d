/** A group of nodes in a temporary folder, made as an operator makes it, for tests that start them as processes or in this one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { NatsOperator } from '../../src/bus/nats/index.ts'
import { toHex } from '../../src/bytes.ts'
import { loadNodeConfig, loadOperatorConfig, type NodeConfig } from '../../src/node/config/node.ts'
import { initialise } from '../../src/node/init.ts'
import { openOperator, openUnlock } from '../../src/node/open.ts'
import { addToRoster, type PublicLine } from '../../src/node/roster-lines.ts'
import { writeRosterDocument } from '../../src/node/roster-store.ts'
import type { Identity } from '../../src/wire/identity.ts'
import { type InstructionContent, sealInstruction } from '../../src/wire/instruction.ts'
import type { CeremonyId } from '../../src/wire/message.ts'
import { openReport, type SignedReport } from '../../src/wire/report.ts'
import type { Roster } from '../../src/wire/roster.ts'
import { ROOT } from '../project/sources.ts'

const MAIN = path.join(ROOT, 'dist', 'src', 'cli', 'main.js')
const NETWORK = 'test'

/** An instruction without what is the same in all. */
type Told<T> = T extends unknown ? Omit<T, 'network' | 'operator' | 'expires'> : never
export type Instruction = Told<InstructionContent>

export interface GroupOptions {
  readonly folder: string
  readonly ids: readonly string[]
  readonly url: string
  /** of nodes whose files a passphrase seals; the others have a key file */
  readonly passphrases?: Readonly<Record<string, string>>
  readonly stageTimeoutMs?: number
  readonly log?: string
}

export class Group {
  readonly roster: Roster
  readonly #folder: string
  readonly #url: string
  readonly #operator: Identity

  static async make({ folder, ids, url, passphrases = {}, stageTimeoutMs = 9_000, log = 'info' }: GroupOptions): Promise<Group> {
    const keyFile = path.join(folder, 'unlock.key')
    writeFileSync(
      keyFile,
      new Uint8Array(32).map((_, i) => 200 - i),
      { mode: 0o600 },
    )
    const roster = path.join(folder, 'roster.json')
    const shared = { network: NETWORK, group: 'g', servers: [url], roster, tls: {} }
    const lines: PublicLine[] = []
    for (const id of ids) {
      const passphrase = passphrases[id]
      const passphraseFile = path.join(folder, `${id}.passphrase`)
      if (passphrase !== undefined) writeFileSync(passphraseFile, `${passphrase}\n`, { mode: 0o600 })
      const unlock = passphrase === undefined ? { keyFile } : { passphraseFile }
      lines.push((await initialise({ ...shared, kind: 'validator', id, folder: path.join(folder, id), unlock })).line)
    }
    const ops = await initialise({ ...shared, kind: 'operator', id: 'ops', folder: path.join(folder, 'ops'), unlock: { keyFile } })
    const document = addToRoster(null, [...lines, ops.line])
    writeRosterDocument(roster, document)
    for (const id of ids) {
      const file = path.join(folder, id, 'node.yaml')
      const text = readFileSync(file, 'utf8')
        .replace('operators: {}', `operators:\n  ops: "${toHex(ops.line.publicKey)}"`)
        .replace('port: 9464', 'port: 0')
        .replace('level: info', `level: ${log}`)
        .replace('stageTimeoutMs: 30000', `stageTimeoutMs: ${stageTimeoutMs}`)
      writeFileSync(file, `${text}pool:\n  workers: 0\n`)
    }
    const config = loadOperatorConfig({ file: ops.files.config })
    return new Group(folder, url, document.roster, await openOperator(config, await openUnlock(config)))
  }

  private constructor(folder: string, url: string, roster: Roster, operator: Identity) {
    this.#folder = folder
    this.#url = url
    this.roster = roster
    this.#operator = operator
  }

  file(id: string): string {
    return path.join(this.#folder, id, 'node.yaml')
  }

  config(id: string): NodeConfig {
    return loadNodeConfig({ file: this.file(id) })
  }

  get operator(): Identity {
    return this.#operator
  }

  connect(): Promise<Desk> {
    return Desk.open(this.#url, this.#operator, this.roster)
  }
}

/** An operator at work: instructs, and keeps what nodes reported. */
export class Desk {
  readonly reports: SignedReport[] = []
  readonly #connection: NatsOperator
  readonly #operator: Identity
  #waiting: (() => void)[] = []

  static async open(url: string, operator: Identity, roster: Roster): Promise<Desk> {
    const connection = await NatsOperator.connect({ operator: 'ops', servers: url, group: 'g' })
    await connection.ensureStreams()
    const desk = new Desk(connection, operator)
    connection.onReport((_, bytes) => {
      desk.reports.push(openReport(bytes, { network: NETWORK, roster }))
      for (const wake of desk.#waiting.splice(0)) wake()
    })
    return desk
  }

  private constructor(connection: NatsOperator, operator: Identity) {
    this.#connection = connection
    this.#operator = operator
  }

  async instruct(what: Instruction): Promise<void> {
    const expires = BigInt(Date.now() + 60_000)
    const content = { network: NETWORK, operator: this.#operator.publicKey, expires, ...what } as InstructionContent
    await this.#connection.instruct(sealInstruction(this.#operator, content).bytes)
  }

  /** The end of a ceremony, or the refusal, that this node reports. */
  async heard(from: string, ceremonyId: CeremonyId): Promise<{ readonly type: string; readonly body: Record<string, unknown> }> {
    const isIt = (report: SignedReport): boolean =>
      report.from === from && report.ceremonyId === ceremonyId && (report.type === 'outcome' || report.type === 'refused')
    for (;;) {
      const report = this.reports.find(isIt)
      if (report !== undefined) return { type: report.type, body: JSON.parse(report.body) as Record<string, unknown> }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}

/** `quorate node` as a process. */
export class NodeProcess {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  stdout = ''
  stderr = ''
  #wake = (): void => {}

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [MAIN, 'node', ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#wake()
    })
    this.ended = once(this.child, 'close').then(([code, signal]: unknown[]) => {
      this.#wake()
      return { code: code as number | null, signal: signal as NodeJS.Signals | null }
    })
  }

  get lines(): Record<string, unknown>[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  /** The first line with this message. */
  async line(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.lines.find((line) => line['message'] === message)
      if (found !== undefined) return found
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`ended without "${message}":\n${this.stderr}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async get(question: '/readyz' | '/metrics'): Promise<{ readonly status: number; readonly body: string }> {
    const { port } = await this.line('health and metrics')
    const response = await fetch(`http://127.0.0.1:${String(port)}${question}`)
    return { status: response.status, body: await response.text() }
  }
}

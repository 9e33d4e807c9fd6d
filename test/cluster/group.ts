/**
 * A group as its operators make it: everything by the commands (`init`, `roster add`, `nats-config`, `node`), each node a process with an identity,
 * a broker key and a store of its own, around a real broker with TLS on both sides. All of it in one temporary folder, on loopback, on free ports.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createUser } from '@nats-io/nkeys'
import type { NatsConnection } from '@nats-io/transport-node'
import { parseDocument } from 'yaml'
import type { Roster } from '../../src/wire/roster.ts'
import { parseRosterFile } from '../../src/wire/roster-file.ts'
import { afterUs } from '../helpers/after-us.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { freePort, type NatsServer, startNatsServer } from '../helpers/nats-server.ts'
import { withGuests } from './broker-config.ts'
import { type BrokerAccess, connectAs, observe } from './broker-user.ts'
import { Child, type Ended } from './child.ts'
import { NodeProcess } from './node-process.ts'
import { MAIN } from './project.ts'
import { TrafficRecord } from './traffic-record.ts'

export const NETWORK = 'cluster'
export const GROUP = 'demo'
const OPERATOR = 'ops'
const SECRET_MODE = 0o600

export interface GroupOptions {
  readonly ids: readonly string[]
  /** of nats-server */
  readonly binary: string
  readonly stageTimeoutMs?: number
  readonly graceMs?: number
  /** whether what is said is recorded, which takes as much as it takes a node to hear it; default true */
  readonly recorded?: boolean
  /** told of each command that sets the group up, before it runs */
  readonly onCommand?: (folder: string, args: readonly string[]) => void
}

export interface Finished extends Ended {
  readonly stdout: string
  readonly lines: readonly string[]
}

export class Group implements AsyncDisposable {
  readonly folder: string
  readonly ids: readonly string[]
  readonly nodes = new Map<string, NodeProcess>()
  readonly #options: GroupOptions
  readonly #authority = makeAuthority('quorate cluster')
  #broker: NatsServer | null = null
  #observer: NatsConnection | null = null
  #record: TrafficRecord | null = null
  #port = 0
  #commands = 0
  /** also when nobody disposes of us: a test that failed, an uncaught error */
  readonly #removeAtExit: () => void
  readonly #callOff: () => void

  private constructor(options: GroupOptions) {
    this.#options = options
    this.ids = options.ids
    this.folder = mkdtempSync(path.join(tmpdir(), 'quorate-cluster-'))
    this.#removeAtExit = () => rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
    process.once('exit', this.#removeAtExit)
    // The processes in it are killed in the same moment.
    this.#callOff = afterUs('sleep 1; rm -rf "$1"', this.folder)
  }

  /** Identities, roster, configurations and a running broker; no node yet. */
  static async create(options: GroupOptions): Promise<Group> {
    const group = new Group(options)
    try {
      await group.#prepare()
      return group
    } catch (error) {
      await group[Symbol.asyncDispose]()
      throw error
    }
  }

  get record(): TrafficRecord {
    if (this.#record === null) throw new Error('the group is not prepared')
    return this.#record
  }

  get broker(): NatsServer {
    if (this.#broker === null) throw new Error('the broker is not started')
    return this.#broker
  }

  get port(): number {
    return this.#port
  }

  get roster(): Roster {
    return parseRosterFile(readFileSync(this.path('roster.json'), 'utf8'))
  }

  get operatorConfig(): string {
    return this.path(OPERATOR, 'operator.yaml')
  }

  storeOf(id: string): string {
    return this.path(id, 'store')
  }

  path(...parts: readonly string[]): string {
    return path.join(this.folder, ...parts)
  }

  node(id: string): NodeProcess {
    const node = this.nodes.get(id)
    if (node === undefined) throw new Error(`no node ${id}`)
    return node
  }

  /** How a user of the broker reaches it; the certificate is that of `id`. */
  access(id: string): BrokerAccess {
    return {
      server: `tls://127.0.0.1:${this.#port}`,
      caFile: this.path('tls', 'ca.pem'),
      certFile: this.path('tls', `${id}.pem`),
      keyFile: this.path('tls', `${id}.key`),
    }
  }

  /** Runs a command to its end. */
  async quorate(...args: readonly string[]): Promise<Finished> {
    const child = new Child(
      `quorate ${args[0] ?? ''}`,
      process.execPath,
      [MAIN, ...args],
      this.path('logs', `command-${++this.#commands}.log`),
    )
    const ended = await child.ended
    return { ...ended, stdout: child.stdout, lines: child.lines }
  }

  /** As `quorate`, of a command that must succeed. */
  async must(...args: readonly string[]): Promise<string> {
    this.#options.onCommand?.(this.folder, args)
    const { code, signal, stdout, lines } = await this.quorate(...args)
    if (code !== 0) throw new Error(`quorate ${args.join(' ')} ended with ${code ?? signal}:\n${lines.join('\n')}`)
    return stdout
  }

  /** Starts these nodes, all at once, and waits until they are ready. */
  async start(ids: readonly string[] = this.ids): Promise<void> {
    for (const id of ids) this.node(id).start()
    await Promise.all(ids.map((id) => this.node(id).ready()))
  }

  /** Changes settings of a configuration file that `init` wrote. */
  configure(file: string, settings: Readonly<Record<string, unknown>>): void {
    const document = parseDocument(readFileSync(file, 'utf8'))
    for (const [place, value] of Object.entries(settings)) document.setIn(place.split('.'), value)
    writeFileSync(file, document.toString())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#removeAtExit)
    this.#callOff()
    await Promise.all([...this.nodes.values()].map((node) => node.kill()))
    await this.#observer?.close()
    await this.#broker?.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  }

  async #prepare(): Promise<void> {
    for (const name of ['tls', 'logs', 'keys', 'broker']) mkdirSync(this.path(name), { mode: 0o700 })
    this.#port = await freePort()
    await this.#certificates()
    const [operator = '', ...lines] = await Promise.all([
      this.#init(OPERATOR, '--operator'),
      ...this.ids.map((id) => this.#init(id, '--self')),
    ])
    await this.must('roster', 'add', '--file', this.path('roster.json'), ...lines, operator)
    const [, , operatorKey] = operator.split(' ')
    for (const id of this.ids) {
      this.configure(this.path(id, 'node.yaml'), {
        [`operators.${OPERATOR}`]: operatorKey,
        'http.port': 0,
        'limits.stageTimeoutMs': this.#options.stageTimeoutMs ?? 2_000,
        'limits.graceMs': this.#options.graceMs ?? 5_000,
      })
      this.nodes.set(id, new NodeProcess(id, this.path(id, 'node.yaml'), this.path('logs', `${id}.log`)))
    }
    await this.#startBroker()
  }

  async #certificates(): Promise<void> {
    const authority = await this.#authority
    writeFileSync(this.path('tls', 'ca.pem'), authority.caPem, { mode: SECRET_MODE })
    for (const name of ['broker', 'observer', OPERATOR, ...this.ids]) {
      const names = name === 'broker' ? ['127.0.0.1', 'localhost'] : [name]
      const { certPem, keyPem } = await authority.issue({ names, usage: name === 'broker' ? 'server' : 'client' })
      writeFileSync(this.path('tls', `${name}.pem`), certPem, { mode: SECRET_MODE })
      writeFileSync(this.path('tls', `${name}.key`), keyPem, { mode: SECRET_MODE })
    }
  }

  /** Returns the public line. */
  async #init(id: string, as: '--self' | '--operator'): Promise<string> {
    const { server, caFile, certFile, keyFile } = this.access(id)
    const unlock = this.path('keys', `${id}.key`)
    writeFileSync(unlock, crypto.getRandomValues(new Uint8Array(32)), { mode: SECRET_MODE })
    chmodSync(unlock, SECRET_MODE)
    const where = ['--folder', this.path(id), '--network', NETWORK, '--group', GROUP, '--server', server]
    const files = ['--roster', this.path('roster.json'), '--tls-ca', caFile, '--tls-cert', certFile, '--tls-key', keyFile]
    return (await this.must('init', as, id, ...where, ...files, '--key-file', unlock)).trim()
  }

  async #startBroker(): Promise<void> {
    const { caFile, certFile, keyFile } = this.access('broker')
    const files = ['--tls-cert', certFile, '--tls-key', keyFile, '--tls-ca', caFile, '--jetstream-dir', this.path('broker', 'jetstream')]
    const config = await this.must(
      ...['nats-config', '--roster', this.path('roster.json'), '--group', GROUP, '--host', '127.0.0.1', '--port', String(this.#port)],
      ...files,
    )
    const observer = createUser()
    const guest = { nkey: observer.getPublicKey(), hears: [`quorate.v1.${GROUP}.>`] }
    const folder = this.path('broker')
    const { binary } = this.#options
    this.#broker = await startNatsServer({ binary, folder, port: this.#port, config: withGuests(config, [guest]) })
    this.#observer = await connectAs('observer', observer.getSeed(), this.access('observer'))
    this.#record = new TrafficRecord(NETWORK, this.roster)
    if (this.#options.recorded !== false) await observe(this.#observer, GROUP, this.#record)
    await this.must('nats-setup', '--config', this.operatorConfig)
  }
}

/**
 * The real broker: found on PATH, or installed where that was asked for and this machine lets us; started on a free port of the loopback interface,
 * killed and started again. Also used by scripts: it knows of no test runner.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterUs } from './after-us.ts'

/** Debian puts it into a folder that is not on everybody's PATH. */
const ALSO_IN = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin']
const START_MS = 20_000

export type Found = { readonly path: string } | { readonly missing: string }

/** @param install by apt-get, where it is missing and we are root: always under CI=1 */
export function findNatsServer({ install = isCi(), log = () => {} }: { install?: boolean; log?: (line: string) => void } = {}): Found {
  const there = onPath('nats-server')
  if (there !== null) return { path: there }
  const how =
    'install it: "apt-get install nats-server" on Debian or Ubuntu, "brew install nats-server" on macOS, or a release from https://nats.io'
  if (!install) return { missing: `nats-server is not on PATH; ${how}` }
  if (onPath('apt-get') === null || process.getuid?.() !== 0) {
    return { missing: `nats-server is not on PATH and cannot be installed from here (no apt-get, or not root); ${how}` }
  }
  log('nats-server is not on PATH: installing it with apt-get')
  const failure = aptGet('install') ? null : aptGet('update') && aptGet('install') ? null : 'apt-get could not install it'
  const installed = onPath('nats-server')
  if (installed !== null) return { path: installed }
  return { missing: `nats-server is not on PATH, and ${failure ?? 'apt-get did not put it there'}; ${how}` }
}

/** For a test: the binary, or the test is reported as skipped with the reason. Under CI=1 it is installed, or the test fails. */
export function natsServerFor(context: { skip(note?: string): unknown }): string {
  const found = findNatsServer()
  if ('path' in found) return found.path
  if (!isCi()) context.skip(found.missing)
  throw new Error(found.missing)
}

const isCi = (): boolean => (process.env['CI'] ?? '') !== ''

function aptGet(what: 'install' | 'update'): boolean {
  // Another test file may be at it: waited for, not failed over.
  const wait = ['-o', 'DPkg::Lock::Timeout=120']
  const args = what === 'install' ? [...wait, 'install', '-y', '--no-install-recommends', 'nats-server'] : [...wait, 'update']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', args, { env, stdio: 'ignore', timeout: 180_000 }).status === 0
}

function onPath(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(path.delimiter), ...ALSO_IN]) {
    if (folder === '') continue
    try {
      accessSync(path.join(folder, name), constants.X_OK)
      return path.join(folder, name)
    } catch {
      // the next one
    }
  }
  return null
}

/** Free at this moment; somebody else may take it before we do, which `startNatsServer` then says. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

export interface NatsServer {
  readonly port: number
  readonly pid: number | undefined
  /** what it has written, over all its starts */
  log(): string
  /** Ends it, by SIGTERM unless told otherwise, and waits for that. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Again, with the same configuration on the same port; ends one that runs. */
  restart(): Promise<void>
}

export interface NatsServerOptions {
  readonly binary: string
  /** for the log file, and the configuration where it is given as text */
  readonly folder: string
  readonly port: number
  /** text of a configuration, or the file that holds it; the port is ours to set */
  readonly config?: string
  readonly configFile?: string
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Resolves once it takes connections. @throws with what it wrote, when it ends or stays silent */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { binary, folder, port, config = '' } = options
  const logFile = path.join(folder, 'nats-server.log')
  const file = options.configFile ?? path.join(folder, 'nats-server.conf')
  if (options.configFile === undefined) writeFileSync(file, config, { mode: 0o600 })
  const log = () => readFileSync(logFile, 'utf8')
  let child: ChildProcess | null = null
  const start = async () => {
    const output = openSync(logFile, 'a', 0o600)
    const started = spawn(binary, ['-c', file, '-a', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', output, output] })
    closeSync(output)
    child = started
    running.add(started)
    const callOff = afterUs('kill -9 "$1"', String(started.pid))
    started.once('exit', () => {
      running.delete(started)
      callOff()
    })
    started.once('error', callOff)
    const failed = new Promise<void>((resolve) => {
      started.once('error', () => resolve())
      started.once('exit', () => resolve())
    })
    const deadline = performance.now() + START_MS
    while (running.has(started) && started.pid !== undefined && performance.now() < deadline) {
      if (await takesConnections(port)) return
      await Promise.race([failed, sleep(20)])
    }
    await end(started, 'SIGKILL')
    throw new Error(`nats-server did not start on port ${port}; it wrote:\n${log()}`)
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child !== null) await end(child, signal)
    child = null
  }
  await start()
  return {
    port,
    get pid() {
      return child?.pid
    },
    log,
    stop,
    restart: async () => {
      await stop()
      await start()
    },
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

/** It greets everybody with a line before anything else, TLS or not. */
function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1_000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('data', (data) => done(data.toString('latin1').startsWith('INFO ')))
  })
}

/**
 * The composition root: from a configuration to a node that signs. What an application has already (a bus, a store, a pool) it hands in, and closes itself.
 */
import path from 'node:path'
import type { Bus } from '../bus/contract.ts'
import { NatsBus } from '../bus/nats/index.ts'
import { assertInteger, wipe } from '../bytes.ts'
import { type ClientOptions, MultisigClient } from '../client/index.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { KeyStore } from '../keystore/contract.ts'
import { DiskKeyStore } from '../keystore/index.ts'
import { KernelPool } from '../pool/index.ts'
import type { Identity } from '../wire/identity.ts'
import type { Roster } from '../wire/roster.ts'
import { busIssueListener } from './bus-issues.ts'
import type { NodeSettings } from './config/node.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { GatedBus } from './gated-bus.ts'
import { HealthServer } from './health.ts'
import type { NodeLog } from './logs.ts'
import { NodeMetrics } from './metrics.ts'
import { NodeWatch } from './node-watch.ts'
import { assertOwnIdentity, openIdentity, openRoster, openUnlock, readOperators, required } from './open.ts'
import { natsOptions } from './open-nats.ts'
import { assertPayload } from './payload.ts'
import { Readiness } from './readiness.ts'
import { Reporter } from './reporter.ts'
import { timedStore } from './timed-store.ts'
import { watchForTwin } from './twin.ts'
import { VERSION } from './version.ts'

export interface NodeDependencies {
  readonly log: NodeLog
  readonly bus?: Bus
  readonly keyStore?: KeyStore
  readonly pool?: KernelPool
  readonly identity?: Identity
  readonly roster?: Roster
  /** aborting it while the node starts rejects with ERR_ABORTED */
  readonly signal?: AbortSignal
  /** how long to listen for another process with this identity before obeying anybody; default 1,000 */
  readonly twinWaitMs?: number
  /** tests only: every random byte the node uses */
  readonly random?: ClientOptions['random']
}

export interface RunningNode extends AsyncDisposable {
  readonly client: MultisigClient
  /** where health and metrics are */
  readonly http: { readonly host: string; readonly port: number }
  /** why the node may not be sent instructions; empty: it may */
  reasons(): readonly string[]
  metrics(): Promise<string>
  /** rejects when the node cannot go on, and stays pending otherwise */
  readonly failed: Promise<never>
  /** Refuses new ceremonies, gives those under way `graceMs` (default: of the configuration), and closes what the node opened. Twice is once. */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

type Close = () => Promise<void>

/**
 * @throws (rejects with) ERR_CONFIG with the setting as `field`, ERR_PASSPHRASE, ERR_STORE, ERR_STORE_LOCKED, ERR_BUS when no broker answers, ERR_ABORTED,
 * the ERR_KERNEL_ codes; nothing stays open then
 */
export async function startNode(config: NodeSettings, given: NodeDependencies): Promise<RunningNode> {
  assertStart(config, given)
  const closers: Close[] = []
  try {
    return await start(config, given, closers)
  } catch (error) {
    await closeAll(closers, given.log)
    throw error
  }
}

/** The rest of a configuration is `loadNodeConfig`'s to check, and of what is handed in, the client's. @throws ERR_INVALID_ARGUMENT */
function assertStart(config: unknown, given: unknown): void {
  for (const [field, value] of Object.entries({ config, given })) {
    if (typeof value !== 'object' || value === null) throw invalidArgument(field, 'must be an object')
  }
  const { log, twinWaitMs } = given as Partial<NodeDependencies>
  if (typeof log !== 'object' || log === null || typeof log.info !== 'function') throw invalidArgument('given.log', 'must be a log')
  if (twinWaitMs !== undefined) assertInteger(twinWaitMs, 'given.twinWaitMs', 1, 60_000)
  for (const name of ['http', 'limits', 'pool'] as const) {
    if (typeof Reflect.get(config as object, name) !== 'object')
      throw invalidArgument(`config.${name}`, 'must be what loadNodeConfig gives')
  }
}

async function start(config: NodeSettings, given: NodeDependencies, closers: Close[]): Promise<RunningNode> {
  const { self, network, limits } = config
  const { log, signal } = given
  const goOn = (): void => {
    if (signal?.aborted === true) throw new QuorateError('ERR_ABORTED')
  }
  const readiness = new Readiness()
  readiness.state('phase', 'the node is starting')
  const metrics = new NodeMetrics({ version: VERSION, validator: self, network })
  metrics.watchReadiness(() => readiness.ready)
  const { registry } = metrics
  const http = await HealthServer.listen(config.http, {
    reasons: () => readiness.reasons(),
    metrics: () => registry.metrics(),
    metricsType: registry.contentType,
  })
  closers.push(() => http.close())
  log.info({ ...http.address }, 'health and metrics')

  const roster = given.roster ?? (await openRoster(config)).roster
  const { identity, keyStore } = await openSecrets(config, given, roster, closers)
  goOn()
  const operators = readOperators(config, roster)
  const pool = given.pool ?? (await KernelPool.create({ ...config.pool, kernel: config.kernel }))
  if (given.pool === undefined) {
    closers.push(() => pool.close())
    pool.listen((job, ms) => metrics.ran(job, ms))
  }
  metrics.watchPool(() => pool.stats())
  goOn()

  const failure = failureOf()
  const bus = given.bus ?? (await connectBus(config, log, metrics, failure.fail))
  if (given.bus === undefined) closers.push(() => bus.close())
  goOn()
  assertPayload(bus, roster)
  if (bus instanceof NatsBus) {
    readiness.add(() => bus.readiness()[0] ?? null)
    metrics.watchBus(() => bus.stats())
  }

  let closing: Promise<void> | null = null
  const gate = new GatedBus(bus)
  const timed = timedStore(keyStore, {
    took: (operation, ms) => metrics.stored(operation, ms),
    failed: (error) => {
      // Told once: what a closing store refuses is no failure of it.
      if (closing !== null) return
      readiness.state('store', 'the key store has failed')
      log.error({ error }, 'the key store has failed: nothing can begin until it is opened anew')
      failure.fail(error instanceof QuorateError ? error : new QuorateError('ERR_STORE'))
    },
  })
  const client = await MultisigClient.start({
    network,
    self,
    identity,
    roster,
    bus: gate,
    keyStore: timed,
    pool,
    operators,
    stageTimeoutMs: limits.stageTimeoutMs,
    maxOpenCeremonies: limits.maxOpenCeremonies,
    earlyBytesPerPeer: limits.earlyBytesPerPeer,
    earlyBytesTotal: limits.earlyBytesTotal,
    ...(given.random === undefined ? {} : { random: given.random }),
  })
  let graceMs = 0
  // What listens to the client ends with it: it is waited for after the client is closed, whatever else of the start fails.
  const listeners: Close[] = []
  closers.push(() => closeAll(listeners, log))
  closers.push(() => client.close({ graceMs }))
  metrics.watchMessages(() => gate.counts())
  metrics.watchClient(() => client.stats())
  const twin = watchForTwin(client, given.twinWaitMs)
  const watch = new NodeWatch(client, log, metrics)
  listeners.push(() => watch.ended)
  if (bus instanceof NatsBus) {
    const evidence = new EvidenceFiles(path.join(config.store === undefined ? '.' : path.dirname(config.store.path), 'evidence'))
    const onIssue = (message: string, error: unknown): void => log.error({ error }, message)
    const reasons = (): readonly string[] => readiness.reasons()
    const reporter = new Reporter({ network, self, identity, client, keyStore, channel: bus, evidence, reasons, version: VERSION, onIssue })
    listeners.push(() => reporter.close())
  }

  if (await twin)
    throw new QuorateError('ERR_CONFIG', { field: 'identity', message: `another process runs as ${self}: it answered as this node would` })
  goOn()
  gate.open()
  readiness.state('phase', null)
  log.info({ version: VERSION, kernel: pool.kernel.info.name, workers: pool.stats().workers, validators: roster.size }, 'node runs')

  const close = (options: { readonly graceMs?: number } = {}): Promise<void> => {
    closing ??= (async () => {
      graceMs = options.graceMs ?? limits.graceMs
      readiness.state('phase', 'the node is stopping')
      log.info({ graceMs, open: client.stats().open }, 'node stops')
      await closeAll(closers, log)
      log.info({}, 'node has stopped')
    })()
    return closing
  }
  return {
    client,
    http: http.address,
    reasons: () => readiness.reasons(),
    metrics: () => registry.metrics(),
    failed: failure.promise,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

async function openSecrets(
  config: NodeSettings,
  given: NodeDependencies,
  roster: Roster,
  closers: Close[],
): Promise<{ readonly identity: Identity; readonly keyStore: KeyStore }> {
  const { self } = config
  if (given.identity !== undefined && given.keyStore !== undefined) {
    assertOwnIdentity(given.identity, self, roster)
    return { identity: given.identity, keyStore: given.keyStore }
  }
  const unlock = await openUnlock(config)
  try {
    const identity = given.identity ?? (await openIdentity(config, unlock))
    assertOwnIdentity(identity, self, roster)
    if (given.keyStore !== undefined) return { identity, keyStore: given.keyStore }
    const keyStore = await DiskKeyStore.open({ path: required(config.store, 'store').path, self, unlock, create: false })
    closers.push(() => keyStore.close())
    return { identity, keyStore }
  } finally {
    wipe(unlock.bytes)
  }
}

async function connectBus(config: NodeSettings, log: NodeLog, metrics: NodeMetrics, fail: (error: QuorateError) => void): Promise<NatsBus> {
  const options = await natsOptions(config.self, config)
  try {
    return await NatsBus.connect({ ...options, onIssue: busIssueListener(log, metrics, fail) })
  } finally {
    if (options.auth !== undefined) wipe('nkeySeed' in options.auth ? options.auth.nkeySeed : options.auth.credentials)
  }
}

function failureOf(): { readonly promise: Promise<never>; readonly fail: (error: QuorateError) => void } {
  let fail = (_: QuorateError): void => {}
  const promise = new Promise<never>((_, reject) => {
    fail = reject
  })
  // Whoever waits for it hears of it; an application that does not must not die of it.
  promise.catch(() => {})
  return { promise, fail }
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closers: Close[], log: NodeLog): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close()
    } catch (error) {
      log.error({ error }, 'something could not be closed')
    }
  }
}

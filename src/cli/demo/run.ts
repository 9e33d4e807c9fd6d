/** The demo itself: keys, signatures, verification, and the checks of what it promises. */
import { toHex } from '../../bytes.ts'
import { KernelPool, type PoolOptions, type PoolStats, type StageName, type Suite } from '../../index.ts'
import { Cluster } from './cluster.ts'
import { CheckFailed } from './failures.ts'
import { type KeygenRun, roundMs, runKeygen } from './keygen.ts'
import type { DemoProgress } from './progress.ts'
import { binomial, makeSchedule, type Schedule } from './schedule.ts'
import { IN_FLIGHT, runSignings, type SigningRun } from './sign.ts'
import { TranscriptFolder } from './transcripts.ts'
import { loadVerifier, type Verifier } from './verifier.ts'

export interface DemoOptions {
  readonly nodes: number
  readonly minSigners: number
  /** in each suite */
  readonly messages: number
  readonly suites: readonly Suite[]
  readonly seed: string
  /** flags, environment, file and defaults, in that order */
  readonly pool: PoolOptions
  /** messages a ceremony, from the same sources */
  readonly batch: number
  /** a folder for the transcripts of the first node */
  readonly transcripts: string | null
}

/** The line of `--json`: bytes are lowercase hex, times milliseconds, bytesPerNode what a node sent on average. */
export interface DemoJson {
  readonly schema: 'quorate.demo/1'
  readonly nodes: number
  readonly minSigners: number
  readonly kernel: 'baseline' | 'integer' | 'fma'
  readonly workers: number
  readonly seed: string
  readonly keygen: readonly {
    readonly suite: Suite
    readonly protocol: 'frost' | 'stinson-strobl'
    readonly keyId: string
    readonly groupPublicKey: string
    readonly totalMs: number
    readonly stages: Partial<Record<StageName, number>>
    readonly bytesPerNode: number
  }[]
  readonly signatures: {
    readonly requested: number
    readonly verified: number
    readonly verifiedBy: Verifier['name']
    readonly bySuite: readonly {
      readonly suite: Suite
      readonly requested: number
      readonly verified: number
      readonly totalMs: number
      readonly perSignatureMs: number
      readonly bytesPerNode: number
    }[]
  }
  readonly pool: PoolStats
  readonly totalMs: number
}

export interface SuiteRun {
  readonly suite: Suite
  readonly keygen: KeygenRun
  readonly schedule: Schedule
  readonly signing: SigningRun
  readonly verified: number
}

export interface DemoRun {
  readonly result: DemoJson
  readonly suites: readonly SuiteRun[]
}

/** From this many verifying coefficients on, a stage's work is far above what the pool computes inline. */
const WORKERS_EXPECTED_FROM = 1_000

const KEYGEN_STAGES = 4

/**
 * @throws CeremonyFailed when a ceremony fails; CheckFailed, with the run, when one of the demo's promises does not hold; QuorateError for a
 * refused request, ERR_ABORTED after the signal
 */
export async function runDemo(options: DemoOptions, progress: DemoProgress, signal: AbortSignal): Promise<DemoRun> {
  const started = performance.now()
  const transcripts = options.transcripts === null ? null : new TranscriptFolder(options.transcripts)
  const verifier = await loadVerifier()
  const pool = await KernelPool.create(options.pool)
  try {
    const cluster = await Cluster.start(options.nodes, pool, signal, transcripts)
    try {
      const suites: SuiteRun[] = []
      for (const suite of options.suites) suites.push(await runSuite(options, cluster, suite, verifier, progress, signal))
      transcripts?.check()
      const run = { suites, result: resultOf(options, suites, verifier, pool, performance.now() - started) }
      const failed = failedCheck(options, run)
      if (failed !== null) throw new CheckFailed(failed, run)
      return run
    } finally {
      await cluster.close()
    }
  } finally {
    await pool.close()
  }
}

async function runSuite(
  options: DemoOptions,
  cluster: Cluster,
  suite: Suite,
  verifier: Verifier,
  progress: DemoProgress,
  signal: AbortSignal,
): Promise<SuiteRun> {
  const { minSigners, messages, seed, batch } = options
  progress.begin(`${suite}: key generation`, KEYGEN_STAGES, 'HashCommitment')
  const keygen = await runKeygen({ cluster, suite, minSigners, signal, onStage: (stage) => progress.step(`${stage} done`) })

  const schedule = makeSchedule({ seed, suite, nodes: cluster.ids, minSigners, messages })
  progress.begin(`${suite}: signing`, messages, `by ${schedule.signerSets} signer sets`)
  const signing = await runSignings({ cluster, key: keygen.key, schedule, batch, signal, onSigned: () => progress.step() })

  progress.begin(`${suite}: verifying`, messages, `with ${verifier.name}`)
  let verified = 0
  const { groupPublicKey } = keygen.key
  for (const [i, { message }] of schedule.signings.entries()) {
    const signature = signing.signatures[i]
    if (signature !== undefined && verifier.verify({ suite, groupPublicKey, message, signature })) verified++
    progress.step()
  }
  progress.clear()
  return { suite, keygen, schedule, signing, verified }
}

function resultOf(options: DemoOptions, suites: readonly SuiteRun[], verifier: Verifier, pool: KernelPool, totalMs: number): DemoJson {
  const stats = pool.stats()
  const sum = (of: (run: SuiteRun) => number): number => suites.reduce((total, run) => total + of(run), 0)
  return {
    schema: 'quorate.demo/1',
    nodes: options.nodes,
    minSigners: options.minSigners,
    kernel: pool.kernel.info.name,
    workers: stats.workers,
    seed: options.seed,
    keygen: suites.map(({ suite, keygen }) => ({
      suite,
      protocol: keygen.key.protocol,
      keyId: keygen.key.keyId,
      groupPublicKey: toHex(keygen.key.groupPublicKey),
      totalMs: roundMs(keygen.totalMs),
      stages: keygen.stages,
      bytesPerNode: keygen.bytesPerNode,
    })),
    signatures: {
      requested: sum(({ schedule }) => schedule.signings.length),
      verified: sum(({ verified }) => verified),
      verifiedBy: verifier.name,
      bySuite: suites.map(({ suite, schedule, signing, verified }) => ({
        suite,
        requested: schedule.signings.length,
        verified,
        totalMs: roundMs(signing.totalMs),
        perSignatureMs: roundMs(signing.totalMs / schedule.signings.length),
        bytesPerNode: signing.bytesPerNode,
      })),
    },
    pool: stats,
    totalMs: roundMs(totalMs),
  }
}

/** What the demo promises beyond the ceremonies' success; the first promise that does not hold, in words. */
export function failedCheck(options: DemoOptions, { suites, result }: DemoRun): string | null {
  for (const { suite, keygen, schedule, signing, verified } of suites) {
    const { length } = schedule.signings
    if (!keygen.agreed) return `${suite}: the nodes report different keys`
    if (!signing.agreed) return `${suite}: the signers of a message report different signatures`
    if (verified !== length) return `${suite}: only ${verified} of ${length} signatures verify`
    const messages = new Set(schedule.signings.map(({ message }) => toHex(message)))
    if (messages.size !== length) return `${suite}: the messages are not distinct`
    if (signing.mostInFlight < Math.min(IN_FLIGHT, signing.ceremonies))
      return `${suite}: only ${signing.mostInFlight} ceremonies were in flight`
    const sets = Math.min(binomial(options.nodes, options.minSigners), length)
    // Drawn sets of a big cluster could coincide; listed ones are all used.
    if (sets < length && schedule.signerSets < sets) return `${suite}: only ${schedule.signerSets} of ${sets} signer sets signed`
  }
  const { workers, pool } = result
  if (workers > 0 && options.nodes * options.minSigners >= WORKERS_EXPECTED_FROM && pool.completed === pool.inline) {
    return `there are ${workers} workers, and every job ran on the main thread`
  }
  return null
}

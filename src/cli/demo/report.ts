/** The demo's result for people. */

import { toHex } from '../../bytes.ts'
import type { PoolStats } from '../../index.ts'
import type { DemoRun, SuiteRun } from './run.ts'

const VERIFIERS = {
  noble: '@noble/curves, an implementation that is not ours',
  baseline: 'the bn.js baseline of this package, because @noble/curves is not installed here',
} as const

export function reportLines({ result, suites }: DemoRun): string[] {
  const { nodes, minSigners, kernel, workers, seed, signatures, pool, totalMs } = result
  return [
    `quorate: ${count(nodes, 'node')}, ${minSigners} of them sign; kernel ${kernel}, ${count(workers, 'worker')}; seed ${seed}`,
    ...suites.flatMap(suiteLines),
    '',
    `verified  ${signatures.verified} of ${signatures.requested} signatures, each the same from all its signers, with ${VERIFIERS[signatures.verifiedBy]}`,
    `pool      ${poolLine(pool)}`,
    `total     ${duration(totalMs)}`,
  ]
}

function suiteLines({ suite, keygen, schedule, signing, verified }: SuiteRun): string[] {
  const { length } = schedule.signings
  const stages = Object.entries(keygen.stages).map(([stage, ms]) => `${stage} ${duration(ms)}`)
  return [
    '',
    suite,
    `  group key  ${toHex(keygen.key.groupPublicKey)}`,
    `  key id     ${keygen.key.keyId}`,
    `  keygen     ${duration(keygen.totalMs)} (${stages.join(', ')}); ${size(keygen.bytesPerNode)} sent by a node`,
    `  signing    ${count(length, 'message')} by ${count(schedule.signerSets, 'signer set')} in ${count(signing.ceremonies, 'ceremony', 'ceremonies')}, up to ${signing.mostInFlight} at once: ` +
      `${duration(signing.totalMs)}, ${duration(signing.totalMs / length)} a signature; ${size(signing.bytesPerNode)} sent by a node`,
    `  verified   ${verified} of ${length}`,
  ]
}

function poolLine({ workers, completed, inline, utilization, runMs, waitMs, lostWorkers }: PoolStats): string {
  const where = `${count(completed - inline, 'job')} on ${count(workers, 'worker')}, ${inline} on the main thread`
  const times = `run ${duration(runMs.p50)} (99 %: ${duration(runMs.p99)}), wait ${duration(waitMs.p50)} (99 %: ${duration(waitMs.p99)})`
  const lost = lostWorkers === 0 ? '' : `; ${count(lostWorkers, 'worker')} lost`
  return `${where}; busy ${Math.round(utilization * 100)} % of the time; ${times}${lost}`
}

function count(n: number, thing: string, things = `${thing}s`): string {
  return `${n} ${n === 1 ? thing : things}`
}

function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms >= 100 ? `${Math.round(ms)} ms` : `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`
}

function size(bytes: number): string {
  if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MiB`
  return bytes >= 1 << 10 ? `${(bytes / (1 << 10)).toFixed(1)} KiB` : `${bytes} bytes`
}

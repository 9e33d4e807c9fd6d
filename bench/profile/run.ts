/** `npm run bench -- profile`: where one node's time goes while it signs, from `node --cpu-prof`, by folder. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ProfiledLoad, profiledLoad } from './load.ts'
import type { ProfileOptions } from './options.ts'
import { type CpuProfile, cpuProfile, selfTimes } from './self-time.ts'

/** Microseconds between samples. The default of 1,000 would see a small job once in many. */
const INTERVAL = '200'
const SCRIPT = fileURLToPath(new URL('./cluster.js', import.meta.url))

/** One load and what was seen of it. */
export interface Profiled {
  readonly batch: number
  readonly inFlight: number
  readonly load: ProfiledLoad
  /** microseconds a place, on the calling thread: workers are terminated in the end, and leave no profile */
  readonly times: ReadonlyMap<string, number>
}

export interface Loads {
  readonly batch: number
  readonly inFlight: number
}

/** Batches one after the other, and many ceremonies of one message at once. */
export const LOADS: readonly Loads[] = [
  { batch: 100, inFlight: 1 },
  { batch: 1, inFlight: 100 },
]

/** @throws when the profiled process fails */
export function profileLoad({ batch, inFlight }: Loads, { seconds, workers, kernel }: ProfileOptions): Profiled {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'quorate-profile-'))
  try {
    const args = ['--cpu-prof', `--cpu-prof-interval=${INTERVAL}`, `--cpu-prof-dir=${folder}`, SCRIPT]
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...[batch, inFlight, seconds, workers].map(String), kernel], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`the profiled process ended with ${status}: ${stderr.trim()}`)
    const load = profiledLoad.parse(JSON.parse(stdout))
    const times = new Map<string, number>()
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))) {
      const profile: CpuProfile = cpuProfile.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
      for (const [place, time] of selfTimes(profile, load.begin, load.end)) times.set(place, (times.get(place) ?? 0) + time)
    }
    return { batch, inFlight, load, times }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

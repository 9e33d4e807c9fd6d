/** A profile for readers: a node's time for one signature, by folder, and the share of what is neither kernel nor envelope signature. */
import { amount } from '../table.ts'
import type { Profiled } from './run.ts'
import { COLLECTOR, ENVELOPES, KERNEL, LOAD, RUNTIME } from './self-time.ts'

const WHAT: Readonly<Record<string, string>> = {
  [KERNEL]: 'WebAssembly, and src/kernel: arguments in, results out',
  [ENVELOPES]: 'src/wire/identity.ts and the Ed25519 of node:crypto, as far as it runs on this thread',
  [COLLECTOR]: 'V8, for all of them',
  [RUNTIME]: 'the event loop, and native code that no JavaScript called',
  [LOAD]: 'what makes the load; not part of a node and not counted',
  src: 'src/bytes.ts: copies and comparisons',
}

/** Above the summaries where they are checked in. */
export const SUMMARY_HEAD = `# What one node spends its time on

Made by \`npm run bench -- profile --out docs/performance/orchestration.md\`: three nodes of a 3-of-5 group on the memory bus, in one process, sign FROST
(\`secp256k1-sha256\`) under load; V8's profiler (\`node --cpu-prof\`) samples the calling thread, which computes everything here, after a warm-up, and the self time of each
sample counts for the folder of its function. Functions of Node, native code and libraries have no folder: they count for the nearest caller that
has one, so that a hash counts for who hashes. The three nodes do the same work; a third of it is one node's. What libuv's threads do (Ed25519 where it is checked off
the calling thread) is no JavaScript and not in the profile; it is part of the CPU time of all threads. Orchestration is everything but the
kernel and the envelope signatures: hashes of the protocol, codecs, copies, queues, the bus, and the garbage collector.`

export interface Shares {
  /** microseconds of one node for one signature */
  readonly total: number
  readonly kernel: number
  readonly envelopes: number
  /** everything else: what must stay below half */
  readonly orchestration: number
}

export function sharesOf({ load, times }: Profiled): Shares {
  const per = (micros: number): number => micros / load.signatures / load.signers
  const total = [...times].reduce((sum, [place, time]) => sum + (place === LOAD ? 0 : time), 0)
  const kernel = times.get(KERNEL) ?? 0
  const envelopes = times.get(ENVELOPES) ?? 0
  return { total: per(total), kernel: per(kernel), envelopes: per(envelopes), orchestration: per(total - kernel - envelopes) }
}

export function summaryLines(profiled: Profiled): string[] {
  const { load, times, batch, inFlight } = profiled
  const { total, kernel, envelopes, orchestration } = sharesOf(profiled)
  const per = (micros: number): number => micros / load.signatures / load.signers
  const verdict = orchestration < total / 2 ? 'below half' : 'not below half'
  const percent = (micros: number): string => `${((100 * micros) / total).toFixed(1)} %`
  const row = (name: string, micros: number, share: string, what: string): string => `| ${name} | ${amount(micros)} | ${share} | ${what} |`
  const places = [...times].sort(([, a], [, b]) => b - a)
  const ceremonies = inFlight === 1 ? 'one ceremony at a time' : `${inFlight} ceremonies at a time`
  return [
    `### ${batch === 1 ? 'One message' : `${batch} messages`} a ceremony, ${ceremonies}`,
    '',
    `${load.signatures} signatures in ${((load.end - load.begin) / 1e6).toFixed(1)} s by ${load.signers} nodes of one process, ${load.kernel} kernel, ` +
      `${load.workers === 0 ? 'no worker threads' : `${load.workers} worker threads, whose own time is not in the profile`}. One node spent ${amount(per(load.cpuMicros))} us of CPU time a signature on all ` +
      `threads of the process. The profiler, which goes by the clock, saw ${amount(total)} us.`,
    '',
    '| self time | us a signature | share | |',
    '|---|--:|--:|---|',
    row('**kernel**', kernel, percent(kernel), ''),
    row('**envelope signatures**', envelopes, percent(envelopes), ''),
    row('**orchestration**: all the rest', orchestration, percent(orchestration), load.workers === 0 ? verdict : ''),
    ...places.map(([place, micros]) => row(nameOf(place), per(micros), place === LOAD ? '' : percent(per(micros)), WHAT[place] ?? '')),
  ]
}

function nameOf(place: string): string {
  return [KERNEL, ENVELOPES, COLLECTOR, RUNTIME, LOAD].includes(place) ? place : place === 'src' ? 'src/*.ts' : `src/${place}`
}

/** What a flood by one member costs the others: honest signings before, during and after it, and the memory of the nodes. */
import { readFileSync } from 'node:fs'
import { Child } from './child.ts'
import type { FloodOrder } from './flood.ts'
import { GROUP, type Group } from './group.ts'
import { builtScript } from './project.ts'
import { SteadyOperator } from './steady-operator.ts'

const PAGE_BYTES = 4_096

export interface FloodOptions {
  readonly group: Group
  readonly seed: string
  readonly keyId: string
  /** whose credentials the flood has; its node is to be down */
  readonly flooder: string
  readonly signers: readonly string[]
  readonly perSecond: number
  readonly floodMs: number
  /** before and after, each */
  readonly calmMs: number
}

export interface Latency {
  readonly count: number
  readonly medianMs: number
  readonly p99Ms: number
}

export interface FloodFigures {
  readonly calm: Latency
  readonly flooded: Latency
  readonly sent: number
  readonly perSecond: number
  /** of the node whose memory grew the most over what it had before; null where the system does not tell */
  readonly grownBytes: number | null
}

export async function runFlood(options: FloodOptions): Promise<FloodFigures> {
  const { group, keyId, flooder, signers, floodMs, calmMs } = options
  await using operator = await SteadyOperator.connect(group)
  const signFor = async (ms: number): Promise<number[]> => {
    const times: number[] = []
    for (const end = performance.now() + ms; performance.now() < end; ) times.push(await operator.sign(keyId, signers))
    return times
  }
  await signFor(calmMs / 2)
  const before = await signFor(calmMs)
  const others = group.ids.filter((id) => id !== flooder)
  const memory = others.map((id) => residentBytes(group.node(id).child.pid))
  const script = [builtScript('flood'), JSON.stringify(orderOf(options, others))]
  const flooding = new Child('flood', process.execPath, script, group.path('logs', 'flood.log'))
  try {
    await flooding.line((line) => line === 'flooding')
    const started = performance.now()
    const during = await signFor(floodMs)
    flooding.signal('SIGTERM')
    const sent = Number((await flooding.line((line) => line.startsWith('sent '))).slice('sent '.length))
    const seconds = (performance.now() - started) / 1_000
    const grown = others.map((id, i) => grownOf(memory[i] ?? null, residentBytes(group.node(id).child.pid)))
    const after = await signFor(calmMs)
    return {
      calm: latencyOf([...before, ...after]),
      flooded: latencyOf(during),
      sent,
      perSecond: sent / seconds,
      grownBytes: grown.includes(null) ? null : Math.max(...grown.map(Number)),
    }
  } finally {
    await flooding.end('SIGKILL')
  }
}

function orderOf({ group, flooder, perSecond, seed }: FloodOptions, others: readonly string[]): FloodOrder {
  return {
    access: group.access(flooder),
    nkeyFile: group.path(flooder, 'node.nk'),
    config: group.path(flooder, 'node.yaml'),
    group: GROUP,
    others,
    perSecond,
    seed,
  }
}

function latencyOf(times: readonly number[]): Latency {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
  return { count: sorted.length, medianMs: at(0.5), p99Ms: at(0.99) }
}

const grownOf = (before: number | null, after: number | null): number | null => (before === null || after === null ? null : after - before)

function residentBytes(pid: number | undefined): number | null {
  try {
    return Number(readFileSync(`/proc/${pid ?? ''}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
  } catch {
    return null
  }
}

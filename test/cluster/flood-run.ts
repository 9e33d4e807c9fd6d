/** What a flood by one member costs the others: honest signings before, during and after it, and the memory of the nodes. */
import { readFileSync } from 'node:fs'
import { loadNodeConfig } from '../../src/node/config/node.ts'
import { openIdentity, openUnlock } from '../../src/node/open.ts'
import type { Dice } from '../simulation/dice.ts'
import { connectAs, nkeySeedIn } from './broker-user.ts'
import { flood, makeJunk } from './flood.ts'
import { GROUP, type Group, NETWORK } from './group.ts'
import { SteadyOperator } from './steady-operator.ts'

const PAGE_BYTES = 4_096

export interface FloodOptions {
  readonly group: Group
  readonly dice: Dice
  readonly keyId: string
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

export async function runFlood({ group, dice, keyId, flooder, signers, perSecond, floodMs, calmMs }: FloodOptions): Promise<FloodFigures> {
  await using operator = await SteadyOperator.connect(group)
  const junk = makeJunk(await flooderOf(group, flooder), dice)
  const connection = await connectAs(flooder, nkeySeedIn(group.path(flooder, 'node.nk')), group.access(flooder))
  const others = group.ids.filter((id) => id !== flooder)
  try {
    const signFor = async (ms: number): Promise<number[]> => {
      const times: number[] = []
      for (const end = performance.now() + ms; performance.now() < end; ) times.push(await operator.sign(keyId, signers))
      return times
    }
    await signFor(calmMs / 2)
    const before = await signFor(calmMs)
    const memory = new Map(others.map((id) => [id, residentBytes(group.node(id).child.pid)]))
    const ending = new AbortController()
    const started = performance.now()
    const flooding = flood(connection, junk, perSecond, ending.signal)
    const during = await signFor(floodMs).finally(() => ending.abort())
    const sent = await flooding
    const seconds = (performance.now() - started) / 1_000
    const grown = others.map((id) => grownOf(memory.get(id) ?? null, residentBytes(group.node(id).child.pid)))
    const after = await signFor(calmMs)
    return {
      calm: latencyOf([...before, ...after]),
      flooded: latencyOf(during),
      sent,
      perSecond: sent / seconds,
      grownBytes: grown.includes(null) ? null : Math.max(...grown.map(Number)),
    }
  } finally {
    await connection.close()
  }
}

async function flooderOf(group: Group, self: string) {
  const config = loadNodeConfig({ file: group.path(self, 'node.yaml'), env: {} })
  const identity = await openIdentity(config, await openUnlock(config))
  return { self, identity, network: NETWORK, group: GROUP, others: group.ids.filter((id) => id !== self) }
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

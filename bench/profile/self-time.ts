/**
 * Where a V8 CPU profile spent its time, by folder. A frame of the project counts for its own folder; what has no place of its own (built-in and native
 * functions, libraries) counts for the nearest caller that has one: a hash counts for who hashes.
 */
import { z } from 'zod'

const frame = z.object({ functionName: z.string(), url: z.string() })

export const cpuProfile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: frame, children: z.array(z.number()).optional() })),
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

export type CpuProfile = z.infer<typeof cpuProfile>
type Frame = z.infer<typeof frame>

export const KERNEL = 'kernel'
export const ENVELOPES = 'envelope signatures'
export const COLLECTOR = 'garbage collector'
/** V8's and libuv's own, with no JavaScript below them on the stack; and Node's event loop. */
export const RUNTIME = 'node and V8'
/** the commands and the benchmark, which make the load */
export const LOAD = 'load'

const IDLE = '(idle)'

/** Null: it counts for its caller. */
export function placeOf({ functionName, url }: Frame): string | null {
  if (url.startsWith('wasm://')) return KERNEL
  const inside = /\/dist\/(src|bench)\/(.*)$/.exec(url)
  if (inside === null) return functionName === '(garbage collector)' ? COLLECTOR : null
  const [, tree, path = ''] = inside
  if (tree === 'bench' || path.startsWith('cli/')) return LOAD
  if (/^wire\/identity(-golden)?\.js$/.test(path)) return ENVELOPES
  const folder = path.includes('/') ? (path.split('/')[0] ?? '') : 'src'
  return folder === 'kernel' ? KERNEL : folder
}

/** Microseconds a place, of the samples between two times of the profiler's clock. */
export function selfTimes(profile: CpuProfile, begin = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY): Map<string, number> {
  const places = placesOf(profile)
  const times = new Map<string, number>()
  let now = profile.startTime
  profile.samples.forEach((id, i) => {
    now += profile.timeDeltas[i] ?? 0
    if (now < begin || now > end) return
    const place = places.get(id) ?? null
    // A sample stands for the time until the next one.
    if (place !== null) times.set(place, (times.get(place) ?? 0) + Math.max(0, profile.timeDeltas[i + 1] ?? 0))
  })
  return times
}

/** By node of the call tree; null: the thread was idle. */
function placesOf({ nodes }: CpuProfile): Map<number, string | null> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const childIds = new Set(nodes.flatMap(({ children = [] }) => children))
  const places = new Map<number, string | null>()
  const pending = nodes.filter(({ id }) => !childIds.has(id)).map((node) => ({ node, above: RUNTIME }))
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, above } = next
    const place = placeOf(node.callFrame) ?? above
    places.set(node.id, node.callFrame.functionName === IDLE ? null : place)
    for (const child of node.children ?? []) {
      const found = byId.get(child)
      if (found !== undefined) pending.push({ node: found, above: place })
    }
  }
  return places
}

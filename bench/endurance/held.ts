/** What a process held over many signatures, and the trend in it. */
import { z } from 'zod'

const bytes = z.number()
const held = z.strictObject({ rss: bytes, heapUsed: bytes, external: bytes })

export const endurance = z.strictObject({
  node: z.string(),
  warmUp: z.number(),
  signatures: z.number(),
  /** at equal distances, the first after the warm-up */
  samples: z.array(held).min(2),
  /** of the event loop, after all was closed */
  handlesLeft: z.array(z.string()),
})

export type Held = z.infer<typeof held>
export type Endurance = z.infer<typeof endurance>

/** Bytes that `what` grows by over all signatures: the slope of the straight line that fits the samples best. */
export function growthOf({ samples }: Pick<Endurance, 'samples'>, what: keyof Held): number {
  const middle = (samples.length - 1) / 2
  let weighted = 0
  let squares = 0
  for (const [i, sample] of samples.entries()) {
    weighted += (i - middle) * sample[what]
    squares += (i - middle) ** 2
  }
  return (weighted / squares) * (samples.length - 1)
}

const MIB = 2 ** 20

function mib(value: number): string {
  return `${(value / MIB).toFixed(2)} MiB`
}

export function enduranceLines(result: Endurance): string[] {
  const { node, warmUp, signatures, samples, handlesLeft } = result
  const per10000 = (what: keyof Held): string => mib((growthOf(result, what) * 10_000) / signatures)
  return [
    `${signatures} signatures one after the other by two nodes of a 2-of-3 group in one process, after ${warmUp} to warm up, Node ${node}:`,
    `  resident memory ${mib(samples.at(-1)?.rss ?? 0)}, slope ${per10000('rss')} in 10,000 signatures`,
    `  JavaScript heap ${mib(samples.at(-1)?.heapUsed ?? 0)}, slope ${per10000('heapUsed')}; outside of it ${mib(samples.at(-1)?.external ?? 0)}, slope ${per10000('external')}`,
    `  handles left after closing: ${handlesLeft.length === 0 ? 'none' : handlesLeft.join(', ')}`,
  ]
}

/** The result of a run as it is written to a file. Row ids are stable: suite/operation/parameters. Strict: a field more or less is refused. */
import { z } from 'zod'

const count = z.number().int().nonnegative()
const amount = z.number().nonnegative()

export const IMPLEMENTATIONS = ['quorate-integer', 'quorate-fma', 'baseline', 'noble', 'elliptic', 'tiny', 'libauth', 'native'] as const
export const UNITS = ['ns', 'us', 'ms', 'bytes', 'ops/s'] as const
const impl = z.enum(IMPLEMENTATIONS)

const machine = z.strictObject({
  cpu: z.string(),
  cores: count,
  node: z.string(),
  v8: z.string(),
  quorate: z.string(),
  kernel: z.enum(['baseline', 'integer', 'fma']),
})

const row = z.strictObject({
  id: z.string().min(1),
  impl,
  unit: z.enum(UNITS),
  median: amount,
  min: amount,
  max: amount,
  samples: count,
  /** the result was compared with that of the other implementations before it was timed */
  checked: z.boolean(),
})

/** How many times longer `against` takes than this run's kernel. */
const ratio = z.strictObject({
  id: z.string().min(1),
  against: impl,
  ratio: amount,
  target: amount.nullable(),
  met: z.boolean().nullable(),
})

export const benchJson = z.strictObject({
  schema: z.literal('quorate.bench/1'),
  machine,
  versions: z.record(z.string(), z.string()),
  date: z.iso.datetime(),
  quick: z.boolean(),
  rows: z.array(row).readonly(),
  ratios: z.array(ratio).readonly(),
})

export type Implementation = z.infer<typeof impl>
export type Unit = z.infer<typeof row>['unit']
export type Machine = z.infer<typeof machine>
export type BenchRow = z.infer<typeof row>
export type BenchRatio = z.infer<typeof ratio>
export type BenchJson = z.infer<typeof benchJson>

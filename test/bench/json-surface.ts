/** The promised form of `--json FILE`, written a second time and compared with the schema's type. Nothing here runs; `npm run types` checks it. */
import type { BenchJson } from '../../bench/json.ts'
import type { KernelInfo } from '../package/kernel-surface.ts'
import type { Check, Same } from '../package/same.ts'

interface PromisedRow {
  id: string
  impl: 'quorate-integer' | 'quorate-fma' | 'baseline' | 'noble' | 'elliptic' | 'tiny' | 'libauth' | 'native'
  unit: 'ns' | 'us' | 'ms' | 'bytes' | 'ops/s'
  median: number
  min: number
  max: number
  samples: number
  checked: boolean
}

interface PromisedResult {
  schema: 'quorate.bench/1'
  machine: { cpu: string; cores: number; node: string; v8: string; quorate: string; kernel: KernelInfo['name'] }
  versions: Record<string, string>
  date: string
  quick: boolean
  rows: readonly PromisedRow[]
  ratios: readonly { id: string; against: PromisedRow['impl']; ratio: number; target: number | null; met: boolean | null }[]
}

export type Lines = [Check<Same<BenchJson, PromisedResult>>]

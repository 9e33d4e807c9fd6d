/** What must be reached, as ratios to a peer in the same run. Absolute times bind nothing: they are those of one machine on one day. */
import type { BenchJson, BenchRatio, BenchRow, Implementation } from './json.ts'
import { rounded } from './statistics.ts'

export interface Target {
  readonly id: string
  readonly against: Implementation
  readonly atLeast: number
  readonly stretch: number | null
}

type KernelName = BenchJson['machine']['kernel']

/** The field as the integer kernel multiplies one pair, and as the FMA kernel multiplies two at once. */
const FIELD: Readonly<Record<KernelName, readonly Target[]>> = {
  baseline: [],
  integer: [{ id: 'field/mul', against: 'noble', atLeast: 11, stretch: null }],
  fma: [{ id: 'field/mul', against: 'noble', atLeast: 18, stretch: null }],
}

const BOTH: readonly Target[] = [
  { id: 'point/base-mul', against: 'noble', atLeast: 18, stretch: 24 },
  { id: 'point/base-mul', against: 'libauth', atLeast: 2, stretch: null },
  { id: 'point/mul-var', against: 'noble', atLeast: 18, stretch: 26 },
  { id: 'point/mul-var', against: 'libauth', atLeast: 1.9, stretch: null },
  { id: 'signature/bip340/n=64', against: 'noble', atLeast: 22, stretch: 40 },
  { id: 'signature/bip340/n=64', against: 'tiny', atLeast: 4.5, stretch: null },
  { id: 'msm/n=128', against: 'noble', atLeast: 28, stretch: 40 },
  { id: 'msm/n=1024', against: 'noble', atLeast: 30, stretch: 45 },
  { id: 'msm/n=8192', against: 'noble', atLeast: 26, stretch: 45 },
  { id: 'dkg/67-of-100/total', against: 'noble', atLeast: 100, stretch: 200 },
  { id: 'frost/67-of-100/sign-aggregate-verify', against: 'noble', atLeast: 25, stretch: 40 },
  { id: 'frost/67-of-100/node/batch=1', against: 'noble', atLeast: 25, stretch: 40 },
  { id: 'frost/67-of-100/node/batch=100', against: 'noble', atLeast: 35, stretch: null },
  { id: 'frost/67-of-100/blame-all', against: 'noble', atLeast: 300, stretch: 500 },
  { id: 'cluster/3-of-5/cpu/batch=100,ceremonies=1', against: 'baseline', atLeast: 10, stretch: null },
]

export function targetsOf(kernel: KernelName): readonly Target[] {
  const own = kernel === 'fma' ? 'quorate-fma' : 'quorate-integer'
  return [
    ...FIELD[kernel],
    ...BOTH,
    // Against the same work on the calling thread alone.
    { id: 'pool/msm/n=8192/workers=2', against: own, atLeast: 1.7, stretch: null },
    { id: 'pool/dkg/67-of-100/workers=2', against: own, atLeast: 1.7, stretch: null },
  ]
}

/** Every implementation of a row against ours of the same id. A pool row is compared with the same work without threads. */
export function ratiosOf(kernel: KernelName, rows: readonly BenchRow[]): BenchRatio[] {
  const own: Implementation = kernel === 'baseline' ? 'baseline' : `quorate-${kernel}`
  const ours = new Map(rows.filter((row) => row.impl === own).map((row) => [row.id, row]))
  const targets = targetsOf(kernel)
  return rows.flatMap((row): BenchRatio[] => {
    if (row.unit === 'bytes') return []
    const inline = /^(pool\/.*)\/workers=[1-9]\d*$/.exec(row.id)
    const pair =
      row.impl !== own
        ? { mine: ours.get(row.id), theirs: row }
        : { mine: row, theirs: inline === null ? undefined : ours.get(`${inline[1]}/workers=0`) }
    if (pair.mine === undefined || pair.theirs === undefined || pair.mine.median === 0) return []
    // A rate is better when it is higher.
    const [slower, faster] = row.unit === 'ops/s' ? [pair.mine, pair.theirs] : [pair.theirs, pair.mine]
    const ratio = rounded(slower.median / faster.median)
    const target = targets.find(({ id, against }) => id === row.id && against === pair.theirs?.impl)?.atLeast ?? null
    return [{ id: row.id, against: pair.theirs.impl, ratio, target, met: target === null ? null : ratio >= target }]
  })
}

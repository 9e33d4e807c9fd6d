/** Which plots a result gives. A plot whose rows the result does not have is left out. */
import type { BenchJson, BenchRow, Implementation } from '../json.ts'
import { type Curve, curvePlot } from './curve-plot.ts'
import { type RatioLine, ratioPlot } from './ratio-plot.ts'
import { markOf } from './svg.ts'

/** What a reader who sees one picture should see. */
export const HEADLINES: readonly RatioLine[] = [
  { id: 'point/base-mul', label: 'k G, constant time' },
  { id: 'point/mul-var', label: 'k P, public' },
  { id: 'point/decompress', label: 'decompress a point' },
  { id: 'signature/bip340/n=64', label: 'BIP-340 verify, 64 at once' },
  { id: 'msm/n=128', label: 'sum of 128 products' },
  { id: 'msm/n=1024', label: 'sum of 1,024 products' },
  { id: 'msm/n=8192', label: 'sum of 8,192 products' },
  { id: 'dkg/67-of-100/total', label: 'DKG 67 of 100, one participant' },
  { id: 'frost/67-of-100/sign-aggregate-verify', label: 'FROST, 67 signers, one node' },
  { id: 'frost/67-of-100/node/batch=100', label: 'FROST, 67 signers, a message of 100' },
  { id: 'cluster/3-of-5/cpu/batch=100,ceremonies=1', label: 'all of a node of 3 of 5, a message of 100' },
  { id: 'frost/67-of-100/blame-one', label: 'name one cheater of 67' },
  { id: 'frost/67-of-100/blame-all', label: 'name 67 cheaters' },
]

export function ownImplementation({ machine }: BenchJson): Implementation {
  return machine.kernel === 'baseline' ? 'baseline' : `quorate-${machine.kernel}`
}

/** The lines of which the result has a ratio. */
function available(result: BenchJson, lines: readonly RatioLine[]): RatioLine[] {
  return lines.filter(({ id }) => result.ratios.some((ratio) => ratio.id === id))
}

export function headlinePlot(result: BenchJson): string {
  const { node, kernel } = result.machine
  const title = `How much longer others take (Node ${node}, ${kernel} kernel, one thread)`
  return ratioPlot(title, available(result, HEADLINES), result.ratios, ownImplementation(result))
}

/** Every row that has a peer, a plot a suite. */
export function suitePlots(result: BenchJson): string[] {
  const own = ownImplementation(result)
  const ids = [...new Set(result.ratios.filter(({ against }) => against !== own).map(({ id }) => id))]
  const suites = [...new Set(ids.map((id) => id.split('/')[0] ?? id))]
  return suites.map((suite) => {
    const lines = ids.filter((id) => id.startsWith(`${suite}/`)).map((id) => ({ id, label: id.slice(suite.length + 1) }))
    return ratioPlot(`${suite}: time as a multiple of quorate`, lines, result.ratios, own)
  })
}

/** Rows of one implementation whose ids match, as points. */
function curve(
  rows: readonly BenchRow[],
  impl: Implementation,
  own: Implementation,
  pattern: RegExp,
  y: (row: BenchRow, x: number) => number,
): Curve {
  const points = rows.flatMap((row) => {
    const size = row.impl === impl ? pattern.exec(row.id)?.[1] : undefined
    return size === undefined ? [] : [{ x: Number(size), y: y(row, Number(size)) }]
  })
  return { ...markOf(impl, own), points: points.sort((a, b) => a.x - b.x) }
}

const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f']
const SHAPES = ['circle', 'square', 'diamond', 'triangle'] as const

function poolCurves(rows: readonly BenchRow[]): Curve[] {
  const names = [...new Set(rows.flatMap(({ id }) => /^pool\/(.+)\/workers=\d+$/.exec(id)?.[1] ?? []))]
  return names.map((name, i) => {
    const timeOf = (workers: number): number | undefined => rows.find(({ id }) => id === `pool/${name}/workers=${workers}`)?.median
    const alone = timeOf(0) ?? 0
    const points = [0, 1, 2].flatMap((workers) => {
      const time = timeOf(workers)
      return time === undefined || time === 0 ? [] : [{ x: workers, y: alone / time }]
    })
    return { label: name, colour: COLOURS[i % COLOURS.length] ?? '#000000', shape: SHAPES[i % SHAPES.length] ?? 'circle', points }
  })
}

export function scalingPlots(result: BenchJson): string[] {
  const { rows } = result
  const own = ownImplementation(result)
  const present = [...new Set([own, ...rows.map(({ impl }) => impl)])]
  const plots = [
    {
      title: 'Sum of n products',
      xLabel: 'n',
      yLabel: 'microseconds a product',
      x: 'log',
      y: 'log',
      curves: present.map((impl) => curve(rows, impl, own, /^msm\/n=(\d+)$/, ({ median }, n) => median / n)),
    },
    {
      title: 'DKG, the work of one participant (t about 2n/3)',
      xLabel: 'participants n',
      yLabel: 'milliseconds',
      x: 'log',
      y: 'log',
      curves: present.map((impl) => curve(rows, impl, own, /^dkg\/\d+-of-(\d+)\/total$/, ({ median }) => median)),
    },
    {
      title: 'FROST: sign, aggregate and verify at one node',
      xLabel: 'signers t',
      yLabel: 'milliseconds',
      x: 'log',
      y: 'log',
      curves: present.map((impl) => curve(rows, impl, own, /^frost\/(\d+)-of-\d+\/sign-aggregate-verify$/, ({ median }) => median)),
    },
    {
      title: 'The pool: speed against the calling thread alone',
      xLabel: 'worker threads (0: the calling thread)',
      yLabel: 'times as fast',
      x: 'steps',
      y: 'linear',
      curves: poolCurves(rows),
    },
  ] as const
  return plots.filter(({ curves }) => curves.some(({ points }) => points.length > 0)).map(curvePlot)
}

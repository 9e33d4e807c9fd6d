/** Signatures per second against one figure at a time: a plot a series, and all of them as one picture. */
import type { BenchJson, BenchRow } from '../json.ts'
import { type Curve, type CurvePlot, curvePlot, PLOT_HEIGHT, PLOT_WIDTH } from './curve-plot.ts'
import { drawing, INK, type LegendEntry } from './svg.ts'

/** What a row of the series is at, and what is the same in all rows of a curve. */
interface Parsed {
  readonly x: number
  readonly rest: string
  readonly row: BenchRow
}

type SeriesPlot = Pick<CurvePlot, 'title' | 'xLabel' | 'x' | 'y'> & { readonly series: string }

const PLOTS: readonly SeriesPlot[] = [
  { series: 'signers', title: 'Signatures per second against signers', xLabel: 'signers, all in one process', x: 'log', y: 'log' },
  {
    series: 'ceremonies',
    title: 'Signatures per second against open ceremonies',
    xLabel: 'ceremonies at a time, one message each',
    x: 'log',
    y: 'linear',
  },
  { series: 'batch', title: 'Signatures per second against batch size', xLabel: 'messages a ceremony', x: 'log', y: 'linear' },
  {
    series: 'workers',
    title: 'Signatures per second against workers',
    xLabel: 'worker threads (0: the calling thread)',
    x: 'steps',
    y: 'linear',
  },
]

const MARKS: readonly Pick<LegendEntry, 'colour' | 'shape'>[] = [
  { colour: INK, shape: 'circle' },
  { colour: '#0072b2', shape: 'square' },
  { colour: '#d55e00', shape: 'triangle' },
]

/** `throughput/by-batch/signers=3,ceremonies=4,batch=10,workers=0`, in the series that is asked for. */
function parse(row: BenchRow, series: string): Parsed[] {
  const [suite, by, list = ''] = row.id.split('/')
  if (suite !== 'throughput' || by !== `by-${series}`) return []
  const figures = list.split(',').map((figure) => figure.split('='))
  const x = Number(figures.find(([name]) => name === series)?.[1])
  const rest = figures.filter(([name]) => name !== series).map(([name, value]) => `${name} ${value}`)
  return [{ x, rest: rest.join(', '), row }]
}

/** A curve for each choice of the other figures. */
function curvesOf(rows: readonly BenchRow[], series: string): Curve[] {
  const parsed = rows.flatMap((row) => parse(row, series))
  return [...new Set(parsed.map(({ rest }) => rest))].map((label, i) => ({
    label,
    ...(MARKS[i % MARKS.length] ?? { colour: INK, shape: 'circle' }),
    points: parsed
      .filter(({ rest }) => rest === label)
      .map(({ x, row }) => ({ x, y: row.median }))
      .sort((a, b) => a.x - b.x),
  }))
}

/** Those whose rows the result has. */
export function throughputPlots({ rows }: BenchJson): string[] {
  return PLOTS.map(({ series, ...plot }) => ({ ...plot, yLabel: 'signatures per second', curves: curvesOf(rows, series) }))
    .filter(({ curves }) => curves.length > 0)
    .map(curvePlot)
}

/** Two plots a line; null: the result has no such rows. */
export function throughputPicture(result: BenchJson): string | null {
  const plots = throughputPlots(result)
  if (plots.length === 0) return null
  const { node, kernel, cores } = result.machine
  const placed = plots.map((plot, i) => {
    const place = `x="${(i % 2) * PLOT_WIDTH}" y="${Math.floor(i / 2) * PLOT_HEIGHT}"`
    return plot.replace('<svg ', `<svg ${place} `)
  })
  const width = PLOT_WIDTH * Math.min(2, plots.length)
  const height = PLOT_HEIGHT * Math.ceil(plots.length / 2)
  return drawing(width, height, `Throughput of clusters in one process (Node ${node}, ${kernel} kernel, ${cores} cores)`, placed)
}

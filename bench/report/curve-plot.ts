/** Lines over a size: time, or speed, as it grows. */
import {
  drawing,
  FAINT,
  INK,
  type LegendEntry,
  legend,
  linearScale,
  logScale,
  MUTED,
  mark,
  type Scale,
  stepScale,
  straight,
  text,
  tickLabel,
} from './svg.ts'

export const PLOT_WIDTH = 640
export const PLOT_HEIGHT = 420
const LEFT = 76

export interface Curve extends LegendEntry {
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface CurvePlot {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly x: 'log' | 'steps'
  readonly y: 'log' | 'linear'
  readonly curves: readonly Curve[]
}

export function curvePlot({ title, xLabel, yLabel, x, y, curves }: CurvePlot): string {
  const drawn = curves
    .filter(({ points }) => points.length > 0)
    .map((curve): Curve => (curve.shape === 'bar' ? { ...curve, shape: 'circle' } : curve))
  const key = legend(drawn, 16, 52, PLOT_WIDTH - 32)
  const top = 48 + key.height + 14
  const bottom = PLOT_HEIGHT - 56
  const right = PLOT_WIDTH - 36
  const xs = drawn.flatMap(({ points }) => points.map((point) => point.x))
  const ys = drawn.flatMap(({ points }) => points.map((point) => point.y))
  // The sizes themselves are the ticks: a reader looks for 67 of 100, not for 50.
  const across: Scale =
    x === 'log' ? { ...logScale(xs, LEFT, right), ticks: [...new Set(xs)].sort((a, b) => a - b) } : stepScale(xs, LEFT, right)
  const up = y === 'log' ? logScale(ys, bottom, top) : linearScale(ys, bottom, top)
  const parts = [text(16, 26, title, { size: 16, weight: 'bold' }), ...key.parts]
  for (const tick of up.ticks) {
    parts.push(straight(LEFT, up.at(tick), right, up.at(tick)))
    parts.push(text(LEFT - 8, up.at(tick) + 4, tickLabel(tick), { anchor: 'end', colour: MUTED }))
  }
  for (const tick of across.ticks) {
    parts.push(straight(across.at(tick), bottom, across.at(tick), bottom + 5, INK))
    parts.push(text(across.at(tick), bottom + 20, tickLabel(tick), { anchor: 'middle', colour: MUTED }))
  }
  parts.push(straight(LEFT, bottom, right, bottom, INK), straight(LEFT, top, LEFT, bottom, FAINT))
  for (const { label, colour, shape, points } of drawn) {
    const path = points.map((point) => `${across.at(point.x).toFixed(1)},${up.at(point.y).toFixed(1)}`).join(' ')
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`)
    for (const point of points) {
      const title = `${label}, ${tickLabel(point.x)}: ${tickLabel(point.y)}`
      parts.push(mark(across.at(point.x), up.at(point.y), shape, colour, title))
    }
  }
  parts.push(text((LEFT + right) / 2, PLOT_HEIGHT - 14, xLabel, { anchor: 'middle' }))
  parts.push(text(20, (top + bottom) / 2, yLabel, { anchor: 'middle', rotate: true }))
  return drawing(PLOT_WIDTH, PLOT_HEIGHT, title, parts)
}

/** One line an operation: how many times as long each implementation takes, on a logarithmic axis. Left of 1 it is faster than this kernel. */
import type { BenchRatio, BenchRow, Implementation } from '../json.ts'
import { drawing, INK, legend, logScale, MUTED, mark, markOf, straight, text, tickLabel } from './svg.ts'

const ORDER: readonly Implementation[] = ['quorate-integer', 'baseline', 'noble', 'elliptic', 'tiny', 'libauth', 'native']
const WIDTH = 860
const LABELS = 270
const LINE = 26

export interface RatioLine {
  readonly id: string
  readonly label: string
}

export function ratioPlot(title: string, lines: readonly RatioLine[], ratios: readonly BenchRatio[], own: BenchRow['impl']): string {
  const shown = ratios.filter((ratio) => ratio.against !== own && ORDER.includes(ratio.against) && lines.some(({ id }) => id === ratio.id))
  const right = WIDTH - 40
  const scale = logScale([1, ...shown.map(({ ratio }) => ratio), ...shown.flatMap(({ target }) => target ?? [])], LABELS, right)
  const present = ORDER.filter((impl) => shown.some(({ against }) => against === impl))
  const entries = [own, ...present].map((impl) => markOf(impl, own))
  const key = legend(entries, 16, 52, WIDTH - 32)
  const top = 48 + key.height + 14
  const bottom = top + LINE * lines.length
  const parts = [text(16, 26, title, { size: 16, weight: 'bold' }), ...key.parts]
  for (const tick of scale.ticks) {
    parts.push(straight(scale.at(tick), top, scale.at(tick), bottom))
    parts.push(text(scale.at(tick), bottom + 18, `${tickLabel(tick)}x`, { anchor: 'middle', colour: MUTED }))
  }
  parts.push(straight(scale.at(1), top, scale.at(1), bottom, INK))
  lines.forEach(({ id, label }, i) => {
    const y = top + LINE * (i + 0.5)
    const mine = shown.filter((ratio) => ratio.id === id)
    parts.push(text(LABELS - 14, y + 4, label, { anchor: 'end' }), mark(scale.at(1), y, 'bar', INK, `${id}: quorate`))
    for (const { against, target } of mine) {
      // A small stroke in the peer's colour: what must be reached against it.
      if (target !== null) parts.push(straight(scale.at(target), y - 9, scale.at(target), y + 9, markOf(against, own).colour, 2))
    }
    for (const { against, ratio } of mine) {
      const { shape, colour, label: name } = markOf(against, own)
      parts.push(mark(scale.at(ratio), y, shape, colour, `${id}: ${name} takes ${ratio} times as long`))
    }
  })
  const note = 'time of the same work, as a multiple of quorate; upright strokes: targets'
  parts.push(text((LABELS + right) / 2, bottom + 40, note, { anchor: 'middle', colour: MUTED }))
  return drawing(WIDTH, bottom + 56, title, parts)
}

/** What the plots are drawn with: scales, axes, marks. Plain SVG text without scripts or outside fonts, so that a page and a README can hold it. */
import type { Implementation } from '../json.ts'

export const INK = '#1f2328'
export const FAINT = '#d0d7de'
export const MUTED = '#59636e'

/** Colours that people who do not see all of them tell apart (Okabe and Ito); shapes help where marks lie close together. */
const MARKS: Readonly<Record<Implementation, LegendEntry>> = {
  'quorate-integer': { colour: '#56b4e9', shape: 'circle', label: 'quorate (integer kernel)' },
  'quorate-fma': { colour: '#56b4e9', shape: 'circle', label: 'quorate (FMA kernel)' },
  baseline: { colour: '#7f7f7f', shape: 'circle', label: 'bn.js baseline' },
  noble: { colour: '#0072b2', shape: 'circle', label: '@noble/curves' },
  elliptic: { colour: '#cc79a7', shape: 'square', label: 'elliptic' },
  tiny: { colour: '#e69f00', shape: 'square', label: 'tiny-secp256k1' },
  libauth: { colour: '#009e73', shape: 'diamond', label: '@bitauth/libauth' },
  native: { colour: '#d55e00', shape: 'triangle', label: 'secp256k1 (native)' },
}

export type Shape = 'circle' | 'square' | 'diamond' | 'triangle' | 'bar'

/** The kernel that a result is about is in ink, whichever it is. */
export function markOf(impl: Implementation, own: Implementation): LegendEntry {
  return impl === own ? { ...MARKS[impl], colour: INK, shape: 'bar' } : MARKS[impl]
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export interface Scale {
  readonly ticks: readonly number[]
  at(value: number): number
}

/** 1, 2 or 5 times a power of ten: the largest that is not above, or the smallest that is not below. */
function neighbour(value: number, side: 'below' | 'above'): number {
  const decade = 10 ** Math.floor(Math.log10(value))
  const steps = [1, 2, 5, 10].map((factor) => factor * decade)
  const found = side === 'below' ? steps.filter((step) => step <= value).at(-1) : steps.find((step) => step >= value)
  return Number((found ?? value).toPrecision(1))
}

/** Around the values with a little room; ticks at 1, 2 and 5 times a power of ten, over more than three decades at the powers alone. */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0)
  const low = neighbour(0.95 * Math.min(...positive), 'below')
  const high = neighbour(1.05 * Math.max(...positive), 'above')
  const first = Math.floor(Math.log10(low))
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i))
  const wide = Math.log10(high / low) > 3
  const ticks = decades.flatMap((decade) => (wide ? [decade] : [decade, 2 * decade, 5 * decade])).map((tick) => Number(tick.toPrecision(1)))
  const at = (value: number): number => from + (Math.log10(value / low) / Math.log10(high / low)) * (to - from)
  return { ticks: ticks.filter((tick) => tick >= low && tick <= high), at }
}

/** From zero, in about five steps of 1, 2 or 5 times a power of ten. */
export function linearScale(values: readonly number[], from: number, to: number): Scale {
  const most = Math.max(...values, 1e-9)
  const rough = most / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const count = Math.ceil(most / step)
  return {
    ticks: Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(6))),
    at: (value) => from + (value / (count * step)) * (to - from),
  }
}

/** Exactly these values, evenly spaced. */
export function stepScale(values: readonly number[], from: number, to: number): Scale {
  const ticks = [...new Set(values)].sort((a, b) => a - b)
  const gap = (to - from) / ticks.length
  return { ticks, at: (value) => from + gap * (ticks.indexOf(value) + 0.5) }
}

export function tickLabel(value: number): string {
  return value >= 1000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)))
}

export interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly colour?: string
  readonly weight?: 'normal' | 'bold'
  readonly rotate?: boolean
}

export function text(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { anchor = 'start', size = 12, colour = INK, weight = 'normal', rotate = false } = options
  const turned = rotate ? ` transform="rotate(-90 ${x.toFixed(1)} ${y.toFixed(1)})"` : ''
  const style = `text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${colour}"`
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${style}${turned}>${escapeText(content)}</text>`
}

export function straight(x1: number, y1: number, x2: number, y2: number, colour = FAINT, width = 1): string {
  const ends = `x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"`
  return `<line ${ends} stroke="${colour}" stroke-width="${width}"/>`
}

/** `title` is what a pointer over the mark shows. */
export function mark(x: number, y: number, shape: Shape, colour: string, title: string): string {
  const r = 5
  const inner = `<title>${escapeText(title)}</title>`
  const place = (dx: number, dy: number): string => `${(x + dx).toFixed(1)},${(y + dy).toFixed(1)}`
  switch (shape) {
    case 'circle':
      return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r}" fill="${colour}">${inner}</circle>`
    case 'square':
      return `<rect x="${(x - r + 0.5).toFixed(1)}" y="${(y - r + 0.5).toFixed(1)}" width="9" height="9" fill="${colour}">${inner}</rect>`
    case 'diamond':
      return `<polygon points="${place(0, -r - 1)} ${place(r + 1, 0)} ${place(0, r + 1)} ${place(-r - 1, 0)}" fill="${colour}">${inner}</polygon>`
    case 'triangle':
      return `<polygon points="${place(0, -r - 1)} ${place(r + 1, r)} ${place(-r - 1, r)}" fill="${colour}">${inner}</polygon>`
    case 'bar':
      return `<rect x="${(x - 1.5).toFixed(1)}" y="${(y - 8).toFixed(1)}" width="3" height="16" fill="${colour}">${inner}</rect>`
  }
}

export function drawing(width: number, height: number, title: string, parts: readonly string[]): string {
  const font = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${font}>`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
  ].join('\n')
}

export interface LegendEntry {
  readonly label: string
  readonly colour: string
  readonly shape: Shape
}

/** In rows from `x`, breaking before `width` is used up. */
export function legend(
  entries: readonly LegendEntry[],
  x: number,
  y: number,
  width: number,
): { readonly parts: string[]; readonly height: number } {
  const parts: string[] = []
  let left = x
  let top = y
  for (const { label, colour, shape } of entries) {
    const needed = 30 + 7.4 * label.length
    if (left > x && left + needed > x + width) {
      left = x
      top += 20
    }
    parts.push(mark(left + 6, top - 4, shape, colour, label), text(left + 16, top, label))
    left += needed
  }
  return { parts, height: top - y + 20 }
}

/** One HTML page that holds all of a result: plots, targets, and every row as it was measured. */
import { verdictsOf } from '../check.ts'
import type { BenchJson } from '../json.ts'
import { amount } from '../table.ts'
import { headlinePlot, scalingPlots, suitePlots } from './plots.ts'
import { escapeText } from './svg.ts'
import { throughputPlots } from './throughput-plots.ts'

const STYLE = `
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; color: #1f2328; background: #fff; max-width: 1180px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem; border-bottom: 1px solid #d0d7de; padding-bottom: .3rem }
svg { max-width: 100%; height: auto; border: 1px solid #d0d7de; border-radius: 6px; margin: .5rem 0 }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem }
table { border-collapse: collapse; font-size: 13px; width: 100% } th, td { padding: .25rem .6rem; border-bottom: 1px solid #d0d7de; text-align: right; white-space: nowrap }
th { position: sticky; top: 0; background: #f6f8fa } td:first-child, th:first-child { text-align: left } strong { color: #b35900 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem } dt { color: #59636e } dd { margin: 0 }`

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'td' | 'th'): string => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')
  return `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>\n${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')}\n</tbody></table>`
}

function facts({ machine, versions, date, quick }: BenchJson): string {
  const entries: [string, string][] = [
    ['machine', `${machine.cpu}, ${machine.cores} cores`],
    ['kernel', machine.kernel],
    ['Node', `${machine.node} (V8 ${machine.v8})`],
    ['date', date],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ]
  if (quick) entries.push(['quick', 'made with --quick: the times mean little'])
  return `<dl>${entries.map(([name, value]) => `<dt>${name}</dt><dd>${escapeText(value)}</dd>`).join('')}</dl>`
}

function targetTable(result: BenchJson): string {
  const rows = verdictsOf(result, []).map(({ target, ratio, met }) => [
    escapeText(target.id),
    target.against,
    ratio === null ? 'not measured' : `${amount(ratio)}x`,
    `${target.atLeast}x`,
    target.stretch === null ? '' : `${target.stretch}x`,
    met ? 'met' : '<strong>missed</strong>',
  ])
  return tableOf(['operation', 'against', 'measured', 'at least', 'stretch', ''], rows)
}

function rowTable({ rows, ratios }: BenchJson): string {
  const body = rows.map((row) => {
    const ratio = ratios.find(({ id, against }) => id === row.id && against === row.impl)
    const figures = [row.median, row.min, row.max].map(amount)
    return [
      escapeText(row.id),
      row.impl,
      ...figures,
      row.unit,
      String(row.samples),
      row.checked ? 'yes' : '',
      ratio === undefined ? '' : `${amount(ratio.ratio)}x`,
    ]
  })
  return tableOf(['row', 'implementation', 'median', 'min', 'max', 'unit', 'samples', 'compared', 'of quorate'], body)
}

export function reportPage(result: BenchJson): string {
  const curves = scalingPlots(result)
  const rates = throughputPlots(result)
  const hasRatios = result.ratios.length > 0
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>quorate benchmark</title><style>${STYLE}</style></head><body>`,
    '<h1>quorate benchmark</h1>',
    facts(result),
    ...(hasRatios ? ['<h2>In one picture</h2>', headlinePlot(result)] : []),
    '<h2>Targets</h2>',
    targetTable(result),
    ...(curves.length > 0 ? ['<h2>How it grows</h2>', '<div class="curves">', ...curves, '</div>'] : []),
    ...(rates.length > 0 ? ['<h2>Throughput of a cluster in one process</h2>', '<div class="curves">', ...rates, '</div>'] : []),
    ...(hasRatios ? ['<h2>All ratios</h2>', ...suitePlots(result)] : []),
    '<h2>All rows</h2>',
    '<p>Medians of one item. "Compared" says that at least two implementations computed the row and gave the same result.</p>',
    rowTable(result),
    '</body></html>',
    '',
  ].join('\n')
}

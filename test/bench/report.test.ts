import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { admittedIn, verdictsOf } from '../../bench/check.ts'
import { readResult } from '../../bench/file.ts'
import type { BenchJson } from '../../bench/json.ts'
import { allRows, documentsFrom, headlineTable, targetTable, throughputTable, withPart } from '../../bench/report/documents.ts'
import { reportPage } from '../../bench/report/page.ts'
import { headlinePlot, scalingPlots, suitePlots } from '../../bench/report/plots.ts'
import { linearScale, logScale, stepScale } from '../../bench/report/svg.ts'
import { throughputPicture } from '../../bench/report/throughput-plots.ts'
import { rowId, SERIES } from '../../bench/suites/throughput.ts'
import { ROOT, textOf } from '../project/sources.ts'
import { resultOf, row } from './results.ts'

const result = resultOf([
  row('msm/n=8', 'quorate-integer', 100),
  row('msm/n=8', 'noble', 2_000),
  row('msm/n=128', 'quorate-integer', 900),
  row('msm/n=128', 'noble', 20_000),
  row('msm/n=128', 'native', 450),
  row('dkg/2-of-3/total', 'quorate-integer', 1),
  row('dkg/67-of-100/total', 'quorate-integer', 20, { unit: 'ms' }),
  row('dkg/67-of-100/total', 'noble', 3_000, { unit: 'ms' }),
  row('pool/msm/n=8192/workers=0', 'quorate-integer', 40),
  row('pool/msm/n=8192/workers=2', 'quorate-integer', 22),
  row('memory/tables', 'quorate-integer', 141_300, { unit: 'bytes', checked: false }),
])

/** The text that a reader sees. */
const visible = (html: string): string => html.replace(/<style>[\s\S]*?<\/style>|<title>[\s\S]*?<\/title>/g, '').replace(/<[^>]+>/g, ' ')

describe('the page', () => {
  const page = reportPage(result)

  it('holds every row of the result, those that lose to a peer too', () => {
    const cells = [...page.matchAll(/<tr><td>([^<]*)<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td>/g)].map(([, id, impl]) => `${id} ${impl}`)
    for (const { id, impl } of result.rows) expect(cells).toContain(`${id} ${impl}`)
    expect(page).toContain('0.500x')
  })

  it('stands alone: no script, and nothing from a network', () => {
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|@import|url\(/i)
    expect([...page.matchAll(/https?:\/\/[^"\s<]+/g)].map(([address]) => address)).toEqual(
      [...page.matchAll(/xmlns="([^"]+)"/g)].map(([, address]) => address),
    )
  })

  it('says what it was measured on', () => {
    for (const fact of ['a processor', '20.19.0', '@noble/curves 2.4.0', '2026-01-02']) expect(visible(page)).toContain(fact)
  })

  it('a result without rows still gives a page', () => {
    expect(reportPage(resultOf([]))).toContain('not measured')
  })
})

describe('plots', () => {
  it('are well-formed, with a mark for each ratio', () => {
    const plots = [headlinePlot(result), ...suitePlots(result), ...scalingPlots(result)]
    expect(plots.length).toBeGreaterThan(4)
    for (const plot of plots) {
      expect(plot.match(/<text/g)?.length).toBe(plot.match(/<\/text>/g)?.length)
      expect(plot).not.toMatch(/NaN|Infinity|undefined/)
    }
    const marks = suitePlots(result)
      .join('')
      .match(/takes [\d.]+ times as long/g)
    expect(marks).toHaveLength(result.ratios.filter(({ against }) => against !== 'quorate-integer').length)
  })

  it('axes cover their values, and a logarithmic one is even in ratios', () => {
    const scale = logScale([0.63, 300], 0, 100)
    expect(scale.at(0.63)).toBeGreaterThan(0)
    expect(scale.at(300)).toBeLessThan(100)
    expect(scale.at(10) - scale.at(1)).toBeCloseTo(scale.at(100) - scale.at(10))
    expect(scale.ticks).toEqual([0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500])
    expect(linearScale([1.75], 0, 100).ticks).toEqual([0, 0.5, 1, 1.5, 2])
    expect(stepScale([2, 0, 1, 0], 0, 300).at(1)).toBe(150)
  })
})

describe('throughput', () => {
  const ids = SERIES.flatMap(({ name, points }) => points.map((point) => rowId(name, point)))
  const rates = resultOf(ids.map((id, i) => row(id, 'quorate-integer', 100 + i, { unit: 'ops/s', checked: false })))

  it('its rows have ids that say what they measure, each once', () => {
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^throughput\/by-[a-z]+\/signers=\d+,ceremonies=\d+,batch=\d+,workers=\d+$/)
    for (const by of ['signers', 'ceremonies', 'batch', 'workers'])
      expect(ids.filter((id) => id.includes(`by-${by}/`)).length).toBeGreaterThan(2)
  })

  it('gives a plot against each of signers, ceremonies, batch size and workers, with a mark for every row', () => {
    const picture = throughputPicture(rates) ?? ''
    for (const what of ['signers', 'open ceremonies', 'batch size', 'workers']) {
      expect(picture).toContain(`Signatures per second against ${what}</text>`)
    }
    // A mark's title has the figure, as a legend's has not.
    expect(picture.match(/<title>[^<]*, [\d,]+: [\d.]+<\/title>/g)).toHaveLength(ids.length)
    expect(picture).not.toMatch(/NaN|Infinity|undefined/)
    expect(reportPage(rates)).toContain('Throughput of a cluster')
    expect(throughputPicture(result)).toBe(null)
  })

  it('has a table of its own', () => {
    expect(throughputTable([rates])).toMatch(/\| batch \| 3 \| 4 \| 1000 \| 0 \| \d+ \|/)
    expect(allRows(rates)).not.toContain('throughput/')
  })
})

describe('tables in documents', () => {
  it('show what is faster than we are, and what is missed', () => {
    expect(allRows(result)).toMatch(/\| `msm\/n=128` \| 900 us \| 22\.2x \| 0\.500x \|/)
    expect(targetTable([result])).toMatch(/\| `msm\/n=128` \| noble \| 28x \| 40x \| \*\*22\.2x, missed\*\* \|/)
    expect(targetTable([result])).toMatch(/\| `pool\/msm\/n=8192\/workers=2` \| the calling thread alone \| 1\.7x \|\s+\| 1\.82x \|/)
    expect(allRows(resultOf([row('msm/n=128', 'quorate-integer', 3_605)]))).toMatch(/\| 3\.60 ms \|/)
    expect(headlineTable(result)).toMatch(/\| DKG 67 of 100, one participant \| 20\.0 ms \| 150x \|/)
  })

  it('replace what is between their marks and nothing else', () => {
    const before = 'a\n<!-- bench: rows -->\nold\n<!-- /bench -->\nb\n'
    expect(withPart(before, 'rows', '| $& |')).toBe('a\n<!-- bench: rows -->\n\n| $& |\n\n<!-- /bench -->\nb\n')
    expect(() => withPart(before, 'other', '')).toThrow()
  })
})

it('each decision is in the index of bench/README.md', () => {
  const files = readdirSync(`${ROOT}bench/decisions`).filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(3)
  expect(files.filter((name) => !textOf('bench/README.md').includes(`\`${name}\``))).toEqual([])
})

describe('what is checked in', () => {
  const names = existsSync(`${ROOT}docs/performance`)
    ? readdirSync(`${ROOT}docs/performance`).filter((name) => /^bench-.*\.json$/.test(name))
    : []
  const results: { name: string; result: BenchJson }[] = names
    .sort()
    .map((name) => ({ name, result: readResult(`${ROOT}docs/performance/${name}`) }))

  it('the documents and the plot are those of the checked-in results (npm run bench:report)', () => {
    const made = documentsFrom(results, textOf)
    const measured = results[0]?.result.rows.some(({ id }) => id.startsWith('throughput/')) === true
    const pictures = ['docs/performance/ratios.svg', ...(measured ? ['docs/performance/throughput.svg'] : [])]
    expect([...made.keys()]).toEqual(['README.md', 'docs/performance.md', ...pictures])
    for (const [name, text] of made) expect(text === textOf(name), name).toBe(true)
  })

  it('are full runs, and the list of missed targets is exactly what they miss', () => {
    expect(results.map(({ result }) => result.quick)).not.toContain(true)
    const missed = results.flatMap(({ result }) =>
      verdictsOf(result, [])
        .filter(({ met }) => !met)
        .map(({ target }) => `${result.machine.kernel} ${target.id} ${target.against}`),
    )
    const listed = admittedIn(textOf('docs/performance.md')).map(({ kernel, id, against }) => `${kernel} ${id} ${against}`)
    expect(listed.sort()).toEqual([...new Set(missed)].sort())
  })
})

/** The generated parts of the documents: tables between two marks, from the results that are checked in. */
import { verdictsOf } from '../check.ts'
import { growthOf } from '../growth.ts'
import type { BenchJson, BenchRow, Implementation } from '../json.ts'
import { amount } from '../table.ts'
import { targetsOf } from '../targets.ts'
import { HEADLINES, headlinePlot, ownImplementation } from './plots.ts'
import { throughputPicture } from './throughput-plots.ts'

const PEERS: readonly Implementation[] = ['baseline', 'noble', 'elliptic', 'tiny', 'libauth', 'native']

function markdown(head: readonly string[], rows: readonly (readonly string[])[], leftColumns = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = `|${head.map((_, i) => (i < leftColumns ? '---' : '--:')).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

const columnOf = ({ machine }: BenchJson): string => `${machine.kernel} kernel, Node ${machine.node.split('.')[0]}`

function ratioCell(result: BenchJson, id: string, against: Implementation): string {
  const ratio = result.ratios.find((one) => one.id === id && one.against === against)
  return ratio === undefined ? '' : `${amount(ratio.ratio)}x`
}

const LARGER: Readonly<Partial<Record<BenchRow['unit'], BenchRow['unit']>>> = { ns: 'us', us: 'ms' }

/** With a unit that leaves few digits. */
function timeCell(row: Pick<BenchRow, 'median' | 'unit'> | undefined): string {
  if (row === undefined) return ''
  const { median, unit } = row
  if (unit === 'bytes') return `${median.toLocaleString('en-US')} B`
  const larger = LARGER[unit]
  return median >= 1_000 && larger !== undefined ? timeCell({ median: median / 1_000, unit: larger }) : `${amount(median)} ${unit}`
}

/** The README's: what one participant or verifier pays, and how much longer the others take. */
export function headlineTable(result: BenchJson): string {
  const own = ownImplementation(result)
  const peers = PEERS.filter((impl) => HEADLINES.some(({ id }) => ratioCell(result, id, impl) !== ''))
  const rows = HEADLINES.flatMap(({ id, label }) => {
    const row = result.rows.find((one) => one.id === id && one.impl === own)
    return row === undefined ? [] : [[label, timeCell(row), ...peers.map((impl) => ratioCell(result, id, impl))]]
  })
  return markdown(['one thread', 'quorate', ...peers], rows)
}

/** Where a result was made: the times are those of this machine, the ratios less so. */
export function provenance(result: BenchJson): string {
  const { machine, date, versions } = result
  const list = Object.entries(versions)
    .filter(([name]) => name !== 'node' && name !== 'quorate')
    .map(([name, version]) => `${name} ${version}`)
  return `Node ${machine.node} (V8 ${machine.v8}), ${machine.kernel} kernel, ${machine.cpu}, ${machine.cores} cores, ${date.slice(0, 10)}; ${list.join(', ')}.`
}

const STAGES: readonly (readonly [string, string, readonly string[]])[] = [
  ['DKG 67 of 100', 'dkg/67-of-100', ['deal-commitments', 'check-openings', 'check-dealings', 'deal-shares', 'open-shares', 'total']],
  ['FROST, 67 signers', 'frost/67-of-100', ['commit', 'sign', 'aggregate-verify', 'sign-aggregate-verify', 'blame-one', 'blame-all']],
]

/** One participant's time by stage, a column a result. */
export function stageTable(results: readonly BenchJson[]): string {
  const rows = STAGES.flatMap(([name, prefix, stages]) =>
    stages.map((stage) => {
      const cells = results.map((result) => {
        const own = ownImplementation(result)
        return timeCell(result.rows.find(({ id, impl }) => id === `${prefix}/${stage}` && impl === own))
      })
      return [name, stage, ...cells]
    }),
  )
  return markdown(['ceremony', 'stage', ...results.map(columnOf)], rows, 2)
}

/** Each target with what each result has. */
export function targetTable(results: readonly BenchJson[]): string {
  const keys = new Map(
    results.flatMap(({ machine }) =>
      targetsOf(machine.kernel).map(({ id, against }) => [`${id} ${against.replace(/^quorate-.*/, 'quorate')}`, id]),
    ),
  )
  const verdicts = results.map((result) => verdictsOf(result, []))
  const rows = [...keys].map(([key, id]) => {
    const mine = verdicts.map((list) =>
      list.find(({ target }) => `${target.id} ${target.against.replace(/^quorate-.*/, 'quorate')}` === key),
    )
    const bounds = [...new Set(mine.flatMap((verdict) => (verdict === undefined ? [] : [`${verdict.target.atLeast}x`])))]
    const stretch = mine.find((verdict) => verdict !== undefined)?.target.stretch ?? null
    const cells = mine.map((verdict) => {
      if (verdict === undefined) return ''
      if (verdict.ratio === null) return 'not measured'
      return verdict.met ? `${amount(verdict.ratio)}x` : `**${amount(verdict.ratio)}x, missed**`
    })
    const peer = key.slice(id.length + 1)
    return [
      `\`${id}\``,
      peer === 'quorate' ? 'the calling thread alone' : peer,
      bounds.join(' / '),
      stretch === null ? '' : `${stretch}x`,
      ...cells,
    ]
  })
  return markdown(['row', 'against', 'at least', 'stretch', ...results.map(columnOf)], rows, 2)
}

export function growthTable(results: readonly BenchJson[]): string {
  const columns = results.map((result) => new Map(growthOf(result).map((growth) => [growth.what, growth])))
  const known = new Map(columns.flatMap((column) => [...column.values()].map(({ what, aim }) => [what, aim])))
  const rows = [...known].map(([what, aim]) => [what, aim, ...columns.map((column) => column.get(what)?.measured ?? '')])
  return markdown(['growth', 'aim', ...results.map(columnOf)], rows)
}

/** A line for each load, a column a result. */
export function throughputTable(results: readonly BenchJson[]): string {
  const ids = [...new Set(results.flatMap(({ rows }) => rows.flatMap(({ id }) => (id.startsWith('throughput/') ? [id] : []))))]
  const rows = ids.map((id) => {
    const figures = (id.split('/')[2] ?? '').split(',').map((figure) => figure.split('=')[1] ?? '')
    const cells = results
      .map((result) => result.rows.find((row) => row.id === id))
      .map((row) => (row === undefined ? '' : amount(row.median)))
    return [(id.split('/')[1] ?? '').replace('by-', ''), ...figures, ...cells]
  })
  return markdown(['against', 'signers', 'ceremonies', 'batch', 'workers', ...results.map(columnOf)], rows)
}

/** The rates and their picture, which is that of the first result. */
function throughputPart(results: readonly BenchJson[], picture: string | null): string {
  if (picture === null) return 'Not measured in these results.'
  return `${throughputTable(results)}\n\n![Signatures per second](performance/throughput.svg)`
}

/** Every row of a result. */
export function allRows(result: BenchJson): string {
  const own = ownImplementation(result)
  const peers = PEERS.filter((impl) => result.rows.some((row) => row.impl === impl))
  const others = [...new Set(result.rows.map(({ impl }) => impl))].filter((impl) => impl !== own && !peers.includes(impl))
  const columns = [...others, ...peers]
  // The rates have a table of their own.
  const ids = result.rows.map(({ id }) => id).filter((id) => !id.startsWith('throughput/'))
  const rows = [...new Set(ids)].map((id) => {
    const row = result.rows.find((one) => one.id === id && one.impl === own)
    const alone = ratioCell(result, id, own)
    return [`\`${id}\``, timeCell(row), ...columns.map((impl) => ratioCell(result, id, impl)), alone]
  })
  return markdown(['row', 'quorate', ...columns, 'the calling thread'], rows)
}

/**
 * Replaces what is between `<!-- bench: NAME -->` and `<!-- /bench -->`.
 *
 * @throws when the document has no such place
 */
export function withPart(document: string, name: string, content: string): string {
  const place = new RegExp(`(<!-- bench: ${name} -->\n)[\\s\\S]*?(<!-- /bench -->)`)
  if (!place.test(document)) throw new Error(`the document has no place called ${name}`)
  return document.replace(place, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`)
}

export interface NamedResult {
  readonly name: string
  readonly result: BenchJson
}

/**
 * The documents with their generated parts, by path below the project. The README shows the first result.
 *
 * @param read a document's text as it is
 */
export function documentsFrom(results: readonly NamedResult[], read: (name: string) => string): Map<string, string> {
  const [first] = results
  if (first === undefined) return new Map()
  const all = results.map(({ name, result }) => `### ${name}\n\n${provenance(result)}\n\n${allRows(result)}`).join('\n\n')
  const list = results.map(({ result }) => result)
  const picture = throughputPicture(first.result)
  const parts = {
    targets: targetTable(list),
    growth: growthTable(list),
    stages: stageTable(list),
    throughput: throughputPart(list, picture),
    rows: all,
  }
  const performance = Object.entries(parts).reduce((text, [name, part]) => withPart(text, name, part), read('docs/performance.md'))
  return new Map([
    ['README.md', withPart(read('README.md'), 'headline', `${headlineTable(first.result)}\n\n${provenance(first.result)}`)],
    ['docs/performance.md', performance],
    ['docs/performance/ratios.svg', `${headlinePlot(first.result)}\n`],
    ...(picture === null ? [] : [['docs/performance/throughput.svg', `${picture}\n`] as const]),
  ])
}

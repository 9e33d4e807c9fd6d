/** The generated parts of the documents: tables between two marks, from the results that are checked in. */
import { verdictsOf } from '../check.ts'
import type { BenchJson, BenchRow, Implementation } from '../json.ts'
import { amount } from '../table.ts'
import { targetsOf } from '../targets.ts'
import { HEADLINES, ownImplementation } from './plots.ts'

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

function timeCell(row: BenchRow | undefined): string {
  return row === undefined ? '' : row.unit === 'bytes' ? `${row.median.toLocaleString('en-US')} B` : `${amount(row.median)} ${row.unit}`
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

/** Every row of a result. */
export function allRows(result: BenchJson): string {
  const own = ownImplementation(result)
  const peers = PEERS.filter((impl) => result.rows.some((row) => row.impl === impl))
  const others = [...new Set(result.rows.map(({ impl }) => impl))].filter((impl) => impl !== own && !peers.includes(impl))
  const columns = [...others, ...peers]
  const rows = [...new Set(result.rows.map(({ id }) => id))].map((id) => {
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

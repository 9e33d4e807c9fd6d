/**
 * `npm run bench:report`. With a file: one page that holds all of that result. Without: the generated parts of the documents and the README's plot,
 * from the results that are checked in.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readResult, writeFile } from '../file.ts'
import type { BenchJson } from '../json.ts'
import { UsageError } from '../options.ts'
import { projectFile } from '../root.ts'
import { allRows, headlineTable, provenance, targetTable, withPart } from './documents.ts'
import { reportPage } from './page.ts'
import { headlinePlot } from './plots.ts'

const USAGE = 'npm run bench:report [-- FILE [--out PAGE]]   without FILE: the checked-in results, into the documents too'
const RESULTS = projectFile('docs', 'performance')

/** By name; the first is the one of the README. */
function checkedIn(): { readonly name: string; readonly result: BenchJson }[] {
  const names = existsSync(RESULTS) ? readdirSync(RESULTS).filter((name) => /^bench-.*\.json$/.test(name)) : []
  return names.sort().map((name) => ({ name, result: readResult(projectFile('docs', 'performance', name)) }))
}

/** The documents with their generated parts: path below the project, and text. */
export function documents(results: readonly { readonly name: string; readonly result: BenchJson }[]): Map<string, string> {
  const [first] = results
  if (first === undefined) throw new UsageError('no result is checked in below docs/performance')
  const head = `${headlineTable(first.result)}\n\n${provenance(first.result)}`
  const all = results.map(({ name, result }) => `### ${name}\n\n${provenance(result)}\n\n${allRows(result)}`).join('\n\n')
  let performance = readFileSync(projectFile('docs', 'performance.md'), 'utf8')
  performance = withPart(performance, 'targets', targetTable(results.map(({ result }) => result)))
  performance = withPart(performance, 'rows', all)
  const readme = withPart(readFileSync(projectFile('README.md'), 'utf8'), 'headline', head)
  return new Map([
    ['README.md', readme],
    ['docs/performance.md', performance],
    ['docs/performance/ratios.svg', `${headlinePlot(first.result)}\n`],
  ])
}

function main(args: readonly string[]): void {
  const { values, positionals } = parse(args)
  const [file, ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`unexpected argument "${rest[0]}"`)
  const results = file === undefined ? checkedIn() : []
  if (file === undefined) {
    for (const [name, text] of documents(results)) {
      writeFile(projectFile(...name.split('/')), text)
      console.log(`wrote ${name}`)
    }
  }
  const shown = file === undefined ? results[0]?.result : readResult(file)
  if (shown === undefined) return
  const page = values.out ?? 'bench-report.html'
  writeFile(page, reportPage(shown))
  console.log(`wrote ${page}`)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { out: { type: 'string' } } })
  } catch {
    throw new UsageError(USAGE)
  }
}

try {
  main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`bench:report: ${error.message}`)
  process.exitCode = 2
}

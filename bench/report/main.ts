/**
 * `npm run bench:report`. With a file: one page that holds all of that result. Without: the generated parts of the documents and the README's plot,
 * from the results that are checked in.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readResult, writeFile } from '../file.ts'
import { UsageError } from '../options.ts'
import { projectFile } from '../root.ts'
import { documentsFrom, type NamedResult } from './documents.ts'
import { reportPage } from './page.ts'

const USAGE = 'npm run bench:report [-- FILE [--out PAGE]]   without FILE: the checked-in results, into the documents too'
const RESULTS = projectFile('docs', 'performance')

/** By name; the first is the one of the README. */
function checkedIn(): NamedResult[] {
  const names = existsSync(RESULTS) ? readdirSync(RESULTS).filter((name) => /^bench-.*\.json$/.test(name)) : []
  return names.sort().map((name) => ({ name, result: readResult(projectFile('docs', 'performance', name)) }))
}

function main(args: readonly string[]): void {
  const { values, positionals } = parse(args)
  const [file, ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`unexpected argument "${rest[0]}"`)
  const results = file === undefined ? checkedIn() : []
  if (file === undefined) {
    if (results.length === 0) throw new UsageError('no result is checked in below docs/performance')
    for (const [name, text] of documentsFrom(results, (name) => readFileSync(projectFile(...name.split('/')), 'utf8'))) {
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

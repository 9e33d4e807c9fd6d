/**
 * `npm run bench`: the kernel and the protocol against the bn.js baseline and other implementations. See README.md in this folder for what bench/ may
 * import. Exit codes: 0 done, 1 the implementations disagree or a target is missed, 2 usage.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { admittedIn, failuresOf, verdictLine, verdictsOf } from './check.ts'
import { comparisonLines } from './compare.ts'
import { type BenchJson, benchJson, type Machine } from './json.ts'
import { type Options, parseOptions, type RunOptions, USAGE, UsageError } from './options.ts'
import { loadPeers } from './peers/index.ts'
import { projectFile } from './root.ts'
import { DisagreementError, runBenchmark } from './run.ts'
import { headLine, rowLines } from './table.ts'

/** @throws UsageError */
function readJson(file: string): BenchJson {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'}`)
  }
  const parsed = benchJson.safeParse(value)
  if (!parsed.success) throw new UsageError(`${file} is not a benchmark result: ${parsed.error.issues[0]?.path.join('.')}`)
  return parsed.data
}

/** Complete or not at all: a reader never sees half a file. */
function writeJson(file: string, result: BenchJson): void {
  const part = `${file}.${process.pid}.part`
  writeFileSync(part, `${JSON.stringify(result, null, 1)}\n`)
  renameSync(part, file)
}

async function run(options: RunOptions): Promise<number> {
  let kernel: Machine['kernel'] = 'integer'
  const result = await runBenchmark(options, await loadPeers(), {
    begin(machine, { missing }) {
      const { node, cpu, cores } = machine
      kernel = machine.kernel
      console.log(`Node ${node}, ${kernel} kernel, ${cpu}, ${cores} cores${options.quick ? '; quick: times mean little' : ''}`)
      for (const { impl, reason } of missing) console.log(`${impl}: ${reason}`)
      console.log('Times are medians for one item; the other columns say how many times longer each implementation takes.')
      console.log(headLine())
    },
    rows(rows, ratios) {
      for (const line of rowLines(rows, ratios, kernel)) console.log(line)
    },
  })
  if (options.json !== null) writeJson(options.json, result)
  console.log(
    `${new Set(result.rows.map(({ id }) => id)).size} rows; results were equal wherever more than one implementation computes them`,
  )
  return 0
}

/** @returns 1 when a target is missed that the document does not list */
function check(result: BenchJson): number {
  const document = projectFile('docs', 'performance.md')
  const verdicts = verdictsOf(result, existsSync(document) ? admittedIn(readFileSync(document, 'utf8')) : [])
  if (result.quick) console.log('made with --quick: its times mean little')
  console.log(`${'target'.padEnd(60)}${['measured', 'at least', 'stretch'].map((cell) => cell.padStart(13)).join('')}`)
  for (const verdict of verdicts) console.log(verdictLine(verdict))
  const failures = failuresOf(verdicts)
  console.log(
    `${verdicts.filter(({ met }) => met).length} of ${verdicts.length} targets met; ${failures.length} missed without being listed`,
  )
  return failures.length === 0 ? 0 : 1
}

async function main(options: Options): Promise<number> {
  switch (options.command) {
    case 'help':
      console.log(USAGE)
      return 0
    case 'run':
      return await run(options)
    case 'compare':
      for (const line of comparisonLines(readJson(options.before), readJson(options.after))) console.log(line)
      return 0
    case 'check':
      return check(readJson(options.file))
  }
}

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof DisagreementError)) throw error
  console.error(`bench: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

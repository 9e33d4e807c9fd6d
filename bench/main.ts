/**
 * `npm run bench`: the kernel and the protocol against the bn.js baseline and other implementations. See README.md in this folder for what bench/ may
 * import. Exit codes: 0 done, 1 the implementations disagree or a target is missed, 2 usage.
 */
import { existsSync, readFileSync } from 'node:fs'
import { admittedIn, failuresOf, verdictLine, verdictsOf } from './check.ts'
import { comparisonLines } from './compare.ts'
import { enduranceLines } from './endurance/held.ts'
import { runEndurance } from './endurance/run.ts'
import { assertWritable, formatResult, readResult, writeFile } from './file.ts'
import { growthOf } from './growth.ts'
import type { BenchJson, Machine } from './json.ts'
import { type Options, parseOptions, type RunOptions, USAGE, UsageError } from './options.ts'
import { loadPeers } from './peers/index.ts'
import type { ProfileOptions } from './profile/options.ts'
import { LOADS, profileLoad } from './profile/run.ts'
import { SUMMARY_HEAD, summaryLines } from './profile/summary.ts'
import { throughputPicture } from './report/throughput-plots.ts'
import { projectFile } from './root.ts'
import { DisagreementError } from './rows.ts'
import { runBenchmark } from './run.ts'
import { headLine, rowLines } from './table.ts'

async function run(options: RunOptions): Promise<number> {
  for (const file of [options.json, options.svg]) if (file !== null) assertWritable(file)
  let kernel: Machine['kernel'] = 'integer'
  const result = await runBenchmark(options, await loadPeers(), {
    begin(machine, { missing }) {
      const { node, cpu, cores } = machine
      kernel = machine.kernel
      console.log(`Node ${node}, ${kernel} kernel, ${cpu}, ${cores} cores${options.quick ? '; quick: times mean little' : ''}`)
      for (const { impl, reason } of missing) console.log(`${impl}: ${reason}`)
      console.log('Times are medians for one item; the other columns say how many times longer each implementation takes.')
      console.log(headLine(kernel))
    },
    rows(rows, ratios) {
      for (const line of rowLines(rows, ratios, kernel)) console.log(line)
    },
  })
  if (options.json !== null) writeFile(options.json, formatResult(result))
  const picture = options.svg === null ? null : throughputPicture(result)
  if (options.svg !== null && picture !== null) {
    writeFile(options.svg, `${picture}\n`)
    console.log(`wrote ${options.svg}`)
  }
  console.log(
    `${new Set(result.rows.map(({ id }) => id)).size} rows; results were equal wherever more than one implementation computes them`,
  )
  return 0
}

function profile(options: ProfileOptions): number {
  if (options.out !== null) assertWritable(options.out)
  const loads = options.batch === null ? LOADS : [{ batch: options.batch, inFlight: options.inFlight }]
  const parts = loads.map((load) => {
    const lines = summaryLines(profileLoad(load, options))
    for (const line of lines) console.log(line)
    console.log('')
    return lines.join('\n')
  })
  if (options.out !== null) writeFile(options.out, `${SUMMARY_HEAD}\n\n${parts.join('\n\n')}\n`)
  return 0
}

/** @returns 1 when a target is missed that the document does not list */
function check(result: BenchJson): number {
  const document = projectFile('docs', 'performance.md')
  const verdicts = verdictsOf(result, existsSync(document) ? admittedIn(readFileSync(document, 'utf8')) : [])
  if (result.quick) console.log('made with --quick: its times mean little')
  console.log(`${'target'.padEnd(60)}${['measured', 'at least', 'stretch'].map((cell) => cell.padStart(13)).join('')}`)
  for (const verdict of verdicts) console.log(verdictLine(verdict))
  for (const { what, measured, aim } of growthOf(result)) console.log(`${what}: ${measured} (aim: ${aim}; an absolute time, not judged)`)
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
    case 'profile':
      return profile(options)
    case 'endurance':
      for (const line of enduranceLines(runEndurance(options))) console.log(line)
      return 0
    case 'compare':
      for (const line of comparisonLines(readResult(options.before), readResult(options.after))) console.log(line)
      return 0
    case 'check':
      return check(readResult(options.file))
  }
}

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2), process.env))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof DisagreementError)) throw error
  console.error(`bench: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

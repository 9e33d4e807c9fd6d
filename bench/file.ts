/** Results as files. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type BenchJson, benchJson } from './json.ts'
import { UsageError } from './options.ts'

/** @throws UsageError when the file is not there or not a result */
export function readResult(file: string): BenchJson {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'}`)
  }
  const parsed = benchJson.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(`${file} is not a benchmark result: ${issue?.path.join('.')}: ${issue?.message}`)
}

const partOf = (file: string): string => `${file}.${process.pid}.part`

/** Before a run of minutes rather than after it. @throws UsageError when no file can be made there */
export function assertWritable(file: string): void {
  try {
    writeFileSync(partOf(file), '')
    rmSync(partOf(file))
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : 'no reason is known'}`)
  }
}

/** Complete or not at all: a reader never sees half a file. */
export function writeFile(file: string, text: string): void {
  const part = partOf(file)
  writeFileSync(part, text)
  renameSync(part, file)
}

export function formatResult(result: BenchJson): string {
  const lines = (items: readonly unknown[]): string => items.map((item) => `\n  ${JSON.stringify(item)}`).join(',')
  const { rows, ratios, ...head } = result
  // A line a row: two files compare well.
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "rows": [${lines(rows)}\n ],\n "ratios": [${lines(ratios)}\n ]\n}\n`
}

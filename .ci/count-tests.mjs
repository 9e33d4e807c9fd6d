// Prints "passed failed" of a vitest JSON report. A skipped test is a failed one here, and a run that fails without a failed test (an
// unhandled rejection, a file that does not load) counts as one failure.
import { readFileSync } from 'node:fs'

const [file, status] = process.argv.slice(2)

function count() {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const skipped = report.numPendingTests + report.numTodoTests
  if (skipped > 0) console.error(`${skipped} tests were skipped: in CI nothing may be`)
  const failed = report.numFailedTests + skipped
  return { passed: report.numPassedTests, failed: failed === 0 && status !== '0' ? 1 : failed }
}

try {
  const { passed, failed } = count()
  console.log(`${passed} ${failed}`)
} catch (error) {
  console.error(String(error))
  console.log('0 1')
}

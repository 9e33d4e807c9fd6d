/** How a function refuses, in a form to compare: the code and the field of its typed error. Anything but a QuorateError is a failure. */
import { QuorateError } from '../../src/errors.ts'

function describe(error: unknown): string {
  if (!(error instanceof QuorateError)) return `not a QuorateError: ${error instanceof Error ? error.stack : String(error)}`
  return error.field === undefined ? error.code : `${error.code} ${error.field}`
}

export function refusalOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return describe(error)
  }
  return 'no refusal'
}

export async function rejectionOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run()
  } catch (error) {
    return describe(error)
  }
  return 'no rejection'
}

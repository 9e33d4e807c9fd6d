import type { Failure } from '../../index.ts'
import type { DemoRun } from './run.ts'

/** Every ceremony ended well, but something that the demo promises does not hold. */
export class CheckFailed extends Error {
  readonly run: DemoRun

  constructor(message: string, run: DemoRun) {
    super(message)
    this.run = run
  }
}

export class CeremonyFailed extends Error {
  readonly failure: Failure

  constructor(what: string, failure: Failure) {
    const blamed = failure.blamed.map(({ validator, fault }) => `${validator} (${fault})`).join(', ') || 'nobody'
    const missing = [...new Set(failure.missing.map(({ validator }) => validator))].join(', ') || 'nobody'
    super(`${what} failed in ${failure.stage}: ${failure.reason}; blamed: ${blamed}; missing: ${missing}`)
    this.failure = failure
  }
}

/** All suites, in the order of the table. */
import type { Context } from '../context.ts'
import type { CaseSource } from '../model.ts'
import { fieldSuite } from './field.ts'
import { msmSuite } from './msm.ts'
import { pointSuite } from './point.ts'

export function allCases(context: Context): CaseSource[] {
  return [...fieldSuite(context), ...pointSuite(context), ...msmSuite(context)]
}

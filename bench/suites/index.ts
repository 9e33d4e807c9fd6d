/** All suites, in the order of the table. */
import type { Context } from '../context.ts'
import type { CaseSource } from '../model.ts'
import { clusterSuite } from './cluster.ts'
import { dkgSuite } from './dkg.ts'
import { exponentSuite } from './exponent.ts'
import { fieldSuite } from './field.ts'
import { frostSuite } from './frost.ts'
import { frostNodeSuite } from './frost-node.ts'
import { msmSuite } from './msm.ts'
import { pointSuite } from './point.ts'
import { poolSuite } from './pool.ts'
import { envelopeSuite, proofSuite, signatureSuite } from './signature.ts'
import { startUpSuite } from './start-up.ts'
import { throughputSuite } from './throughput.ts'

const SUITES = [
  fieldSuite,
  pointSuite,
  msmSuite,
  exponentSuite,
  proofSuite,
  signatureSuite,
  dkgSuite,
  frostSuite,
  frostNodeSuite,
  envelopeSuite,
  poolSuite,
  startUpSuite,
  clusterSuite,
  throughputSuite,
]

export function allCases(context: Context): CaseSource[] {
  return SUITES.flatMap((suite) => suite(context))
}

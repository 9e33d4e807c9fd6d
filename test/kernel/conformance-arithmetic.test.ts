import { conformanceBackends } from './backends.ts'
import { conformanceSuite } from './conformance-suite.ts'

conformanceSuite('scalars and points', await conformanceBackends())

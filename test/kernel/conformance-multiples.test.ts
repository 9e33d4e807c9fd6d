import { conformanceBackends } from './backends.ts'
import { conformanceSuite } from './conformance-suite.ts'

conformanceSuite('multiples and signatures', await conformanceBackends())

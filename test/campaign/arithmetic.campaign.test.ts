/** Ten times the field and scalar operations of `npm test`. */
import { arithmeticTests } from '../kernel/wasm/arithmetic.ts'

arithmeticTests(100_000)

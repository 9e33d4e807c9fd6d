import { arithmeticTests } from './arithmetic.ts'

arithmeticTests(10_000)

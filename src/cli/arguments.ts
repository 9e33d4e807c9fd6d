/** Reads what stands on the command line. Text is taken strictly: "1e3", " 5" or "0x10" for a number is a typing error more often than a wish. */
import { fromHex } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { SIGNATURE_BYTES, type Suite } from '../kernel/contract.ts'
import { KERNEL_CHOICES } from '../pool/options.ts'

export const SUITES = Object.keys(SIGNATURE_BYTES).filter(isSuite)

export function isSuite(text: string): text is Suite {
  return Object.hasOwn(SIGNATURE_BYTES, text)
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function readInteger(text: string, field: string, min: number, max: number): number {
  const value = /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw invalidArgument(field, `must be an integer in ${min}..${max}, not "${text}"`)
  return value
}

/** @throws ERR_INVALID_ARGUMENT with field `suite` */
export function readSuite(text: string): Suite {
  if (!isSuite(text)) throw invalidArgument('suite', `must be one of ${SUITES.join(', ')}, not "${text}"`)
  return text
}

/** Suites separated by commas, each once. @throws ERR_INVALID_ARGUMENT with field `suite` */
export function readSuites(text: string): readonly Suite[] {
  const suites = text.split(',').map(readSuite)
  if (new Set(suites).size !== suites.length) throw invalidArgument('suite', 'names a suite twice')
  return suites
}

/** @throws ERR_INVALID_ARGUMENT with field `kernel` */
export function readKernel(text: string): (typeof KERNEL_CHOICES)[number] {
  const kernel = KERNEL_CHOICES.find((choice) => choice === text)
  if (kernel === undefined) throw invalidArgument('kernel', `must be one of ${KERNEL_CHOICES.join(', ')}, not "${text}"`)
  return kernel
}

/** Upper case is accepted here, where people paste; odd or non-hex text is not. @throws ERR_INVALID_ARGUMENT with `field` */
export function readHex(text: string, field: string): Uint8Array {
  return fromHex(text.toLowerCase(), field)
}

/** Evidence as files, one a fault, for `quorate evidence verify`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { invalidArgument } from '../../errors.ts'
import type { Blame } from '../../index.ts'

/**
 * Nothing that is there is overwritten.
 *
 * @param field what the folder is, on the command line
 * @param prefix of every name
 * @returns the files, one for each fault
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function writeEvidence(folder: string, blamed: readonly Blame[], field: string, prefix = ''): readonly string[] {
  try {
    if (blamed.length > 0) mkdirSync(folder, { recursive: true })
    return blamed.map(({ validator, fault, message, evidence }, i) => {
      // Numbered: names that differ in case alone are one file on some disks.
      const number = String(i + 1).padStart(3, '0')
      const name = `${prefix}${number}-${validator}-${fault}${message === undefined ? '' : `-${message}`}.evidence`
      const file = path.join(folder, name)
      writeFileSync(file, evidence, { flag: 'wx' })
      return file
    })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw invalidArgument(field, `${folder} cannot be written to: ${code}`)
  }
}

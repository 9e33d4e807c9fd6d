/** The shapes that settings are made of, with the words for what is none. */
import { z } from 'zod'

export function integer(min: number, max: number) {
  const error = `must be an integer in ${min}..${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

export function mapping<T extends z.core.$ZodLooseShape>(shape: T) {
  // The text for a value that is no mapping; unknown keys are named by `firstFault`.
  return z.strictObject(shape, { error: 'must be a mapping of settings (leave it out to take the defaults)' })
}

export function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error })
}

export function choice<const T extends readonly [string, ...string[]]>(choices: T) {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` })
}

/** No control characters: what is printed and logged stays one line. Relative paths are relative to the configuration file. */
export const file = () => text(/^[^\p{Cc}]{1,4096}$/u, 'must be the path of a file')

export interface Fault {
  /** such as "pool.workers"; "" is the whole */
  readonly field: string
  /** says what must hold and not what was found: a setting may be a secret */
  readonly message: string
}

export function firstFault(error: z.ZodError): Fault {
  const issue = error.issues[0]
  if (issue === undefined) return { field: '', message: 'is invalid' }
  if (issue.code === 'unrecognized_keys') return { field: [...issue.path, issue.keys[0]].join('.'), message: 'is not a known setting' }
  return { field: issue.path.join('.'), message: issue.message }
}

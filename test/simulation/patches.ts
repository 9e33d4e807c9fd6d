/** How a check is left out of a test build. */

export interface Patch {
  /** below dist/src/, without the extension */
  readonly file: string
  /** the built code of the check, which occurs once in the file */
  readonly find: string
  /** what stands there in a test build; OFF is true while the defence is switched off */
  readonly replace: string
}

export interface Defence {
  readonly name: string
  /** where the protocol asks for it */
  readonly rule: string
  readonly patches: readonly Patch[]
}

/** The check is a condition: `find` with the condition as it is, which counts as `value` while the defence is off. */
export function condition(file: string, before: string, check: string, after: string, value: boolean): Patch {
  const replaced = value ? `(OFF || (${check}))` : `(!OFF && (${check}))`
  return { file, find: `${before}${check}${after}`, replace: `${before}${replaced}${after}` }
}

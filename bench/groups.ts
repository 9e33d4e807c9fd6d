/** The sizes that ceremonies are measured at, t of n, and what all of them need. */

export interface Group {
  readonly n: number
  readonly t: number
  /** as it stands in row ids */
  readonly name: string
  /** with --quick only what the others cannot show */
  readonly large: boolean
}

export const GROUPS: readonly Group[] = [
  [2, 3],
  [7, 10],
  [67, 100],
  [100, 150],
].map(([t = 0, n = 0]) => ({ n, t, name: `${t}-of-${n}`, large: n > 100 }))

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

export function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new RangeError('a value is missing')
  return value
}

export function integersTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1)
}

/** What JavaScript callers can pass where another type is declared. */

// biome-ignore lint/suspicious/noExplicitAny: wrong types are what is tested
export type Wrong = any

export const IDS = ['a', 'b', 'c']
const SHARED = new Uint8Array(new SharedArrayBuffer(4))
export const BYTES = new Uint8Array(4)
const PROXY: unknown = new Proxy(BYTES, {})
/** a, a hole, c */
export const WITH_HOLE: unknown[] = ['a']
WITH_HOLE[2] = 'c'
export const NO_BYTES: readonly unknown[] = [
  undefined,
  null,
  'ab',
  7,
  {},
  [],
  [1, 2],
  Buffer.from('abcd'),
  SHARED,
  PROXY,
  new Uint16Array(2),
  new Uint8ClampedArray(4),
  new DataView(new ArrayBuffer(4)),
  new ArrayBuffer(4),
]
export const NO_INTEGERS: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0,
  -1,
  1.5,
  2 ** 53,
  '2',
  2n,
  null,
  [2],
  {},
  true,
  new Number(2),
]
export const NO_CEREMONY_IDS: readonly unknown[] = [0n, -1n, 2n ** 64n, 1, 1.5, Number.NaN, '1', null, undefined, [1n], {}, Object(1n)]
export const NO_SIGNALS: readonly unknown[] = [null, 1, 'signal', {}, new EventTarget(), { aborted: false, addEventListener: () => {} }]

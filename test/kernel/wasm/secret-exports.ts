/** What of the module's exports meets secrets, for the tests that show that these run in constant time. */

/** Exports that are given secrets. */
export const SECRET_EXPORTS = [
  'baseMul',
  'mul',
  'evaluatePolynomial',
  'signatureShares',
  'scalarAddBatch',
  'scalarMulBatch',
  'scalarSumBatch',
  'scalarInvertBatch',
  'firstBadScalar',
  'wipe',
] as const

export type SecretExport = (typeof SECRET_EXPORTS)[number]

/** Called on secret paths with public data alone; what they call in turn is not followed. */
export const PUBLIC_CALLS: Readonly<Record<string, string>> = {
  'multiply/tables/buildOddTablesVar': 'odd multiples of the points of `mul`, which are public',
  'point/codec/pointsFromBytes': 'the points of `mul`, which are public',
}

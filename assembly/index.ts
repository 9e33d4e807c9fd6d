/**
 * The kernel's exports: `initialise` once, then operations over the input and output areas of a fixed memory, and `wipe` after each. Names with
 * `Var` (and all of points, exponent, differences, lagrange and signatures) are for public values only; the others do not branch on scalars.
 */
import { INPUT, INPUT_BYTES, MEMORY_BYTES, OUTPUT, OUTPUT_BYTES, SCRATCH, TABLES_END, COMB, TEMPORARIES, wipe as wipeAreas } from './memory'
import { buildTables } from './multiply/comb'
import { batchDrop, batchInitialise } from './point/batch-points'

export { differencesBegin, differencesBlock, differencesNext } from './operations/differences'
export { evaluateBegin, evaluateBlock, evaluateEnd } from './operations/exponent'
export { lagrange } from './operations/lagrange'
export { baseMul, baseMulVar, msmVar, mul, mulVar } from './operations/multiples'
export { checkPoints, compress, decompress, firstBadPoint, sumColumns } from './operations/points'
export { evaluatePolynomial, firstBadScalar, scalarAddBatch, scalarInvertBatch, scalarMulBatch, scalarSumBatch, signatureShares } from './operations/scalars'
export { verifySignatures, verifySignatureShares } from './operations/signatures'
export { fieldTest, scalarTest } from './operations/conformance'
export { roundsOnce } from './operations/fused'
export { pairTest } from './operations/pair-conformance'

export function initialise(): void {
  buildTables()
  batchInitialise()
  wipe(0, 0)
}

/** Zeroes all that an operation wrote but the tables, also after a trap. */
export function wipe(inputBytes: usize, outputBytes: usize): void {
  batchDrop()
  wipeAreas(inputBytes, outputBytes)
}

export function inputAddress(): usize {
  return INPUT
}

export function inputBytes(): usize {
  return INPUT_BYTES
}

export function outputAddress(): usize {
  return OUTPUT
}

export function outputBytes(): usize {
  return OUTPUT_BYTES
}

export function tablesBytes(): usize {
  return TABLES_END - COMB
}

/** The data segments end below the temporaries, the tables below the scratch arena, and the output area inside the memory. */
export function mapIsSound(): bool {
  return __heap_base <= TEMPORARIES && TABLES_END <= SCRATCH && OUTPUT + OUTPUT_BYTES <= MEMORY_BYTES && <usize>memory.size() << 16 == MEMORY_BYTES
}

/** How single operations of the kernel are cut: by items, rows, vectors or indices. Those that are not here run whole. */
import { concatAll } from '../bytes.ts'
import {
  checkCompressedBatch,
  checkEvaluateInExponent,
  checkEvaluatePolynomial,
  checkMsm,
  checkMul,
  checkPointBatch,
  checkScalarPairs,
  checkScalars,
  checkSum,
  checkVerifySignatureShares,
  checkVerifySignatures,
} from '../kernel/arguments.ts'
import { COMPRESSED_BYTES, type Kernel, type KernelOperation, POINT_BYTES, SCALAR_BYTES, SIGNATURE_BYTES } from '../kernel/contract.ts'
import { type Piece, rangesOf, type Split } from './pieces.ts'

type Args<N extends KernelOperation> = Parameters<Kernel[N]>
/** May throw for arguments that the operation refuses. */
type Splitter<A extends readonly unknown[]> = (args: A, count: number) => Split | null

/** Two halves of 128 products take 1.8 times as long as the whole, of 256 products 1.2 times: buckets pay from about 100 on. */
const MSM_PIECE_ITEMS = 128
/** Adding up the pieces' sums must cost little beside the pieces. */
const SUM_PIECE_ROWS = 8

function piece<N extends KernelOperation>(name: N, ...args: Args<N>): Piece {
  return { type: 'operation', name, args }
}

/** The bytes of items from..to of a batch, as a view. */
function part(batch: Uint8Array, itemBytes: number, { from, to }: { readonly from: number; readonly to: number }): Uint8Array {
  return batch.subarray(from * itemBytes, to * itemBytes)
}

function joined(values: readonly unknown[]): Uint8Array {
  return concatAll(values as readonly Uint8Array[])
}

/** The pieces of an operation whose item i of the result depends on items i of its columns; the fields that errors name, in their order. */
function byItems(
  total: number,
  count: number,
  fields: readonly string[],
  make: (range: { from: number; to: number }) => Piece,
): Split | null {
  const ranges = rangesOf(total, Math.min(count, total))
  if (ranges.length < 2) return null
  const starts = ranges.map(({ from }) => from)
  return {
    pieces: ranges.map(make),
    offsets: Object.fromEntries(fields.map((field) => [field, starts])),
    combine: (_, values) => joined(values),
  }
}

function ofScalars(name: 'baseMul' | 'baseMulVar'): Splitter<Args<'baseMul'>> {
  return ([scalars], count) =>
    byItems(checkScalars(scalars), count, ['scalars'], (range) => piece(name, part(scalars, SCALAR_BYTES, range)))
}

function ofPointsAndScalars(name: 'mul' | 'mulVar'): Splitter<Args<'mul'>> {
  return ([points, scalars], count) =>
    byItems(checkMul(points, scalars), count, ['points', 'scalars'], (range) =>
      piece(name, part(points, POINT_BYTES, range), part(scalars, SCALAR_BYTES, range)),
    )
}

function ofScalarPairs(name: 'scalarAdd' | 'scalarMul'): Splitter<Args<'scalarAdd'>> {
  return ([a, b], count) =>
    byItems(checkScalarPairs(a, b), count, ['a', 'b'], (range) => piece(name, part(a, SCALAR_BYTES, range), part(b, SCALAR_BYTES, range)))
}

/** Consecutive indices are evaluated by forward differences, each from those before it: in pieces that costs more than whole. */
export function isRun(indices: readonly number[]): boolean {
  return indices.every((index, i) => i === 0 || index === (indices[i - 1] ?? 0) + 1)
}

const SPLITTERS: { readonly [N in KernelOperation]?: Splitter<Args<N>> } = {
  baseMul: ofScalars('baseMul'),
  baseMulVar: ofScalars('baseMulVar'),
  mul: ofPointsAndScalars('mul'),
  mulVar: ofPointsAndScalars('mulVar'),
  scalarAdd: ofScalarPairs('scalarAdd'),
  scalarMul: ofScalarPairs('scalarMul'),

  /** Partial sums; the multiple of G goes with the first. */
  msmVar([points, scalars, g], count) {
    const total = checkMsm(points, scalars, g)
    const split = byItems(total, Math.min(count, Math.floor(total / MSM_PIECE_ITEMS)), ['points', 'scalars'], (range) => {
      const own = [part(points, POINT_BYTES, range), part(scalars, SCALAR_BYTES, range)] as const
      return g !== undefined && range.from === 0 ? piece('msmVar', ...own, g) : piece('msmVar', ...own)
    })
    return split === null ? null : { ...split, combine: (kernel, values) => kernel.sum(joined(values), 1) }
  },

  sum([points, columns], count) {
    const rows = checkSum(points, columns)
    const ranges = rangesOf(rows, Math.min(count, Math.floor(rows / SUM_PIECE_ROWS)))
    if (ranges.length < 2) return null
    return {
      pieces: ranges.map((range) => piece('sum', part(points, columns * POINT_BYTES, range), columns)),
      offsets: { points: ranges.map(({ from }) => from * columns) },
      combine: (kernel, values) => kernel.sum(joined(values), columns),
    }
  },

  /** By vectors; one vector by its indices, unless they are a run. */
  evaluateInExponent([commitments, t, indices], count) {
    const { vectors } = checkEvaluateInExponent(commitments, t, indices)
    if (vectors > 1) {
      const ranges = rangesOf(vectors, Math.min(count, vectors))
      return {
        pieces: ranges.map((range) => piece('evaluateInExponent', part(commitments, t * POINT_BYTES, range), t, indices)),
        offsets: { commitments: ranges.map(({ from }) => from * t) },
        combine: (_, values) => joined(values),
      }
    }
    return isRun(indices)
      ? null
      : byItems(indices.length, count, [], ({ from, to }) => piece('evaluateInExponent', commitments, t, indices.slice(from, to)))
  },

  evaluatePolynomial([coefficients, indices], count) {
    checkEvaluatePolynomial(coefficients, indices)
    return byItems(indices.length, count, [], ({ from, to }) => piece('evaluatePolynomial', coefficients, indices.slice(from, to)))
  },

  verifySignatureShares([input], count) {
    return byItems(checkVerifySignatureShares(input), count, ['multipliers'], (range) =>
      piece('verifySignatureShares', {
        shares: part(input.shares, SCALAR_BYTES, range),
        noncePoints: part(input.noncePoints, POINT_BYTES, range),
        verifyingShares: part(input.verifyingShares, POINT_BYTES, range),
        multipliers: part(input.multipliers, SCALAR_BYTES, range),
      }),
    )
  },

  verifySignatures([input], count) {
    return byItems(checkVerifySignatures(input), count, ['challenges'], (range) =>
      piece('verifySignatures', {
        suite: input.suite,
        publicKeys: part(input.publicKeys, COMPRESSED_BYTES, range),
        challenges: part(input.challenges, SCALAR_BYTES, range),
        signatures: part(input.signatures, SIGNATURE_BYTES[input.suite], range),
      }),
    )
  },

  checkPoints([points], count) {
    return byItems(checkPointBatch(points), count, [], (range) => piece('checkPoints', part(points, POINT_BYTES, range)))
  },

  decompress([points], count) {
    const split = byItems(checkCompressedBatch(points), count, [], (range) => piece('decompress', part(points, COMPRESSED_BYTES, range)))
    if (split === null) return null
    const combine = (_: Kernel, values: readonly unknown[]): ReturnType<Kernel['decompress']> => {
      const decoded = values as readonly ReturnType<Kernel['decompress']>[]
      return { points: concatAll(decoded.map((each) => each.points)), valid: concatAll(decoded.map((each) => each.valid)) }
    }
    return { ...split, combine }
  },
}

/** Null also for arguments that the operation refuses as a whole: it says so itself. */
export function splitOperation(name: KernelOperation, args: readonly unknown[], count: number): Split | null {
  const splitter = SPLITTERS[name] as ((args: readonly unknown[], count: number) => Split | null) | undefined
  try {
    return splitter?.(args, count) ?? null
  } catch {
    return null
  }
}

/**
 * The baseline back end: the kernel's operations on bn.js, written to be read. It is the oracle of the conformance suite and the pure-JavaScript row of
 * the benchmark. Variable time throughout, and bn.js numbers cannot be wiped: never for real secrets in production. May import only the contract, the
 * shared argument checks, `errors` and `bytes` besides bn.js and the hash of the evm suite.
 */
import BN from 'bn.js'
import { itemOf } from '../../bytes.ts'
import * as check from '../arguments.ts'
import { COMPRESSED_BYTES, type Kernel, POINT_BYTES, SIGNATURE_BYTES } from '../contract.ts'
import { decodeCompressed, decodePoints, encodeCompressed, encodePoints, readPoints } from './encoding.ts'
import { type BaseTable, buildBaseTable, evaluateInExponentAt, multiply, multiplyBase, multiplySum } from './multiply.ts'
import { type AffinePoint, add, type JacobianPoint, sumOf, toAffine } from './point.ts'
import { decodeScalars, encodeScalars, evaluateAt, GROUP_ORDER, lagrangeAtZero, readScalar, readScalars } from './scalar.ts'
import { shareMatches, signatureHolds, signatureShareHolds } from './verify.ts'

export function createBaselineKernel(): Kernel {
  const start = performance.now()
  const table = buildBaseTable()
  const tablesBytes = table.flat().length * POINT_BYTES
  const info = { name: 'baseline', wasmSha256: null, tablesBytes, initMs: performance.now() - start } as const
  return { info, ...multiplications(table), ...polynomials(table), ...signatures(table), ...encodings, ...scalars }
}

function encodeJacobian(points: readonly JacobianPoint[]): Uint8Array<ArrayBuffer> {
  return encodePoints(toAffine(points))
}

function maskOf(valid: readonly boolean[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(valid, (v) => (v ? 1 : 0))
}

/** Rows of `width` items. */
function rowsOf<T>(items: readonly T[], width: number): T[][] {
  const rows: T[][] = []
  for (let i = 0; i < items.length; i += width) rows.push(items.slice(i, i + width))
  return rows
}

type Multiplications = Pick<Kernel, 'baseMul' | 'baseMulVar' | 'mul' | 'mulVar' | 'msmVar' | 'sum'>

function multiplications(table: BaseTable): Multiplications {
  const baseMul: Kernel['baseMul'] = (batch) => {
    check.checkScalars(batch)
    return encodeJacobian(readScalars(batch, 'scalars').map((k) => multiplyBase(table, k)))
  }
  const mul: Kernel['mul'] = (points, batch) => {
    check.checkMul(points, batch)
    const decoded = readPoints(points, 'points')
    return encodeJacobian(readScalars(batch, 'scalars').map((k, i) => multiply(decoded[i] ?? null, k)))
  }
  return {
    baseMul,
    baseMulVar: baseMul,
    mul,
    mulVar: mul,
    msmVar(points, batch, g) {
      check.checkMsm(points, batch, g)
      const sum = multiplySum(readPoints(points, 'points'), readScalars(batch, 'scalars'))
      return encodeJacobian([g === undefined ? sum : add(sum, multiplyBase(table, readScalar(g, 'g')))])
    },
    sum(points, columns) {
      check.checkSum(points, columns)
      const rows = rowsOf(readPoints(points, 'points'), columns)
      return encodeJacobian(Array.from({ length: columns }, (_, column) => sumOf(rows.map((row) => row[column] ?? null))))
    },
  }
}

type Polynomials = Pick<Kernel, 'evaluateInExponent' | 'verifyShares' | 'evaluatePolynomial' | 'lagrange'>

function polynomials(table: BaseTable): Polynomials {
  return {
    evaluateInExponent(commitments, t, indices) {
      const checked = check.checkEvaluateInExponent(commitments, t, indices)
      const vectors = rowsOf(readPoints(commitments, 'commitments'), t)
      return encodeJacobian(vectors.flatMap((vector) => Array.from(checked.indices, (index) => evaluateInExponentAt(vector, index))))
    },
    verifyShares(commitments, t, index, shares) {
      check.checkVerifyShares(commitments, t, index, shares)
      const vectors = rowsOf(decodePoints(commitments), t).map((vector) => vector.filter((p) => p !== 'invalid'))
      const numbers = decodeScalars(shares)
      if (numbers.every((n) => n !== null) && vectors.every((vector) => vector.length === t)) {
        const columns = Array.from({ length: t }, (_, column) => sumOf(vectors.map((vector) => vector[column] ?? null)))
        const sum = numbers.reduce((total, n) => total.add(n), new BN(0)).umod(GROUP_ORDER)
        if (shareMatches(table, sum, evaluateInExponentAt(toAffine(columns), index))) return new Uint8Array(numbers.length).fill(1)
      }
      return maskOf(
        vectors.map((vector, i) => {
          const share = numbers[i] ?? null
          return vector.length === t && share !== null && shareMatches(table, share, evaluateInExponentAt(vector, index))
        }),
      )
    },
    evaluatePolynomial(coefficients, indices) {
      const checked = check.checkEvaluatePolynomial(coefficients, indices)
      const numbers = readScalars(coefficients, 'coefficients')
      return encodeScalars(Array.from(checked.indices, (index) => evaluateAt(numbers, index)))
    },
    lagrange(indices) {
      return encodeScalars(lagrangeAtZero(Array.from(check.readDistinctIndices(indices))))
    },
  }
}

type Signatures = Pick<Kernel, 'signatureShares' | 'verifySignatureShares' | 'verifySignatures'>

function signatures(table: BaseTable): Signatures {
  return {
    signatureShares(input) {
      check.checkSignatureShares(input)
      const hiding = readScalars(input.hiding, 'hiding')
      const binding = input.binding === null ? null : readScalars(input.binding, 'binding')
      const factors = input.bindingFactors === null ? null : readScalars(input.bindingFactors, 'bindingFactors')
      const multipliers = readScalars(input.multipliers, 'multipliers')
      const share = readScalar(input.share, 'share')
      const zero = new BN(0)
      return encodeScalars(
        hiding.map((d, i) => {
          const nonce = d.add((binding?.[i] ?? zero).mul(factors?.[i] ?? zero))
          return (multipliers[i] ?? zero).mul(share).add(input.negate[i] === 1 ? nonce.neg() : nonce)
        }),
      )
    },
    verifySignatureShares(input) {
      check.checkVerifySignatureShares(input)
      const multipliers = readScalars(input.multipliers, 'multipliers')
      const nonces = decodePoints(input.noncePoints)
      const keys = decodePoints(input.verifyingShares)
      return maskOf(
        decodeScalars(input.shares).map((z, i) => {
          const [nonce = 'invalid', key = 'invalid', multiplier] = [nonces[i], keys[i], multipliers[i]]
          if (z === null || nonce === 'invalid' || key === 'invalid' || multiplier === undefined) return false
          return signatureShareHolds(table, z, nonce, key, multiplier)
        }),
      )
    },
    verifySignatures(input) {
      check.checkVerifySignatures(input)
      const challenges = readScalars(input.challenges, 'challenges')
      return maskOf(
        challenges.map((challenge, i) => {
          const publicKey = itemOf(input.publicKeys, i, COMPRESSED_BYTES)
          return signatureHolds(table, input.suite, {
            publicKey,
            challenge,
            signature: itemOf(input.signatures, i, SIGNATURE_BYTES[input.suite]),
          })
        }),
      )
    },
  }
}

const encodings: Pick<Kernel, 'checkPoints' | 'compress' | 'decompress'> = {
  checkPoints(points) {
    check.checkPointBatch(points)
    return maskOf(decodePoints(points).map((p) => p !== null && p !== 'invalid'))
  },
  compress(points) {
    check.checkPointBatch(points)
    return encodeCompressed(
      readPoints(points, 'points').map((p, i) => {
        if (p === null) throw check.identityPoint('points', i)
        return p
      }),
    )
  },
  decompress(points) {
    const n = check.checkCompressedBatch(points)
    const decoded: (AffinePoint | null)[] = []
    for (let i = 0; i < n; i++) decoded.push(decodeCompressed(itemOf(points, i, COMPRESSED_BYTES)))
    return { points: encodePoints(decoded), valid: maskOf(decoded.map((p) => p !== null)) }
  },
}

const scalars: Pick<Kernel, 'scalarAdd' | 'scalarMul' | 'scalarInvert'> = {
  scalarAdd(a, b) {
    check.checkScalarPairs(a, b)
    const left = readScalars(a, 'a')
    const right = readScalars(b, 'b')
    return encodeScalars(left.map((n, i) => n.add(right[i] ?? new BN(0))))
  },
  scalarMul(a, b) {
    check.checkScalarPairs(a, b)
    const left = readScalars(a, 'a')
    const right = readScalars(b, 'b')
    return encodeScalars(left.map((n, i) => n.mul(right[i] ?? new BN(0))))
  },
  scalarInvert(a) {
    check.checkScalars(a, 'a')
    return encodeScalars(
      readScalars(a, 'a').map((n, i) => {
        if (n.isZero()) throw check.zeroScalar('a', i)
        return n.invm(GROUP_ORDER)
      }),
    )
  },
}

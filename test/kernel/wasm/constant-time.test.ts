/**
 * What the compiler made of the secret paths: no branch, selection, division or table jump on data, in the text form of the very module that
 * runs. WebAssembly promises nothing about time; this is what can be checked of the code (Binaryen may turn mask arithmetic into `select`).
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const text = readFileSync(fileURLToPath(new URL('../../../dist/assembly/integer.wat', import.meta.url)), 'utf8')

/** function name (without the leading `$assembly/`) -> its instructions, one a line */
const functions = new Map<string, readonly string[]>()
for (const part of text.split('\n (func $').slice(1)) {
  const name = part.slice(0, part.search(/[\s)]/)).replace(/^assembly\//, '')
  functions.set(
    name,
    part.split('\n').map((line) => line.trim()),
  )
}

function instructionsOf(name: string): readonly string[] {
  const lines = functions.get(name)
  if (lines === undefined) throw new Error(`${name} is not in the module: was it renamed or inlined?`)
  return lines
}

const CONTROL = /^(?:if|br_if|br_table|select|loop|call_indirect)\b/
const VARIABLE = /^(?:select|br_table|call_indirect|[if]\d\d\.(?:div|rem)\S*)/

/** No control flow at all. */
const STRAIGHT = [
  'field/element/fieldFromBytes',
  'field/element/fieldInvert',
  'field/element/fieldZeroMask',
  'field/linear/fieldHalve',
  'field/linear/fieldNegateMasked',
  'field/linear/fieldNormalise',
  'field/linear/fieldSelect',
  'field/multiply/fieldMul',
  'field/multiply/fieldMulSub',
  'field/multiply/fieldSqr',
  'field/multiply/fieldSqrSub1Plus2',
  'field/multiply/fieldSqrSubDouble',
  'field/multiply/fieldSqrTriple',
  'inverse/update/updateDE',
  'inverse/update/updateFG',
  'multiply/comb/lookUp',
  'multiply/variable/correct',
  'multiply/variable/lookUp',
  'point/codec/pointToBytes',
  'point/complete/addMixedComplete',
  'point/jacobian/copyJacobian',
  'point/jacobian/differences',
  'point/jacobian/double',
  'point/jacobian/finish',
  'point/jacobian/selectJacobian',
  'point/jacobian/setAffine',
  'scalar/element/scalarFromBytes',
  'scalar/multiply/scalarComplement',
  'scalar/multiply/scalarMontgomery',
  'scalar/split/scalarSplit',
  'words/bytesFromLimbs',
  'words/limbsFromBytes',
  'words/limbsFromLimbs30',
]

/** Loops over public counts: every branch compares 32-bit counters, or asks whether a value was refused. */
const COUNTED = [
  'inverse/safegcd/inverseModulus',
  'inverse/safegcd/normalise',
  'multiply/scan/scanTable',
  'operations/multiples/baseMul',
  'operations/multiples/mul',
  'operations/scalars/evaluatePolynomial',
  'operations/scalars/invertAll',
  'operations/scalars/readScalars',
  'operations/scalars/scalarAddBatch',
  'operations/scalars/scalarMulBatch',
  'operations/scalars/scalarSumBatch',
  'operations/scalars/scalarInvertBatch',
  'operations/scalars/signatureShares',
  'point/normalise/jacobianToAffine',
  'scalar/multiply/scalarNormalise',
  'words/limbs30FromLimbs',
]

/** Branches on public points: whether P is the identity, in two steps. */
const ON_PUBLIC_POINTS: Readonly<Record<string, number>> = { 'operations/multiples/mul': 2 }

/** `i64.eqz` right after the range check that ends the call; a comparison of counters; a flag of the caller. */
function isPublicCondition(lines: readonly string[], at: number): boolean {
  const condition = lines[at - 1] ?? ''
  if (/^i32\.(?:lt|gt|le|ge|eq|ne|eqz)/.test(condition)) return true
  if (/^local\.get /.test(condition)) return true
  return condition === 'i64.eqz' && /^call \$assembly\/scalar\/element\/scalarFromBytes$/.test(lines[at - 2] ?? '')
}

describe('the secret paths of the compiled module', () => {
  it.each(STRAIGHT)('%s is straight-line code', (name) => {
    const lines = instructionsOf(name)
    expect(lines.filter((line) => CONTROL.test(line) || VARIABLE.test(line))).toEqual([])
    expect(lines.some((line) => /Var$/.test(line))).toBe(false)
  })

  it.each(COUNTED)('%s branches on counts only', (name) => {
    const lines = instructionsOf(name)
    expect(lines.filter((line) => VARIABLE.test(line))).toEqual([])
    const odd = lines.flatMap((line, at) =>
      /^(?:if|br_if)\b/.test(line) && !isPublicCondition(lines, at) ? [lines.slice(at - 4, at + 1).join('; ')] : [],
    )
    expect(odd.slice(ON_PUBLIC_POINTS[name] ?? 0)).toEqual([])
  })

  it('the check sees a branch on data: the variable-time inverse has both', () => {
    const lines = instructionsOf('inverse/safegcd/inverseModulusVar')
    expect(lines.filter((line) => VARIABLE.test(line)).length).toBeGreaterThan(0)
    expect(lines.some((line, at) => /^(?:if|br_if)\b/.test(line) && !isPublicCondition(lines, at))).toBe(true)
  })

  it('secret operations reach variable-time code only for public points', () => {
    const reached = (name: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(name) || !functions.has(name)) return seen
      seen.add(name)
      for (const line of instructionsOf(name)) {
        const called = /^call \$assembly\/(\S+)/.exec(line)?.[1]
        if (called !== undefined) reached(called, seen)
      }
      return seen
    }
    const allowed: Readonly<Record<string, readonly string[]>> = { 'operations/multiples/mul': ['multiply/tables/buildOddTablesVar'] }
    for (const name of COUNTED.filter((n) => n.startsWith('operations/'))) {
      const direct = [...reached(name)].filter((n) => n.endsWith('Var'))
      const permitted = new Set((allowed[name] ?? []).flatMap((n) => [...reached(n)]))
      expect(
        direct.filter((n) => !permitted.has(n)).filter((n) => n !== 'field/element/fieldIsZeroVar' || name !== 'operations/multiples/mul'),
        name,
      ).toEqual([])
    }
  })
})

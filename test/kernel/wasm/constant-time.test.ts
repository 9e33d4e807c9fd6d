/**
 * What the compiler made of the secret paths, read in the text form of the very module that runs: every function that an operation on secrets
 * can call is listed here, and is without branch, selection, division or table jump on data.
 *
 * This test reads control flow in its text: that a counter or a count is public is asserted by the form of its comparison (a local against a constant
 * or another local, no memory, no call). data-flow.test.ts derives it, and follows secrets to addresses and lengths as well; trace.test.ts
 * records what is executed. Three kinds of branch on data stay and are named below: a refusal, which ends the call; the capacity of the
 * bump allocator; a public point at infinity. And WebAssembly promises nothing about time: an engine may compile mask arithmetic to a
 * branch, and a multiplication may be slower for some operands on some processors.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { PUBLIC_CALLS, SECRET_EXPORTS as SECRET } from './secret-exports.ts'

/** Exports that are given nothing secret, or only tests call. */
const PUBLIC: Readonly<Record<string, string>> = {
  initialise: 'builds the tables of G',
  inputAddress: 'a constant',
  inputBytes: 'a constant',
  outputAddress: 'a constant',
  outputBytes: 'a constant',
  tablesBytes: 'a constant',
  mapIsSound: 'compares constants',
  differencesBegin: 'public commitments',
  differencesBlock: 'public commitments',
  differencesNext: 'public commitments',
  evaluateBegin: 'public commitments',
  evaluateBlock: 'public commitments',
  evaluateEnd: 'public commitments',
  lagrange: 'public indices',
  baseMulVar: 'public scalars',
  mulVar: 'public scalars',
  msmVar: 'public scalars',
  checkPoints: 'public points',
  compress: 'public points',
  decompress: 'public points',
  firstBadPoint: 'public points',
  sumColumns: 'public points',
  verifySignatures: 'public signatures',
  verifySignatureShares: 'public signature shares',
  fieldTest: 'for tests',
  scalarTest: 'for tests',
  pairTest: 'for tests',
  roundsOnce: 'constants',
}

const FLOATING = /\bf(?:32|64)(?:x\d)?\./

describe.each(['integer', 'fma'])('the compiled module %s', (module) => {
  const text = readFileSync(fileURLToPath(new URL(`../../../dist/assembly/${module}.wat`, import.meta.url)), 'utf8')

  /** function name (without the leading `$assembly/`) -> its instructions, one a line */
  const functions = new Map<string, readonly string[]>()
  for (const part of text.split('\n (func $').slice(1)) {
    const name = part.slice(0, part.search(/[\s)]/)).replace(/^assembly\//, '')
    functions.set(
      name,
      part.split('\n').map((line) => line.trim()),
    )
  }

  const exported = new Map(
    [...text.matchAll(/\(export "(\w+)" \(func \$assembly\/([^)]+)\)\)/g)].map(([, name = '', inner = '']) => [name, inner]),
  )

  function instructionsOf(name: string): readonly string[] {
    const lines = functions.get(name)
    if (lines === undefined) throw new Error(`${name} is not in the module: was it renamed or inlined?`)
    return lines
  }

  function calledBy(name: string): string[] {
    return instructionsOf(name).flatMap((line) => /^call \$(?:assembly\/)?(\S+)/.exec(line)?.[1] ?? [])
  }

  /** All that secrets can reach, less what is called with public data alone. */
  function reached(roots: readonly string[]): Set<string> {
    const seen = new Set<string>()
    const open = [...roots]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name) || Object.hasOwn(PUBLIC_CALLS, name)) continue
      seen.add(name)
      open.push(...calledBy(name))
    }
    return seen
  }

  const secretPaths = [...reached(SECRET.map((name) => exported.get(name) ?? name))].sort()

  /** Work whose time or path may depend on an operand, whatever is around it. */
  const VARIABLE = /^(?:select|br_table|call_indirect|[if]\d\d\.(?:div|rem|ctz|clz|popcnt)\S*)/
  const BRANCH = /^(?:if|br_if)\b/

  /** The refusal, the allocator, the caller's flag and public infinities: how many branches of a function are none of the common forms. */
  const NAMED_BRANCHES: Readonly<Record<string, readonly [number, string]>> = {
    'operations/multiples/baseMul': [2, 'how many scalars there are, and whether the last group of 64 is not full'],
    'operations/multiples/mul': [2, 'whether a public point is the identity, in two steps'],
    'operations/scalars/scalarInvertBatch': [1, 'whether any operand was zero: the refusal, after all were read'],
    'operations/scalars/signatureShares': [1, 'whether binding nonces are given'],
    'index/wipe': [1, 'whether a batch was used, a count'],
  }

  const OPERAND = /^(?:local\.(?:get|tee) \$\d+|i32\.const -?\d+)$/

  /** The forms of a branch that data cannot steer. */
  function commonForm(lines: readonly string[], at: number): 'counter' | 'refusal' | 'capacity' | null {
    const [second = '', first = '', condition = ''] = lines.slice(Math.max(0, at - 3), at)
    if (/^i32\.(?:lt|gt|le|ge)_[su]$/.test(condition)) {
      const global = /^global\.get \$assembly\/memory\/(?:next|high)$/
      if (global.test(second) && (global.test(first) || /^i32\.const \d+$/.test(first))) return 'capacity'
      // A loop counter or count against another or a bound: no load, no call, no arithmetic.
      if (OPERAND.test(second) && OPERAND.test(first) && loopsOn(lines, at)) return 'counter'
      if (/^call \$assembly\/(?:operations\/scalars\/readScalars|point\/codec\/pointsFromBytes)$/.test(second) && first === 'i32.const 0') {
        return 'refusal'
      }
    }
    return condition === 'i64.eqz' && first === 'call $assembly/scalar/element/scalarFromBytes' ? 'refusal' : null
  }

  /** Whether the comparison is the head of a loop, whose only condition it is, and one side of it a local that goes up or down by one or by a limb. */
  function loopsOn(lines: readonly string[], at: number): boolean {
    if (!/^loop\b/.test(lines[at - 4] ?? '')) return false
    return [lines[at - 3], lines[at - 2]].some((operand = '') => {
      const local = /^local\.get (\$\d+)$/.exec(operand)?.[1]
      return local !== undefined && lines.some((_, i) => isStepOf(local, lines.slice(i, i + 4)))
    })
  }

  function isStepOf(local: string, [get, constant = '', change = '', set]: readonly string[]): boolean {
    const stored = set === `local.set ${local}` || set === `local.tee ${local}`
    return get === `local.get ${local}` && /^i32\.const (?:1|8)$/.test(constant) && /^i32\.(?:add|sub)$/.test(change) && stored
  }

  function branchesOf(name: string): { readonly lines: readonly string[]; readonly odd: string[] } {
    const lines = instructionsOf(name)
    const odd = lines.flatMap((line, at) =>
      BRANCH.test(line) && commonForm(lines, at) === null ? [lines.slice(Math.max(0, at - 5), at + 1).join('; ')] : [],
    )
    return { lines, odd }
  }

  describe('the secret paths', () => {
    it('every export is on one of the two lists', () => {
      expect([...exported.keys()].sort()).toEqual([...SECRET, ...Object.keys(PUBLIC)].sort())
    })

    it('reach what they must: the check follows the calls', () => {
      for (const name of [
        'operations/scalars/readScalars',
        'operations/multiples/writePoints',
        'inverse/safegcd/inverseModulus',
        'multiply/scan/scanTable',
      ]) {
        expect(secretPaths).toContain(name)
      }
      expect(Object.keys(PUBLIC_CALLS).filter((name) => !functions.has(name))).toEqual([])
      expect(Object.keys(NAMED_BRANCHES).filter((name) => !secretPaths.includes(name))).toEqual([])
    })

    it('hold no floating-point number, which the fields of public data alone are made of', () => {
      const fields = [...functions].filter(([, lines]) => lines.some((line) => FLOATING.test(line))).map(([name]) => name)
      expect(fields.includes('field/pair-arithmetic/pairMul')).toBe(module === 'fma')
      expect(fields.filter((name) => secretPaths.includes(name))).toEqual([])
    })

    it('reach no function whose name says that its time varies', () => {
      expect(secretPaths.filter((name) => name.endsWith('Var'))).toEqual([])
    })

    it.each(secretPaths)('%s: no selection, division or table jump, and branches of the named forms alone', (name) => {
      const { lines, odd } = branchesOf(name)
      expect(lines.filter((line) => VARIABLE.test(line))).toEqual([])
      expect(odd).toHaveLength(NAMED_BRANCHES[name]?.[0] ?? 0)
    })

    it('the field, scalar and point arithmetic is straight-line code, but for loops over items, limbs in the inversion and the normal forms', () => {
      const loops = secretPaths.filter(
        (name) => /^(?:field|scalar|point|words|inverse|multiply)\b/.test(name) && instructionsOf(name).some((line) => BRANCH.test(line)),
      )
      expect(loops).toEqual([
        'inverse/safegcd/inverseModulus',
        'inverse/safegcd/normalise',
        'multiply/comb-batch/addPairs',
        'multiply/comb-batch/addTop',
        'multiply/comb-batch/combGroup',
        'multiply/comb-batch/sumGroup',
        'multiply/comb/combRecode',
        'multiply/scan/scanTable',
        'point/normalise/jacobianToAffine',
        'scalar/multiply/scalarNormalise',
        'words/limbs30FromLimbs',
      ])
    })

    it('the check sees a branch on data: code for public operands has them', () => {
      const { lines, odd } = branchesOf('inverse/safegcd/inverseModulusVar')
      expect(lines.filter((line) => VARIABLE.test(line)).length).toBeGreaterThan(0)
      expect(odd.length).toBeGreaterThan(0)
      for (const name of ['point/batch/classify', 'point/jacobian/addMixedVar', 'multiply/tables/buildOddTablesVar']) {
        expect(branchesOf(name).odd.length, name).toBeGreaterThan(0)
      }
    })

    it('the check sees a comparison of 32 bits of data, which is no counter', () => {
      const steps = ['loop $for-loop|0', 'local.get $0', 'i32.load offset=12', 'i32.const 20', 'i32.lt_s', 'if']
      expect(commonForm(steps, 5)).toBeNull()
      expect(commonForm(['i32.wrap_i64', 'local.set $3', 'local.get $3', 'i32.const 1', 'i32.eq', 'if'], 5)).toBeNull()
      const head = ['loop $for-loop|0', 'local.get $3', 'i32.const 20', 'i32.lt_s', 'if']
      expect(commonForm(head, 4)).toBeNull()
      expect(commonForm([...head, 'local.get $3', 'i32.const 1', 'i32.add', 'local.set $3'], 4)).toBe('counter')
    })
  })
})

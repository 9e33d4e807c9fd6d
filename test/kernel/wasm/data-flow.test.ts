/**
 * No secret decides a branch, a selection, an address or a length in the module that runs: derived by a walk over its functions (data-flow.ts),
 * in the text form that the compiler wrote beside it.
 *
 * Limits of the method. All memory counts as secret, so that what is read of public indices or points may not steer anything either; the few
 * branches on public memory are named below, with the refusals. Counts, which exports are given, and constants are public. What is called
 * with public data alone (secret-exports.ts) is not followed. The walk says nothing of the machine code that an engine makes of it.
 */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildTestKernel } from '../test-kernels.ts'
import { DataFlow, type Fault } from './data-flow.ts'
import { readFunctions, type WasmFunctions } from './expressions.ts'
import { MODULES } from './modules.ts'
import { PUBLIC_CALLS, SECRET_EXPORTS } from './secret-exports.ts'

/** Their results tell whether an input is out of range: the refusal, which ends the call. */
const REFUSALS = new Set(['scalar/element/scalarFromBytes', 'operations/scalars/readScalars'])

/** Branches on memory that no secret is in, or on a refusal: function -> how many. */
const NAMED: Readonly<Record<string, readonly [number, string]>> = {
  'operations/multiples/mul': [2, 'whether a public point is the identity, in two steps'],
  'operations/scalars/scalarInvertBatch': [1, 'whether any operand was zero: the refusal, after all were read'],
}

const textOf = (name: string): string => readFileSync(fileURLToPath(new URL(`../../../dist/assembly/${name}.wat`, import.meta.url)), 'utf8')

function faultsFrom(
  { functions, exported }: WasmFunctions,
  names: readonly string[],
  options = { publicCalls: new Set<string>(), refusals: new Set<string>() },
) {
  const roots = names.map((name) => exported.get(name) ?? expect.fail(`no export ${name}`))
  return new DataFlow(functions, options).findings(roots)
}

describe.each(MODULES)('the secret exports of the module %s', (name) => {
  const module = readFunctions(textOf(name))
  const options = { publicCalls: new Set(Object.keys(PUBLIC_CALLS)), refusals: REFUSALS }

  it('let no secret decide a branch, a selection, an address, a length or the time of an instruction', () => {
    const findings = faultsFrom(module, SECRET_EXPORTS, options)
    const counted: Record<string, number> = {}
    for (const { function: at, fault } of findings) counted[`${at}: ${fault}`] = (counted[`${at}: ${fault}`] ?? 0) + 1
    expect(counted).toEqual(Object.fromEntries(Object.entries(NAMED).map(([at, [count]]) => [`${at}: branch`, count])))
  })

  it('the walk reaches what they call: the public forms of the same operations are full of faults', () => {
    expect(faultsFrom(module, ['initialise'], options).length).toBeGreaterThan(0)
    const found = (names: readonly string[]) =>
      new Set(faultsFrom(module, names, { publicCalls: new Set(), refusals: REFUSALS }).map(({ fault }) => fault))
    for (const operation of ['baseMulVar', 'mulVar', 'msmVar', 'verifySignatures']) {
      expect([...found([operation])].sort(), operation).toEqual(expect.arrayContaining(['address', 'branch']))
    }
    // not declared public, the tables of `mul` would be found
    expect(found(['mul'])).toContain('branch')
  })
})

describe('a function that leaks its secret', async () => {
  const { path } = await buildTestKernel('leaks')
  const leaks = readFunctions(await readFile(`${path}.wat`, 'utf8'))
  const LEAKS: Readonly<Record<string, readonly Fault[]>> = {
    clean: [],
    leakBranch: ['branch'],
    leakSelect: ['selection'],
    leakAddress: ['address'],
    leakWriteAddress: ['address'],
    leakLoopCount: ['branch'],
    leakLength: ['address'],
    leakDivision: ['time'],
    leakThroughCall: ['branch'],
    leakThroughMemory: ['branch'],
    leakThroughGlobal: ['branch'],
    leakNextRound: ['branch'],
  }

  it('every one of them is tried', () => {
    expect([...leaks.exported.keys()].filter((name) => name !== 'inputAddress').sort()).toEqual(Object.keys(LEAKS).sort())
  })

  it.each(Object.entries(LEAKS))('%s: %s', (name, faults) => {
    expect(faultsFrom(leaks, [name]).map(({ fault }) => fault)).toEqual(faults)
  })
})

/** Positive controls: with one defence left out of a test build the adversary wins, and with it, from the same seed, it does not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Kernel } from '../../src/kernel/contract.ts'
import { ROOT, textOf } from '../project/sources.ts'
import { controls } from '../simulation/controls/index.ts'
import { defences } from '../simulation/defences.ts'
import { invariants } from '../simulation/invariants.ts'
import type { Defence } from '../simulation/patches.ts'
import { makeTestBuild, markersBelow } from '../simulation/test-build.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-defences-'))
makeTestBuild(ROOT, folder, defences)
afterAll(() => rmSync(folder, { recursive: true }))

const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(path.join(folder, 'dist', file)).href)) as T
const { controls: built } = await load<{ controls: typeof controls }>('test/simulation/controls/index.js')
const { switchOff } = await load<{ switchOff: (names: readonly string[]) => void }>('test/simulation/test-build.js')
const { sharedKernel } = await load<{ sharedKernel: () => Kernel }>('src/kernel/shared.js')

/** The invariants that do not hold while these defences are left out. */
function broken(control: (typeof controls)[number], off: readonly string[]): string[] {
  switchOff(off)
  try {
    return control.run(sharedKernel()).map(({ invariant, detail }) => `${invariant}: ${detail}`)
  } finally {
    switchOff([])
  }
}

describe('R1: positive controls', () => {
  for (const control of built) {
    const { defence, alsoOff = [], adversary, breaks } = control
    it(`${defence}: ${adversary}`, () => {
      expect(broken(control, alsoOff).filter((violation) => violation.startsWith(breaks))).toEqual([])
      expect(broken(control, [...alsoOff, defence]).filter((violation) => violation.startsWith(breaks))).not.toEqual([])
    })
  }
})

describe('the list of defences', () => {
  const names = defences.map(({ name }) => name)
  const table = textOf('docs/security.md')

  it('has a control for each, and no other control', () => {
    expect(new Set(names).size).toBe(names.length)
    expect(controls.map(({ defence }) => defence).toSorted()).toEqual(names.toSorted())
    for (const { alsoOff = [] } of controls) for (const other of alsoOff) expect(names).toContain(other)
    for (const { breaks } of controls) expect(invariants.map(({ name }) => name)).toContain(breaks)
  })

  it('has each check that the source marks, where the source marks it, and no other', () => {
    const marked = markersBelow(path.join(ROOT, 'src')).map(({ name, file }) => `${name} in ${file}`)
    const listed = defences.flatMap(({ name, patches }) => [...new Set(patches.map(({ file }) => `${name} in ${file}`))])
    expect(marked.toSorted()).toEqual(listed.toSorted())
  })

  it('stands in docs/security.md, a row each', () => {
    const rows = controls.map(({ defence, alsoOff = [], adversary, breaks }) => {
      const { patches, rule } = defences.find(({ name }) => name === defence) as Defence
      const where = [...new Set(patches.map(({ file }) => `\`${file}.ts\``))].join(', ')
      const beside = alsoOff.length === 0 ? '' : ` (${alsoOff.join(', ')} off in both)`
      return `| ${defence} | ${where} | ${rule} | ${adversary}${beside} | ${breaks} |`
    })
    const section = table.slice(table.indexOf('## Defences and their controls'), table.indexOf('## Attack rows'))
    expect(section.split('\n').filter((line) => /^\| [a-z]/.test(line))).toEqual([
      '| defence | where | rule | the adversary | what it breaks |',
      ...rows,
    ])
  })
})

describe('a test build', () => {
  it('is refused when a check is not where the list says', () => {
    const gone: Defence = { name: 'gone', rule: '', patches: [{ file: 'ceremony/plan', find: 'no such code', replace: 'OFF' }] }
    const target = mkdtempSync(path.join(tmpdir(), 'quorate-refused-'))
    try {
      expect(() => makeTestBuild(ROOT, target, [gone])).toThrow('occurs 0 times')
    } finally {
      rmSync(target, { recursive: true })
    }
  })
})

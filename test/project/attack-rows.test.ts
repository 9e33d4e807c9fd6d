import { describe, expect, it } from 'vitest'
import { filesUnder, textOf } from './sources.ts'

/** How many rows of each kind there are: docs/security.md, "Attack rows". */
const ROWS = { G: 34, N: 33, T: 22, J: 20, P: 13 } as const

/** A string that begins as the name of a test that is about rows: in a test, or in a table of cases whose names are its. */
const NAME = /['"`]((?:[A-Z]\d+|ancestor fault \d+)(?:, (?:[A-Z]\d+|ancestor fault \d+))*): /g

const rowsNamed = (file: string): ReadonlySet<string> =>
  new Set([...textOf(file).matchAll(NAME)].flatMap(([, rows = '']) => rows.match(/\b[A-Z]\d+/g) ?? []))

/** row -> what its last cell says */
const documented = new Map(
  [...textOf('docs/security.md').matchAll(/^\| ([GNTJP]\d+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, row = '', cell = '']) => [row, cell]),
)

describe('attack rows', () => {
  it('are all in the table, once', () => {
    const all = Object.entries(ROWS).flatMap(([kind, count]) => Array.from({ length: count }, (_, i) => `${kind}${i + 1}`))
    expect([...documented.keys()]).toEqual(all)
  })

  it('each have tests of their name in the files that the table gives, or a reason why not', () => {
    const files = new Set(filesUnder('test'))
    const wrong: string[] = []
    for (const [row, cell] of documented) {
      const named = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => `test/${name}`)
      if (cell.startsWith('no test: ')) continue
      if (named.length === 0) wrong.push(`${row}: neither a file nor a reason`)
      for (const name of named) {
        const file = [`${name}.test.ts`, `${name}.ts`].find((candidate) => files.has(candidate))
        if (file === undefined) wrong.push(`${row}: ${name} is not there`)
        else if (!rowsNamed(file).has(row)) wrong.push(`${row}: ${file} has no test of that name`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('the rule itself: names are found with several rows, and not in the middle', () => {
    expect([...rowsNamed('test/forger/forger.test.ts')]).toEqual(['N7', 'N10', 'R19'])
    expect(rowsNamed('test/project/attack-rows.test.ts').size).toBe(0)
  })
})

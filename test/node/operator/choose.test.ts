import { describe, expect, it } from 'vitest'
import { chooseSigners, contested } from '../../../src/node/operator/choose.ts'

const claims = (...pairs: string[]) => pairs.map((pair) => ({ reportedBy: pair[0] ?? '', validator: pair[1] ?? '' }))
const out = (missing: ReturnType<typeof claims>, already: string[] = []): string =>
  [...contested(missing, new Set(already))].sort().join('')

describe('signers', () => {
  it('are those that signed before where they can, then others in order; none where too few can', () => {
    expect(chooseSigners(['d', 'b'], ['a', 'b', 'c', 'd'], { least: 2, size: 3 })).toEqual(['a', 'b', 'd'])
    expect(chooseSigners(['d', 'b'], ['a', 'b'], { least: 2, size: 3 })).toEqual(['a', 'b'])
    expect(chooseSigners([], ['c', 'a', 'b'], { least: 2, size: 2 })).toEqual(['a', 'b'])
    expect(chooseSigners(['a'], ['a'], { least: 2, size: 2 })).toBeNull()
  })
})

describe('who is left out', () => {
  it('is whom all miss', () => {
    expect(out(claims('ac', 'bc', 'dc'))).toBe('c')
    expect(out(claims('ac', 'bc', 'ad', 'bd'))).toBe('cd')
  })

  it('is a liar who misses all, alone', () => {
    expect(out(claims('la', 'lb', 'lc'))).toBe('l')
    expect(out(claims('la', 'lb', 'lc', 'ad', 'bd', 'cd'))).toBe('dl')
  })

  it('is one of two that miss each other or where one misses the other: the missed', () => {
    expect(out(claims('ab'))).toBe('b')
    expect(out(claims('ab', 'ba'))).toBe('a')
  })

  it('is nobody by the word of one that is out, or about one that is', () => {
    expect(out(claims('ab', 'ac'), ['a'])).toBe('')
    expect(out(claims('ac', 'bc'), ['c'])).toBe('')
    expect(out([])).toBe('')
  })
})

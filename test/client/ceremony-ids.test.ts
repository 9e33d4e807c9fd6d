/** Which ids count as used: exactly within the window, everything below it, and everything up to the mark of an earlier process. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CeremonyIds } from '../../src/client/ceremony-ids.ts'
import { refusalOf } from '../helpers/refusals.ts'

describe('ceremony ids', () => {
  it('T2: are used once, in any order, with gaps', () => {
    const ids = new CeremonyIds(100, 0n)
    for (const id of [5n, 3n, 50n, 4n, 1n]) {
      expect(ids.has(id)).toBe(false)
      ids.use(id)
      expect(ids.has(id)).toBe(true)
      expect(refusalOf(() => ids.assertUnused(id))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    }
    for (const id of [2n, 6n, 49n, 51n, 2n ** 64n - 1n]) expect(refusalOf(() => ids.assertUnused(id))).toBe('no refusal')
  })

  it('below the window count as used, and are forgotten', () => {
    const ids = new CeremonyIds(10, 0n)
    ids.use(1n)
    ids.use(11n)
    expect(refusalOf(() => ids.assertUnused(1n))).not.toBe('no refusal')
    expect(refusalOf(() => ids.assertUnused(2n))).toBe('no refusal')
    ids.use(2n ** 64n - 1n)
    expect(refusalOf(() => ids.assertUnused(2n))).toBe('ERR_CEREMONY_ID_WINDOW ceremonyId')
    expect(refusalOf(() => ids.assertUnused(2n ** 64n - 11n))).toBe('ERR_CEREMONY_ID_WINDOW ceremonyId')
    expect(refusalOf(() => ids.assertUnused(2n ** 64n - 10n))).toBe('no refusal')
  })

  it('up to the mark are used, whatever the window', () => {
    const ids = new CeremonyIds(10, 1_000n)
    for (const id of [1n, 989n, 990n, 991n, 1_000n]) {
      expect(ids.has(id)).toBe(true)
      expect(refusalOf(() => ids.assertUnused(id))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    }
    expect(ids.has(1_001n)).toBe(false)
  })

  it('are what a plain record of all ids would say, whatever is used', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.bigInt({ min: 0n, max: 20n }),
        fc.array(fc.oneof(fc.bigInt({ min: 1n, max: 60n }), fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })), { maxLength: 60 }),
        (window, mark, steps) => {
          const ids = new CeremonyIds(window, mark)
          const used = new Set<bigint>()
          let highest = mark
          for (const id of steps) {
            const expected = used.has(id) || id <= mark || id <= highest - BigInt(window)
            expect(ids.has(id)).toBe(expected)
            expect(refusalOf(() => ids.assertUnused(id)) !== 'no refusal').toBe(expected)
            if (expected) continue
            ids.use(id)
            used.add(id)
            if (id > highest) highest = id
          }
        },
      ),
      { seed: 11, numRuns: 300 },
    )
  })
})

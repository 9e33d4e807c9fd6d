import { describe, expect, it } from 'vitest'
import { assertValidatorIds, compareValidatorIds, isValidatorId, sortValidatorIds } from '../../src/wire/validator-id.ts'

/** What is thrown, as plain data. */
function refusal(list: unknown): unknown {
  try {
    assertValidatorIds(list, 'participants')
  } catch (error) {
    return { code: (error as { code?: unknown }).code, field: (error as { field?: unknown }).field }
  }
  return 'accepted'
}

describe('validator ids', () => {
  it('are 1..64 of letters, digits, underscore and hyphen', () => {
    for (const id of ['a', 'A', '0', '_', '-', 'node-1_b', 'x'.repeat(64)]) expect(isValidatorId(id), id).toBe(true)
  })

  it('T18: nothing that means something in a bus subject, a path or a terminal is an id', () => {
    const hostile = [
      '',
      '.',
      '*',
      '>',
      'a.b',
      'a b',
      'a\n',
      'a\r\nPUB x',
      '\0',
      '../a',
      'a/b',
      'a\\b',
      'x'.repeat(65),
      'é',
      'а',
      'a\u200b',
      '\u001b[2J',
    ]
    for (const id of hostile) expect(isValidatorId(id), JSON.stringify(id)).toBe(false)
    for (const code of Array.from({ length: 256 }, (_, i) => i)) {
      const character = String.fromCharCode(code)
      expect(isValidatorId(character)).toBe(/[A-Za-z0-9_-]/.test(character))
    }
  })

  it('J3: only strings are ids', () => {
    for (const x of [1, 1n, null, undefined, ['a'], { toString: () => 'a' }, new String('a'), Symbol('a'), true]) {
      expect(isValidatorId(x)).toBe(false)
    }
  })

  it('are ordered by ASCII code, whatever the locale says', () => {
    expect(sortValidatorIds(['b', 'a', 'B', '_', '-', '10', '9', 'aa', 'A'])).toEqual(['-', '10', '9', 'A', 'B', '_', 'a', 'aa', 'b'])
    expect(compareValidatorIds('a', 'B')).toBe(1)
    expect(compareValidatorIds('a', 'a')).toBe(0)
    expect(compareValidatorIds('a', 'aa')).toBe(-1)
  })

  it('sorting leaves its argument alone', () => {
    const list = Object.freeze(['b', 'a'])
    expect(sortValidatorIds(list)).toEqual(['a', 'b'])
    expect(list).toEqual(['b', 'a'])
  })
})

describe('assertValidatorIds', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`)

  it('takes 1 to 1000 different ids in any order', () => {
    for (const list of [['a'], ['b', 'a'], many(1000)]) expect(refusal(list)).toBe('accepted')
  })

  it('G22: names a repeated id by its place', () => {
    expect(refusal(['a', 'b', 'a'])).toEqual({ code: 'ERR_DUPLICATE_VALIDATOR', field: 'participants[2]' })
  })

  it('G21: names an entry that is no id by its place', () => {
    for (const entry of [0, 1, -1, 1.0000001, [1], null, undefined, '', 'a.b', 'x'.repeat(65)]) {
      expect(refusal(['a', entry])).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'participants[1]' })
    }
    expect(refusal(new Array(3))).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'participants[0]' })
  })

  it('refuses what is no list, an empty list and more than 1000', () => {
    for (const list of [undefined, null, 'a', 1, {}, new Set(['a']), { length: 1, 0: 'a' }, []]) {
      expect(refusal(list)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'participants' })
    }
    expect(refusal(many(1001))).toEqual({ code: 'ERR_TOO_LARGE', field: 'participants' })
    expect(refusal(new Array(2 ** 32 - 1))).toEqual({ code: 'ERR_TOO_LARGE', field: 'participants' })
  })
})

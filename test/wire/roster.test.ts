import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { assertRoster, copyRoster, formatRosterFile, parseRosterFile, type Roster } from '../../src/wire/roster.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

const key = (id: string) => testIdentity(id).publicKey
const keyHex = (id: string) => toHex(key(id))

function refusal(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return { code: (error as { code?: unknown }).code, field: (error as { field?: unknown }).field }
  }
  return 'accepted'
}
const ofRoster = (x: unknown) => refusal(() => assertRoster(x, 'roster'))
const ofFile = (text: unknown) => refusal(() => parseRosterFile(text as string))

describe('assertRoster', () => {
  it('takes a Map of ids to identity keys, also more than a ceremony can have', () => {
    expect(ofRoster(testRoster(['a']))).toBe('accepted')
    const many = Array.from({ length: 1200 }, (_, i): [string, Uint8Array] => [
      `v${i}`,
      new Uint8Array(32)
        .fill(1)
        .fill(i >> 8, 1, 2)
        .fill(i & 255, 2, 3),
    ])
    expect(ofRoster(new Map(many))).toBe('accepted')
  })

  it('refuses what is no Map, and an empty one', () => {
    const hostile = [
      undefined,
      null,
      {},
      { a: key('a') },
      [['a', key('a')]],
      'a',
      new Set(['a']),
      new WeakMap(),
      new Map(),
      new Proxy(testRoster(['a']), {}),
    ]
    for (const x of hostile) expect(ofRoster(x)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'roster' })
  })

  it('refuses keys of the wrong type or size, non-canonical ones and points of small order', () => {
    const nonCanonical = new Uint8Array(32).fill(0xff)
    const hostile = [
      undefined,
      keyHex('a'),
      new Uint8Array(31),
      new Uint8Array(33),
      Buffer.from(key('a')),
      new Uint8Array(32),
      nonCanonical,
    ]
    for (const x of hostile) {
      const roster = new Map<string, unknown>([
        ['a', key('a')],
        ['b', x],
      ])
      expect(ofRoster(roster)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'roster.b' })
    }
  })

  it('T18: refuses ids that are no ids', () => {
    for (const id of ['', 'a.b', '*', 'x'.repeat(65), 1, null, ['a']]) {
      expect(ofRoster(new Map([[id, key('a')]]))).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'roster' })
    }
  })

  it('N20: refuses one key under two ids', () => {
    const roster = new Map([...testRoster(['a', 'b']), ['c', new Uint8Array(key('a'))]])
    expect(ofRoster(roster)).toEqual({ code: 'ERR_DUPLICATE_VALIDATOR', field: 'roster.c' })
  })

  it('refuses more than 10000 entries before it looks at them', () => {
    const roster = new Map(Array.from({ length: 10_001 }, (_, i) => [`v${i}`, null]))
    expect(ofRoster(roster)).toEqual({ code: 'ERR_TOO_LARGE', field: 'roster' })
  })
})

describe('copyRoster', () => {
  it('shares nothing with its source', () => {
    const source = new Map(testRoster(['a', 'b']))
    const copy = copyRoster(source, 'roster')
    source.get('a')?.fill(0)
    source.delete('b')
    expect([...copy]).toEqual([...testRoster(['a', 'b'])])
  })
})

describe('roster file', () => {
  const file = (...entries: [string, string][]) => `{"validators":{${entries.map(([id, hex]) => `"${id}":"${hex}"`).join(',')}}}`

  it('reads what it writes', () => {
    for (const ids of [['a'], ['b', 'a', 'C', '-', '_'], Array.from({ length: 30 }, (_, i) => `v${i}`)]) {
      const roster = testRoster(ids)
      const read = parseRosterFile(formatRosterFile(roster))
      expect(new Map([...read].sort())).toEqual(new Map([...roster].sort()))
      expect(JSON.parse(formatRosterFile(roster)).validators).toEqual(
        Object.fromEntries([...roster].map(([id, bytes]) => [id, toHex(bytes)])),
      )
    }
  })

  it('reads any JSON white space', () => {
    const roster: Roster = parseRosterFile(`\r\n\t{ "validators" :\n{ "a"\t: "${keyHex('a')}" ,"b":"${keyHex('b')}"} }\n\n`)
    expect(roster).toEqual(testRoster(['a', 'b']))
  })

  it('J2: refuses a repeated id, also the same key again', () => {
    expect(ofFile(file(['a', keyHex('a')], ['a', keyHex('b')]))).toEqual({ code: 'ERR_CONFIG', field: 'validators.a' })
    expect(ofFile(file(['a', keyHex('a')], ['b', keyHex('b')], ['a', keyHex('a')]))).toEqual({ code: 'ERR_CONFIG', field: 'validators.a' })
    expect(ofFile(`{"validators":{"a":"${keyHex('a')}"},"validators":{"b":"${keyHex('b')}"}}`)).toMatchObject({ code: 'ERR_CONFIG' })
  })

  it('J1: __proto__ and its friends never touch a prototype, and __proto__ is refused', () => {
    expect(ofFile(file(['__proto__', keyHex('a')]))).toMatchObject({ code: 'ERR_CONFIG' })
    expect(ofFile(`{"__proto__":{"a":"${keyHex('a')}"}}`)).toMatchObject({ code: 'ERR_CONFIG' })
    expect(ofFile(`{"validators":{"a":{"__proto__":"x"}}}`)).toMatchObject({ code: 'ERR_CONFIG' })
    expect(ofRoster(new Map([['__proto__', key('a')]]))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    const names = ['constructor', 'prototype', 'toString', 'hasOwnProperty']
    const roster = parseRosterFile(file(...names.map((name): [string, string] => [name, keyHex(name)])))
    expect([...roster.keys()]).toEqual(names)
    expect(parseRosterFile(formatRosterFile(roster)).size).toBe(names.length)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })

  it('J4: refuses hex that is upper case, odd, short, long, prefixed or not hex', () => {
    const good = keyHex('a')
    const hostile = [good.toUpperCase(), good.slice(1), good.slice(2), `${good}00`, `0x${good}`, `${good.slice(2)}zz`, ` ${good}`, '']
    for (const hex of hostile) expect(ofFile(file(['a', hex])), hex).toEqual({ code: 'ERR_CONFIG', field: 'validators.a' })
  })

  it('refuses unusable and repeated keys with the entry that has them', () => {
    expect(ofFile(file(['a', '00'.repeat(32)]))).toEqual({ code: 'ERR_CONFIG', field: 'validators.a' })
    expect(ofFile(file(['a', keyHex('a')], ['b', keyHex('a')]))).toEqual({ code: 'ERR_CONFIG', field: 'validators.b' })
  })

  it('refuses other members, other shapes and text around', () => {
    const good = file(['a', keyHex('a')])
    const inner = `"a":"${keyHex('a')}"`
    const hostile = [
      '',
      '{}',
      '[]',
      'null',
      '"validators"',
      '{"validators":{}}',
      '{"validators":[]}',
      '{"validators":null}',
      `{"validators":{${inner},}}`,
      `{"validators":{,${inner}}}`,
      `{"validators":{${inner} ${inner}}}`,
      `{"validators":{${inner}},"threshold":"2"}`,
      `{"threshold":"2","validators":{${inner}}}`,
      `{"Validators":{${inner}}}`,
      `{"validators":{"a":1}}`,
      `{"validators":{"a":["${keyHex('a')}"]}}`,
      `{"validators":{'a':"${keyHex('a')}"}}`,
      `{"validators":{a:"${keyHex('a')}"}}`,
      `{"validators":{"\\u0061":"${keyHex('a')}"}}`,
      `// roster\n${good}`,
      `\ufeff${good}`,
      `\u00a0${good}`,
      `${good}${good}`,
      `${good},`,
      `${good}\0`,
      good.slice(0, -1),
      good.slice(1),
    ]
    for (const text of hostile) expect(ofFile(text), text).toMatchObject({ code: 'ERR_CONFIG' })
    for (const x of [undefined, null, 1, {}, Buffer.from(good)]) expect(ofFile(x)).toMatchObject({ code: 'ERR_CONFIG' })
  })

  it('every truncation and every single-character deletion of a file is refused or reads as the same roster', () => {
    const good = formatRosterFile(testRoster(['aa', 'b']))
    const roster = parseRosterFile(good)
    for (let at = 0; at < good.length; at++) {
      for (const text of [good.slice(0, at), good.slice(0, at) + good.slice(at + 1)]) {
        const answer = refusal(() => {
          const read = parseRosterFile(text)
          // White space may go, and one letter of "aa": the keys stay.
          expect([...read.values()]).toEqual([...roster.values()])
        })
        if (answer !== 'accepted') expect(answer).toMatchObject({ code: 'ERR_CONFIG' })
      }
    }
  })

  it('refuses a huge text in no time', () => {
    expect(ofFile(' '.repeat((1 << 21) + 1))).toEqual({ code: 'ERR_CONFIG', field: 'roster' })
    expect(ofFile(`{"validators":{"${'a'.repeat(1 << 20)}":"00"}}`)).toMatchObject({ code: 'ERR_CONFIG' })
    expect(ofFile('{'.repeat(1 << 20))).toMatchObject({ code: 'ERR_CONFIG' })
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiBytes, toHex } from '../../src/bytes.ts'
import { isAcceptablePublicKey } from '../../src/wire/identity.ts'
import { assertRoster, copyRoster, type Roster } from '../../src/wire/roster.ts'
import { formatRosterFile, parseRosterFile } from '../../src/wire/roster-file.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { bytesOf, id, PROPERTY } from './arbitraries.ts'
import { mutate, mutations } from './mutations.ts'

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

  /** The one text of a roster in this order, without white space. */
  const compact = (roster: Roster) => file(...[...roster].map(([name, bytes]): [string, string] => [name, toHex(bytes)]))
  const rosters: fc.Arbitrary<Roster> = fc
    .uniqueArray(fc.tuple(id, bytesOf(32).filter(isAcceptablePublicKey)), {
      minLength: 1,
      maxLength: 6,
      comparator: ([a, first], [b, second]) => a === b || toHex(first) === toHex(second),
    })
    .filter((entries) => entries.every(([name]) => name !== '__proto__'))
    .map((entries) => new Map(entries))

  it('reads every roster that it writes', () => {
    fc.assert(
      fc.property(rosters, (roster) => {
        const read = parseRosterFile(formatRosterFile(roster))
        expect(read).toEqual(roster)
        expect(formatRosterFile(read)).toBe(formatRosterFile(roster))
        expect([...parseRosterFile(compact(roster))]).toEqual([...roster])
      }),
      PROPERTY,
    )
  })

  it('R7: a mutated file is refused with ERR_CONFIG, or is the one text of what is read, but for white space and order', () => {
    const seen = { read: 0, refused: 0 }
    fc.assert(
      fc.property(rosters, mutations, (roster, changes) => {
        const text = Buffer.from(changes.reduce(mutate, asciiBytes(formatRosterFile(roster)))).toString('latin1')
        let read: Roster
        try {
          read = parseRosterFile(text)
        } catch (error) {
          expect(error).toMatchObject({ name: 'QuorateError', code: 'ERR_CONFIG' })
          seen.refused++
          return
        }
        seen.read++
        expect(text.replace(/[ \t\r\n]/g, '')).toBe(compact(read))
        expect(parseRosterFile(formatRosterFile(read))).toEqual(read)
      }),
      { ...PROPERTY, numRuns: 1_000 },
    )
    expect(seen.refused).toBeGreaterThan(50)
    expect(seen.read).toBeGreaterThan(25)
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
  })

  it('refuses what is no text, and writes nothing that is no roster', () => {
    for (const x of [
      undefined,
      null,
      Number.NaN,
      1,
      1n,
      true,
      {},
      [],
      Buffer.from(file(['a', keyHex('a')])),
      new String('{}'),
      Symbol('x'),
    ]) {
      expect(ofFile(x)).toEqual({ code: 'ERR_CONFIG', field: 'roster' })
    }
    const written = (x: unknown) => refusal(() => formatRosterFile(x as Roster))
    for (const x of [undefined, null, 1, 'a', {}, { a: key('a') }, [['a', key('a')]], new Map(), new Map([['a.b', key('a')]])]) {
      expect(written(x)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'roster' })
    }
    for (const x of [undefined, null, keyHex('a'), new Uint8Array(31), new Uint8Array(32), Buffer.from(key('a'))]) {
      expect(written(new Map([['a', x]]))).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'roster.a' })
    }
    const twice = new Map([...testRoster(['a']), ['b', key('a')]])
    expect(written(twice)).toEqual({ code: 'ERR_DUPLICATE_VALIDATOR', field: 'roster.b' })
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
    expect(ofFile(' '.repeat((1 << 22) + 1))).toEqual({ code: 'ERR_CONFIG', field: 'roster' })
    expect(ofFile(`{"validators":{"${'a'.repeat(1 << 20)}":"00"}}`)).toMatchObject({ code: 'ERR_CONFIG' })
    expect(ofFile('{'.repeat(1 << 20))).toMatchObject({ code: 'ERR_CONFIG' })
  })
})

/** The file's second part: keys that open the broker, which no ceremony knows of. */
import { describe, expect, it } from 'vitest'
import { makeNkey } from '../../src/bus/nats/nkeys.ts'
import { toHex } from '../../src/bytes.ts'
import { formatRosterDocument, formatRosterFile, parseRosterDocument, parseRosterFile } from '../../src/wire/roster-file.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

const [first, second, third] = [makeNkey().publicKey, makeNkey().publicKey, makeNkey().publicKey]
const hex = (id: string): string => toHex(testIdentity(id).publicKey)

function refusedField(nkeys: string, tail = ''): unknown {
  try {
    parseRosterDocument(`{"validators":{"a":"${hex('a')}","b":"${hex('b')}"},"nkeys":${nkeys}${tail}}`)
  } catch (error) {
    expect(error).toMatchObject({ name: 'QuorateError', code: 'ERR_CONFIG' })
    return (error as { field?: unknown }).field
  }
  return 'accepted'
}

describe('a roster file with nkeys', () => {
  const document = {
    roster: testRoster(['a', 'b']),
    nkeys: {
      validators: new Map([
        ['b', second],
        ['a', first],
      ]),
      operators: new Map([['ops', third]]),
    },
  }

  it('comes back as it was written, and means the same roster as one without', () => {
    const text = formatRosterDocument(document)
    const read = parseRosterDocument(text)
    expect([...read.nkeys.validators]).toEqual([
      ['a', first],
      ['b', second],
    ])
    expect([...read.nkeys.operators]).toEqual([['ops', third]])
    expect(formatRosterDocument(read)).toBe(text)
    expect(formatRosterFile(parseRosterFile(text))).toBe(formatRosterFile(document.roster))
    expect(JSON.parse(text)).toEqual({
      validators: { a: hex('a'), b: hex('b') },
      nkeys: { validators: { a: first, b: second }, operators: { ops: third } },
    })
  })

  it('may have keys of some validators, or of operators, alone', () => {
    for (const nkeys of [
      { validators: new Map([['a', first]]), operators: new Map() },
      { validators: new Map(), operators: new Map([['ops', first]]) },
    ]) {
      expect(parseRosterDocument(formatRosterDocument({ ...document, nkeys })).nkeys).toEqual(nkeys)
    }
  })

  it('refuses strangers, one name for two parties, one key for two names, and what is no key of a user', () => {
    expect(refusedField(`{"validators":{"a":"${first}"}}`)).toBe('accepted')
    expect(refusedField(`{"validators":{"c":"${first}"}}`)).toBe('nkeys.validators.c')
    expect(refusedField(`{"operators":{"a":"${first}"}}`)).toBe('nkeys.operators.a')
    expect(refusedField(`{"validators":{"a":"${first}","b":"${first}"}}`)).toBe('nkeys.validators.b')
    expect(refusedField(`{"validators":{"a":"${first}"},"operators":{"ops":"${first}"}}`)).toBe('nkeys.operators.ops')
    for (const key of ['', 'U', first.toLowerCase(), `S${first}`, `A${first.slice(1)}`, `${first}A`, `${first.slice(0, -1)}1`])
      expect(refusedField(`{"validators":{"a":"${key}"}}`), key).toBe('nkeys.validators.a')
  })

  it('J1, J2: refuses other members, members twice, and names that careless readers give a meaning', () => {
    expect(refusedField(`{"operators":{"__proto__":"${first}"}}`)).toBe('nkeys.operators')
    expect(refusedField(`{"__proto__":{"a":"${first}"}}`)).toBe('nkeys')
    expect(refusedField(`{"observers":{"x":"${first}"}}`)).toBe('nkeys')
    expect(refusedField(`{"operators":{"x":"${first}"},"operators":{"y":"${second}"}}`)).toBe('nkeys.operators')
    expect(refusedField(`{"operators":{"x":"${first}","x":"${second}"}}`)).toBe('nkeys.operators.x')
    expect(refusedField('{}')).toBe('roster')
    expect(refusedField('{"validators":{}}')).toBe('roster')
    expect(refusedField(`{"validators":{"a":"${first}"}}`, ',"nkeys":{}')).toBe('roster')
  })
})

import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { GROUP_ORDER } from '../../src/crypto/group-order.ts'
import { apis, must, signAll } from './apis.ts'

/** Not an integer, or not in 1..65535. */
const NOT_IDENTIFIERS: readonly unknown[] = [NaN, 0, -1, 1.5, 2 ** 53, 65_536, Infinity, '2', null, undefined, 2n, [1], {}, true]
const NOT_OBJECTS: readonly unknown[] = [undefined, null, 5, 'x']

/** Everything that is not `length` bytes of plain memory. */
function notBytes(length: number): unknown[] {
  return [
    undefined,
    null,
    'ab'.repeat(length),
    5,
    Array(length).fill(1),
    { length },
    Buffer.alloc(length, 2),
    new Uint16Array(length),
    new Uint8Array(new SharedArrayBuffer(length)),
    new Proxy(new Uint8Array(length).fill(2), {}),
  ]
}

/** The above, and the wrong lengths. */
function notExactly(length: number): unknown[] {
  return [...notBytes(length), ...[0, 1, length - 1, length + 1].map((wrong) => new Uint8Array(wrong).fill(2))]
}

/** Not a compressed point. */
function notPoints(): unknown[] {
  const prefixed = (prefix: number, ...x: number[]) => {
    const point = new Uint8Array(33)
    point[0] = prefix
    point.set(x, 33 - x.length)
    return point
  }
  return [
    ...notExactly(33),
    new Uint8Array(33),
    prefixed(4, 1),
    prefixed(5, 1),
    prefixed(6, 1),
    prefixed(2, 5), // no point has x = 5
    concatBytes(Uint8Array.of(2), new Uint8Array(32).fill(255)), // x >= p
  ]
}

function notScalars(): unknown[] {
  return [...notExactly(32), new Uint8Array(32), new Uint8Array(GROUP_ORDER), new Uint8Array(32).fill(255)]
}

/** `[path, value]` pairs; the path is where the value goes and the field that the error must name. */
type Cases = readonly (readonly [path: string, values: readonly unknown[]])[]

function withValue(target: unknown, path: readonly string[], value: unknown): unknown {
  const [head, ...rest] = path
  if (head === undefined) return value
  if (target instanceof Map) return new Map(target).set(Number(head), withValue(target.get(Number(head)), rest, value))
  if (Array.isArray(target)) return target.map((item, i) => (i === Number(head) ? withValue(item, rest, value) : item))
  if (typeof target !== 'object' || target === null) throw new Error(`no ${head} in the test's input`)
  return { ...target, [head]: withValue(Reflect.get(target, head), rest, value) }
}

/** "a.b[2].c" -> a, b, 2, c */
const steps = (path: string) => path.split(/[.[\]]+/).filter((part) => part !== '')

function refuses(run: (input: never) => unknown, good: object, cases: Cases): void {
  it('takes the good input', () => {
    expect(() => Reflect.apply(run, null, [good])).not.toThrow()
  })
  it.each(cases.map(([path, values]) => ({ path, values })))('$path', ({ path, values }) => {
    for (const [i, value] of values.entries()) {
      const input = withValue(good, steps(path), value)
      expect(() => Reflect.apply(run, null, [input]), `case ${i}`).toThrow(
        expect.objectContaining({ name: 'QuorateError', code: 'ERR_INVALID_ARGUMENT', field: path }),
      )
    }
  })
  it('input', () => {
    for (const value of NOT_OBJECTS) {
      expect(() => Reflect.apply(run, null, [value])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'input' }))
    }
  })
}

const SUITES: readonly unknown[] = [undefined, null, 'evm', 'BIP340', '', 1, {}, 'toString']

for (const { name, frost } of apis()) {
  describe(`quorate/frost: ${name} refuses bad input with the field`, () => {
    const suite = 'bip340'
    const { keys, shares } = frost.trustedDealer({ suite, minSigners: 2, identifiers: [1, 2, 3] })
    const share = must(shares[0])
    const message = new Uint8Array(3)
    const { commitments, signatureShares } = signAll(frost, keys, shares, message)
    const signature = frost.aggregate({ keys, commitments, message, signatureShares })

    const keyCases: Cases = [
      ['keys', NOT_OBJECTS],
      ['keys.suite', SUITES],
      ['keys.minSigners', [...NOT_IDENTIFIERS, 4]],
      ['keys.groupPublicKey', notPoints()],
      ['keys.verifyingShares', [undefined, null, {}, [], [[1, keys.groupPublicKey]], new Map()]],
      ['keys.verifyingShares[2]', notExactly(33)],
    ]
    const signingCases: Cases = [
      ...keyCases,
      ['commitments', [undefined, null, {}, 'x', new Map()]],
      ['commitments[1]', [undefined, null, 5, 'x']],
      ['commitments[1].identifier', [...NOT_IDENTIFIERS, 1, 4]],
      ['commitments[1].hiding', notPoints()],
      ['commitments[1].binding', notPoints()],
      ['message', notBytes(3)],
    ]

    describe('trustedDealer', () => {
      const coefficients = concatBytes(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2))
      refuses(frost.trustedDealer, { suite, minSigners: 2, identifiers: [1, 2, 3], coefficients }, [
        ['suite', SUITES],
        ['minSigners', [...NOT_IDENTIFIERS, 4]],
        ['identifiers', [undefined, null, 3, '123', {}, [], new Set([1, 2, 3])]],
        ['identifiers[1]', [...NOT_IDENTIFIERS, 1]],
        ['coefficients', [...notExactly(64).slice(1), new Uint8Array(32).fill(1), new Uint8Array(96).fill(1)]],
      ])

      it('coefficients of zero, of q or more, and those that give a zero share', () => {
        const base = { suite, minSigners: 2, identifiers: [1, 2, 3] } as const
        const one = new Uint8Array(32).fill(1)
        const minusOne = new Uint8Array(GROUP_ORDER)
        minusOne[31] = 0x40
        const unit = new Uint8Array(32)
        unit[31] = 1
        for (const bad of [new Uint8Array(32), new Uint8Array(GROUP_ORDER), new Uint8Array(32).fill(255)]) {
          const field = (i: number) => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: `coefficients[${i}]` })
          expect(() => frost.trustedDealer({ ...base, coefficients: concatBytes(bad, one) })).toThrow(field(0))
          expect(() => frost.trustedDealer({ ...base, coefficients: concatBytes(one, bad) })).toThrow(field(1))
        }
        // f(x) = 1 - x is zero at 1
        expect(() => frost.trustedDealer({ ...base, coefficients: concatBytes(unit, minusOne) })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'coefficients' }),
        )
      })
    })

    describe('commit', () => {
      const randomness = concatBytes(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2))
      refuses(frost.commit, { suite, share, randomness }, [
        ['suite', SUITES],
        ['share', NOT_OBJECTS],
        ['share.identifier', NOT_IDENTIFIERS],
        ['share.secretShare', notScalars()],
        ['randomness', notExactly(64).slice(1)],
      ])
    })

    describe('sign', () => {
      const good = () => {
        const nonces = frost.commit({ suite, share })
        return { keys, commitments: [nonces.commitment, must(commitments[1]), must(commitments[2])], message, share, nonces }
      }
      const spare = good()
      refuses((a) => frost.sign(a), spare, [
        ...signingCases,
        ['share', NOT_OBJECTS],
        ['share.identifier', NOT_IDENTIFIERS],
        ['share.secretShare', notScalars()],
        ['nonces', [undefined, null, 5, 'x', {}, { ...spare.nonces }]],
      ])

      it('an unknown or repeated signer, a message over 1 MiB', () => {
        const input = good()
        const stranger = { ...must(commitments[1]), identifier: 4 }
        const twice = must(commitments[2])
        expect(() => frost.sign({ ...input, commitments: [...input.commitments, stranger] })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'commitments[3].identifier' }),
        )
        expect(() => frost.sign({ ...input, commitments: [...input.commitments, twice] })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'commitments[3].identifier' }),
        )
        expect(() => frost.sign({ ...input, message: new Uint8Array(1_048_577) })).toThrow(
          expect.objectContaining({ code: 'ERR_TOO_LARGE', field: 'message' }),
        )
        expect(input.nonces.spent).toBe(false)
      })
    })

    describe('verifyShare', () => {
      const good = { keys, commitments, message, identifier: 1, signatureShare: must(signatureShares.get(1)) }
      refuses(frost.verifyShare, good, [...signingCases, ['identifier', [...NOT_IDENTIFIERS, 4]], ['signatureShare', notExactly(32)]])
    })

    describe('aggregate', () => {
      refuses(frost.aggregate, { keys, commitments, message, signatureShares }, [
        ...signingCases,
        ['signatureShares', [undefined, null, {}, [], new Map()]],
        ['signatureShares[2]', notExactly(32).slice(1)],
      ])
    })

    describe('verify', () => {
      refuses(frost.verify, { suite, groupPublicKey: keys.groupPublicKey, message, signature }, [
        ['suite', SUITES],
        // 32 bytes are an x-only key here.
        ['groupPublicKey', notPoints().filter((value) => !ArrayBuffer.isView(value) || value.byteLength !== 32)],
        ['message', notBytes(3)],
        ['signature', notBytes(64)],
      ])
    })
  })
}

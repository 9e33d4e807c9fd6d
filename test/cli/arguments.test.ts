import { describe, expect, it } from 'vitest'
import { readHex, readInteger, readSuite, readSuites, SUITES } from '../../src/cli/arguments.ts'
import { camelCase, EXIT, errorJson, exitCodeOf } from '../../src/cli/exit.ts'
import { QuorateError } from '../../src/errors.ts'

const refused = (field: string): object => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field })

describe('numbers on the command line', () => {
  it.each(['', ' 5', '5 ', '+5', '-1', '05', '1e3', '0x10', '5.0', '1.5', 'NaN', 'Infinity', '9007199254740992', '1_000', '٣'])(
    'refuses "%s"',
    (text) => {
      expect(() => readInteger(text, 'nodes', 0, 1_000)).toThrow(refused('nodes'))
    },
  )

  it('takes the bounds and nothing beyond', () => {
    expect([readInteger('1', 'nodes', 1, 10), readInteger('10', 'nodes', 1, 10), readInteger('0', 'workers', 0, 1)]).toEqual([1, 10, 0])
    expect(() => readInteger('0', 'nodes', 1, 10)).toThrow(refused('nodes'))
    expect(() => readInteger('11', 'nodes', 1, 10)).toThrow(refused('nodes'))
  })
})

describe('suites and hex on the command line', () => {
  it('takes each suite once, in the order given', () => {
    expect(SUITES).toEqual(['secp256k1-sha256', 'bip340', 'evm'])
    expect(readSuites('evm,bip340')).toEqual(['evm', 'bip340'])
    for (const text of ['', 'bip340,', 'bip340,bip340', 'BIP340', 'toString', '__proto__']) {
      expect(() => readSuites(text), text).toThrow(refused('suite'))
    }
    expect(() => readSuite('evm,bip340')).toThrow(refused('suite'))
  })

  it('refuses odd and non-hex text, takes upper case', () => {
    expect(readHex('00fF', 'key')).toEqual(Uint8Array.of(0, 255))
    for (const text of ['0', 'abc', 'zz', '0x00', ' 00', '00 ', 'é0']) expect(() => readHex(text, 'key'), text).toThrow(refused('key'))
  })
})

describe('exit codes', () => {
  it.each([
    ['ERR_INVALID_ARGUMENT', EXIT.usage],
    ['ERR_TOO_FEW_SIGNERS', EXIT.usage],
    ['ERR_BUS', EXIT.unavailable],
    ['ERR_POOL_BUSY', EXIT.unavailable],
    ['ERR_CONFIG', EXIT.configuration],
    ['ERR_KERNEL_UNAVAILABLE', EXIT.configuration],
    ['ERR_ABORTED', EXIT.interrupted],
  ] as const)('%s is %i', (code, exit) => {
    expect(exitCodeOf(new QuorateError(code))).toBe(exit)
  })

  it('a fault of ours is 1 and never passes for a refusal', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(EXIT.failure)
    expect(errorJson(new TypeError('x'))).toEqual({ schema: 'quorate.error/1', code: 'ERR_INTERNAL', message: 'x' })
  })

  it('names fields as the library does', () => {
    expect(camelCase('min-signers')).toBe('minSigners')
  })
})

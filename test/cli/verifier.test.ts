import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { baselineVerifier, loadVerifier, type SignatureToCheck } from '../../src/cli/demo/verifier.ts'
import { evmVector, frostVectors } from '../vectors/load.ts'

function published(): SignatureToCheck[] {
  const { groupPublicKey, message, s, addressOfNoncePoint } = evmVector()
  const frost = frostVectors().map(({ suite, groupPublicKey: key, message: text, signature }) => ({
    suite,
    groupPublicKey: key,
    message: text,
    signature,
  }))
  return [...frost, { suite: 'evm', groupPublicKey, message, signature: concatBytes(s, addressOfNoncePoint) }]
}

const items = published()

describe.each([
  ['noble', await loadVerifier()],
  ['baseline', baselineVerifier()],
] as const)('the verifier %s', (name, verifier) => {
  it('says what it is', () => {
    expect(verifier.name).toBe(name)
  })

  it.each(items.map((item) => [item.suite, item] as const))('accepts a published signature, refuses it altered: %s', (_, good) => {
    expect(verifier.verify(good)).toBe(true)
    const { length } = good.signature
    for (const at of [0, 1, 31, length >> 1, length - 1]) {
      const signature = good.signature.slice()
      signature[at] = (signature[at] ?? 0) ^ 4
      expect(verifier.verify({ ...good, signature }), `byte ${at}`).toBe(false)
    }
    expect(verifier.verify({ ...good, signature: new Uint8Array(length) })).toBe(false)
    expect(verifier.verify({ ...good, message: good.message.map((byte) => byte ^ 1) })).toBe(false)
  })
})

it('the published signatures cover every suite', () => {
  expect(new Set(items.map(({ suite }) => suite))).toEqual(new Set(['secp256k1-sha256', 'bip340', 'evm']))
})

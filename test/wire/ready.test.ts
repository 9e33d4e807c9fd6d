import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { verifyEnvelope } from '../../src/wire/envelope.ts'
import { decodeReady, MAX_READY_BYTES, sealReady, verifyReady } from '../../src/wire/ready.ts'
import { testIdentity } from '../helpers/identities.ts'

const a = testIdentity('a')
const content = { network: 'test', from: 'a', nonce: new Uint8Array(16).fill(3) }
const message = sealReady(a, content)

describe('ReadyToKeygen', () => {
  it('T1: is valid under its author alone', () => {
    const received = decodeReady(message.bytes)
    expect(verifyReady(received, a.publicKey)).toBe(true)
    expect(verifyReady(received, testIdentity('b').publicKey)).toBe(false)
  })

  it('the signature covers every byte', () => {
    for (let at = 0; at < message.bytes.length; at++) {
      const bytes = new Uint8Array(message.bytes)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      try {
        expect(verifyReady(decodeReady(bytes), a.publicKey), `byte ${at}`).toBe(false)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_MALFORMED' })
      }
    }
  })

  it('N25: its signature is no signature of an envelope', () => {
    const hash = new Uint8Array(32)
    const forged = { header: { bodyDigest: hash }, headerHash: hash, signature: message.signature, body: new Uint8Array(0) }
    expect(verifyEnvelope(forged as unknown as Parameters<typeof verifyEnvelope>[0], a.publicKey)).toBe(false)
  })

  it('refuses content that has no encoding', () => {
    for (const [field, value] of [
      ['network', ''],
      ['network', 'x'.repeat(256)],
      ['from', 'a.b'],
      ['nonce', new Uint8Array(15)],
    ] as const) {
      expect(() => sealReady(a, { ...content, [field]: value })).toThrowError(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field }),
      )
    }
  })

  it('T8: MAX_READY_BYTES is reached by the longest names; one more byte is refused', () => {
    const longest = sealReady(a, { ...content, network: 'n'.repeat(255), from: 'f'.repeat(64) })
    expect(longest.bytes.length).toBe(MAX_READY_BYTES)
    expect(verifyReady(decodeReady(longest.bytes), a.publicKey)).toBe(true)
    expect(() => decodeReady(concatBytes(longest.bytes, Uint8Array.of(0)))).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }))
  })
})

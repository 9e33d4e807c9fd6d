/** The bytes of preprocessed nonces, written out apart from the code that makes them. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { oneRoundTranscript } from '../../src/ceremony/signing/one-round-state.ts'
import { encodeTranscript } from '../../src/ceremony/transcript/file.ts'
import { preprocessDigest, preprocessTranscript } from '../../src/crypto/transcript.ts'
import { encodeContext } from '../../src/wire/context.ts'

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const text = (value: string) => Buffer.from(value, 'ascii')
const tagged = (tag: string, ...parts: readonly Uint8Array[]): Buffer => sha256(sha256(text(tag)), sha256(text(tag)), ...parts)
const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff])
const u32 = (value: number) => Buffer.from([0, 0, value >> 8, value & 0xff])

const sid = filled(32, 0x5d)
const digest = filled(32, 0xd1)

it('the preprocess digest is over sid and T_1', () => {
  const expected = tagged('quorate/v1/preprocess-digest', sid, filled(32, 0x71))
  expect(Buffer.from(preprocessDigest(sid, filled(32, 0x71)))).toEqual(expected)
  expect(expected.toString('hex')).toBe('3b99a604c14d3e787be23d050912742e55fd66bf26e1207e8791d79d0aa5d60f')
})

it('T_1 of a one-round signing is over sid, preprocess digest and the body digest of the pairs of each signer', () => {
  // One message: the pairs are a body of 128 bytes, which is hashed as it is.
  const single = [filled(128, 1), filled(128, 2)]
  const bodies = single.map((pairs) => tagged('quorate/v1/body', pairs))
  const one = tagged('quorate/v1/preprocess-transcript', sid, digest, u16(2), ...bodies)
  expect(
    Buffer.from(
      preprocessTranscript(
        sid,
        digest,
        bodies.map((each) => new Uint8Array(each)),
      ),
    ),
  ).toEqual(one)
  expect(Buffer.from(oneRoundTranscript(sid, { digest, pairs: single }))).toEqual(one)
  expect(one.toString('hex')).toBe('cfc2c52452c706660c1937735e058a6b0e71f5f7b9d18d9e22a0381bc2c9f0c7')
  // Two: they are items of a tree, so that one can be shown.
  const two = [3, 5].map((byte) => {
    const leaves = [byte, byte + 1].map((each) => tagged('quorate/v1/leaf-of-body', filled(128, each)))
    const root = tagged('quorate/v1/node-of-body', ...leaves)
    return tagged('quorate/v1/tree-of-body', u32(256), root)
  })
  const pairs = [3, 5].map((byte) => new Uint8Array([...filled(128, byte), ...filled(128, byte + 1)]))
  const both = tagged('quorate/v1/preprocess-transcript', sid, digest, u16(2), ...two)
  expect(Buffer.from(oneRoundTranscript(sid, { digest, pairs }))).toEqual(both)
  expect(both.toString('hex')).toBe('c38be9e7b5ec78ae679837805a985ff48e09327cfe33d7a607ece9abe2ee3934')
})

it('a transcript of a one-round signing has its slots between messages and envelopes', () => {
  const context = encodeContext({
    kind: 'sign',
    network: 'golden',
    ceremonyId: 9n,
    protocol: 'frost',
    suite: 'bip340',
    minSigners: 1,
    participants: [{ id: 'a', publicKey: filled(32, 0xa1) }],
    keyDigest: filled(32, 0x6b),
    mode: { type: 'one-round', ceremonyId: 3n, firstSlot: 7 },
    messages: [{ length: 0, hash: filled(32, 0x77) }],
  })
  const head = Buffer.concat([text('quorate transcript 1\n'), u32(context.length), context, Buffer.from([0]), u16(0)])
  const none = encodeTranscript({ context, key: null, messages: [], slots: null, envelopes: [] })
  expect(Buffer.from(none)).toEqual(Buffer.concat([head, Buffer.from([0]), u16(0)]))
  const some = encodeTranscript({ context, key: null, messages: [], slots: { digest, pairs: [filled(128, 4)] }, envelopes: [] })
  const slots = Buffer.concat([Buffer.from([1]), digest, u16(1), u32(128), filled(128, 4)])
  expect(Buffer.from(some)).toEqual(Buffer.concat([head, slots, u16(0)]))
})

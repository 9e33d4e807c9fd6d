import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import {
  type CeremonyContext,
  type ContextParticipant,
  decodeContext,
  encodeContext,
  hashMessage,
  type KeygenContext,
  MAX_CONTEXT_BYTES,
  messageDigest,
  type PreprocessContext,
  positionsOf,
  type SignContext,
  sidOf,
} from '../../src/wire/context.ts'
import { MAX_MESSAGE_BYTES } from '../../src/wire/message.ts'
import { sortValidatorIds } from '../../src/wire/validator-id.ts'
import { testIdentity } from '../helpers/identities.ts'

const party = (...ids: string[]): ContextParticipant[] => ids.map((id) => ({ id, publicKey: testIdentity(id).publicKey }))
const base = { network: 'test', ceremonyId: 1n, suite: 'bip340' as const, minSigners: 2, participants: party('a', 'b', 'c') }
const keygen: KeygenContext = { ...base, kind: 'keygen', protocol: 'frost' }
const preprocess: PreprocessContext = { ...base, kind: 'preprocess', protocol: 'frost', keyDigest: new Uint8Array(32).fill(1), count: 10 }
const sign: SignContext = {
  ...base,
  kind: 'sign',
  protocol: 'frost',
  keyDigest: new Uint8Array(32).fill(1),
  mode: { type: 'two-round' },
  messages: [messageDigest(Uint8Array.of(1, 2)), messageDigest(Uint8Array.of(3))],
}
const oneRound: SignContext = { ...sign, mode: { type: 'one-round', ceremonyId: 9n, firstSlot: 5 } }
const sidHex = (c: CeremonyContext) => toHex(sidOf(encodeContext(c)))

function refusal(c: unknown): unknown {
  try {
    encodeContext(c as CeremonyContext)
  } catch (error) {
    return { code: (error as { code?: unknown }).code, field: (error as { field?: unknown }).field }
  }
  return 'accepted'
}

describe('sid', () => {
  it('T3: whatever two nodes can be instructed differently about, their sids differ', () => {
    const [first, second] = sign.messages
    if (first === undefined || second === undefined) throw new Error('no messages')
    const variants: CeremonyContext[] = [
      keygen,
      { ...keygen, network: 'main' },
      { ...keygen, ceremonyId: 2n },
      { ...keygen, protocol: 'stinson-strobl' },
      { ...keygen, suite: 'evm' },
      { ...keygen, minSigners: 3 },
      { ...keygen, participants: party('a', 'b') },
      { ...keygen, participants: party('a', 'b', 'd') },
      { ...keygen, participants: party('a', 'b').concat({ id: 'c', publicKey: testIdentity('other').publicKey }) },
      preprocess,
      { ...preprocess, count: 11 },
      { ...preprocess, keyDigest: new Uint8Array(32) },
      sign,
      { ...sign, protocol: 'stinson-strobl' },
      { ...sign, keyDigest: new Uint8Array(32) },
      { ...sign, participants: party('a', 'c') },
      { ...sign, messages: [first] },
      { ...sign, messages: [second, first] },
      { ...sign, messages: [first, first] },
      { ...sign, messages: [first, { ...second, length: 2 }] },
      { ...sign, messages: [first, { ...second, hash: hashMessage(Uint8Array.of(4)) }] },
      oneRound,
      { ...oneRound, mode: { type: 'one-round', ceremonyId: 10n, firstSlot: 5 } },
      { ...oneRound, mode: { type: 'one-round', ceremonyId: 9n, firstSlot: 6 } },
    ]
    expect(new Set(variants.map(sidHex)).size).toBe(variants.length)
  })

  it('ancestor fault 2: messages that differ in leading zero bytes have different digests', () => {
    const digests = [[], [0], [0, 0], [0, 1], [1], [1, 0]].map((bytes) => toHex(hashMessage(Uint8Array.from(bytes))))
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('G11: the boundary between the network label and what follows cannot be moved', () => {
    expect(sidHex({ ...keygen, network: 'ab' })).not.toBe(sidHex({ ...keygen, network: 'a' }))
    expect(sidHex({ ...keygen, participants: party('ab', 'c') })).not.toBe(sidHex({ ...keygen, participants: party('a', 'bc') }))
  })
})

describe('context', () => {
  it('carries the largest ceremonies within MAX_CONTEXT_BYTES', () => {
    const ids = sortValidatorIds(Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(64, 'x')))
    const participants = ids.map((id, i) => ({ id, publicKey: new Uint8Array(32).fill(i) }))
    const messages = Array.from({ length: 1000 }, (_, i) => ({ length: i, hash: new Uint8Array(32) }))
    const largest: SignContext = {
      ...oneRound,
      network: 'n'.repeat(255),
      participants,
      messages,
      mode: { ...oneRound.mode, type: 'one-round', ceremonyId: 1n, firstSlot: 0 },
    }
    const bytes = encodeContext(largest)
    expect(bytes.length).toBeLessThan(MAX_CONTEXT_BYTES)
    expect(toHex(encodeContext(decodeContext(bytes)))).toBe(toHex(bytes))
    expect(() => decodeContext(concatBytes(bytes, new Uint8Array(MAX_CONTEXT_BYTES)))).toThrowError(
      expect.objectContaining({ code: 'ERR_MALFORMED' }),
    )
  })

  it('knows its batch size', () => {
    expect([keygen, preprocess, sign].map(positionsOf)).toEqual([1, 10, 2])
  })

  it('t = 1 and n = 1 work; t > n, 0 and what is no integer do not', () => {
    expect(refusal({ ...keygen, minSigners: 1, participants: party('a') })).toBe('accepted')
    expect(refusal({ ...keygen, minSigners: 4 })).toEqual({ code: 'ERR_TOO_FEW_SIGNERS', field: 'minSigners' })
    for (const minSigners of [0, -1, 1.5, Number.NaN, 2 ** 53, '2', null, undefined, 1001]) {
      expect(refusal({ ...keygen, minSigners }), String(minSigners)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'minSigners' })
    }
  })

  it('G22, N14: participants are sorted and distinct', () => {
    expect(refusal({ ...keygen, participants: party('b', 'a') })).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'participants[1]' })
    expect(refusal({ ...keygen, participants: party('a', 'a') })).toEqual({ code: 'ERR_DUPLICATE_VALIDATOR', field: 'participants[1]' })
    expect(refusal({ ...keygen, participants: [] })).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'participants' })
    expect(refusal({ ...keygen, participants: party('a', 'b.c') })).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'participants[1]' })
    const ids = sortValidatorIds(Array.from({ length: 1001 }, (_, i) => `v${i}`))
    const many = ids.map((id) => ({ id, publicKey: new Uint8Array(32) }))
    expect(refusal({ ...keygen, participants: many })).toEqual({ code: 'ERR_TOO_LARGE', field: 'participants' })
    expect(refusal({ ...keygen, participants: many.slice(1) })).toBe('accepted')
  })

  it('refuses network labels that are empty, long or not printable ASCII', () => {
    for (const network of ['', 'x'.repeat(256), 'a\n', 'é', '\0', '\u007f', '\ufeff', 1, null]) {
      expect(refusal({ ...keygen, network }), JSON.stringify(network)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'network' })
    }
    expect(refusal({ ...keygen, network: '~'.repeat(255) })).toBe('accepted')
  })

  it('refuses ids, suites, protocols and kinds that do not exist', () => {
    for (const ceremonyId of [0n, 1n << 64n, -1n, 1, '1']) expect(refusal({ ...keygen, ceremonyId })).toMatchObject({ field: 'ceremonyId' })
    for (const suite of ['ed25519', '', 1, 'toString', '__proto__']) expect(refusal({ ...keygen, suite })).toMatchObject({ field: 'suite' })
    for (const protocol of ['gg20', '', 'constructor']) expect(refusal({ ...keygen, protocol })).toMatchObject({ field: 'protocol' })
    expect(refusal({ ...keygen, kind: 'refresh' })).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
  })

  it('takes 1 to 1000 messages of up to 1 MiB, and exactly 32 bytes in evm', () => {
    const of = (...lengths: number[]) => ({ ...sign, messages: lengths.map((length) => ({ length, hash: new Uint8Array(32) })) })
    expect(refusal(of(0, MAX_MESSAGE_BYTES))).toBe('accepted')
    expect(refusal(of(0, MAX_MESSAGE_BYTES + 1))).toEqual({ code: 'ERR_TOO_LARGE', field: 'messages[1]' })
    expect(refusal(of())).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    expect(refusal(of(...new Array<number>(1000).fill(1)))).toBe('accepted')
    expect(refusal(of(...new Array<number>(1001).fill(1)))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    expect(refusal({ ...of(32), suite: 'evm' })).toBe('accepted')
    for (const length of [0, 31, 33])
      expect(refusal({ ...of(length), suite: 'evm' })).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'messages[0]' })
  })

  it('N8, N33: preprocessing and its use exist for FROST only', () => {
    for (const c of [preprocess, oneRound]) {
      expect(refusal({ ...c, protocol: 'stinson-strobl' })).toEqual({ code: 'ERR_PROTOCOL_MISMATCH', field: 'protocol' })
    }
  })

  it('preprocessing has 1 to 1000 slots, and a one-round signing stays within them', () => {
    for (const count of [0, 1001, 1.5, Number.NaN, '1']) {
      expect(refusal({ ...preprocess, count })).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'count' })
    }
    const from = (firstSlot: unknown) => refusal({ ...oneRound, mode: { ...oneRound.mode, firstSlot } })
    expect(from(0)).toBe('accepted')
    expect(from(998)).toBe('accepted')
    for (const slot of [999, -1, 0.5, Number.NaN, '0'])
      expect(from(slot)).toEqual({ code: 'ERR_INVALID_ARGUMENT', field: 'mode.firstSlot' })
  })

  it('a Stinson-Strobl batch has at most 8192 coefficients', () => {
    const of = (count: number) => ({
      ...sign,
      protocol: 'stinson-strobl',
      minSigners: 3,
      messages: new Array(count).fill(sign.messages[0]),
    })
    const wide = { ...of(1000), participants: party('a', 'b', 'c') }
    expect(refusal(wide)).toBe('accepted')
    const ids = sortValidatorIds(Array.from({ length: 100 }, (_, i) => `v${i}`)).map((id) => ({ id, publicKey: new Uint8Array(32) }))
    expect(refusal({ ...of(81), participants: ids, minSigners: 100 })).toBe('accepted')
    expect(refusal({ ...of(82), participants: ids, minSigners: 100 })).toEqual({ code: 'ERR_TOO_LARGE', field: 'messages' })
  })

  it('a Stinson-Strobl signing reveals no more than the largest key generation: its evidence fits into a message', () => {
    const ids = sortValidatorIds(Array.from({ length: 1000 }, (_, i) => `v${i}`)).map((id) => ({ id, publicKey: new Uint8Array(32) }))
    const of = (count: number, minSigners: number) => ({
      ...sign,
      protocol: 'stinson-strobl',
      minSigners,
      participants: ids,
      messages: new Array(count).fill(sign.messages[0]),
    })
    for (const [count, minSigners] of [
      [1, 1000],
      [105, 8],
      [400, 1],
    ] as const) {
      expect(refusal(of(count, minSigners))).toBe('accepted')
      expect(refusal(of(count + 1, minSigners))).toEqual({ code: 'ERR_TOO_LARGE', field: 'messages' })
    }
    expect(refusal({ ...of(1000, 1000), protocol: 'frost' })).toBe('accepted')
  })

  it('what encoding refuses, decoding refuses: sorting, counts and rules hold for the bytes of a peer', () => {
    const swapped = { ...keygen, participants: party('a', 'c', 'b') }
    expect(refusal(swapped)).not.toBe('accepted')
    // The same length and layout, names exchanged in the bytes.
    const bytes = encodeContext(keygen)
    const at = bytes.indexOf('b'.charCodeAt(0), bytes.indexOf(1, 30))
    for (const [place, byte] of [
      [at, 'a'.charCodeAt(0)],
      [at, 'd'.charCodeAt(0)],
      [bytes.length - 32 * 3 - 3 * 3 - 3, 9],
    ] as const) {
      const changed = new Uint8Array(bytes)
      changed[place] = byte
      expect(() => decodeContext(changed), `${place}`).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }))
    }
  })
})

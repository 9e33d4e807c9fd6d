import { describe, expect, it } from 'vitest'
import { ANSWERS_PER_ASKER, Archive, type Resend } from '../../src/ceremony/archive.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { ABORT_STAGE, type Envelope, type ValidatorId, VIEW_STAGE_BASE } from '../../src/wire/message.ts'
import { verifySignedHeader } from '../../src/wire/signed-header.ts'
import { testIdentity } from '../helpers/identities.ts'

const NETWORK = 'archive test'
const sid = new Uint8Array(32).fill(0x51)
const participants = ['a', 'b', 'c'] as const
const LAST = 4

function envelope(from: ValidatorId, stage: number, to: ValidatorId | null = null, body = `${from} ${stage} ${to}`): Envelope {
  const header = { kind: 'keygen', ceremonyId: 9n, sid, stage, from, to, previousTranscript: sid } as const
  return sealEnvelope(testIdentity(from), NETWORK, header, new Uint8Array(Buffer.from(body)))
}
const wanted = (author: ValidatorId, stage: number): Resend => ({ type: 'resend', kind: 'keygen', ceremonyId: 9n, sid, stage, author })
const archive = () => new Archive({ kind: 'keygen', sid, self: 'a', participants })

/** Everything of a whole ceremony, as `a` sees it. */
function full(): Archive {
  const kept = archive()
  for (const stage of [1, 2, LAST]) {
    kept.sent(envelope('a', stage))
    for (const from of participants) kept.accepted(envelope(from, stage))
  }
  for (const other of ['b', 'c']) {
    kept.sent(envelope('a', 3, other))
    kept.accepted(envelope(other, 3, 'a'))
  }
  return kept
}

describe('the archive of a running ceremony', () => {
  it('T15: gives the same bytes again: our own to whom they went, broadcasts of anybody to anybody', () => {
    const kept = full()
    expect(kept.answer(wanted('a', 1), 'b')).toEqual([envelope('a', 1).bytes])
    expect(kept.answer(wanted('c', 2), 'b')).toEqual([envelope('c', 2).bytes])
    expect(kept.answer(wanted('a', 3), 'b')).toEqual([envelope('a', 3, 'b').bytes])
    expect(kept.answer(wanted('a', 3), 'c')).toEqual([envelope('a', 3, 'c').bytes])
  })

  it("gives nobody another's private message, not even its author", () => {
    const kept = full()
    for (const [author, asker] of [
      ['b', 'c'],
      ['c', 'b'],
      ['b', 'b'],
    ] as const) {
      expect(kept.answer(wanted(author, 3), asker)).toEqual([])
    }
  })

  it('answers participants of this very ceremony alone', () => {
    const kept = full()
    expect(kept.answer(wanted('a', 1), 'd')).toEqual([])
    expect(kept.answer(wanted('d', 1), 'b')).toEqual([])
    expect(kept.answer(wanted('b', 1), 'a')).toEqual([])
    expect(kept.answer({ ...wanted('a', 1), sid: new Uint8Array(32) }, 'b')).toEqual([])
    expect(kept.answer({ ...wanted('a', 1), kind: 'sign' }, 'b')).toEqual([])
    expect(kept.answer(wanted('a', 5), 'b')).toEqual([])
    // None of these counted as an answer.
    expect(kept.answer(wanted('a', 1), 'b')).toHaveLength(1)
  })

  it('T15: answers one asker about one message a few times and no more', () => {
    const kept = full()
    for (let i = 0; i < ANSWERS_PER_ASKER; i++) expect(kept.answer(wanted('c', 1), 'b')).toHaveLength(1)
    expect(kept.answer(wanted('c', 1), 'b')).toEqual([])
    // Other messages and other askers have their own.
    expect(kept.answer(wanted('c', 2), 'b')).toHaveLength(1)
    expect(kept.answer(wanted('a', 1), 'b')).toHaveLength(1)
    expect(kept.answer(wanted('b', 1), 'c')).toHaveLength(1)
  })

  it('shows what everybody signed: all of a broadcast stage or nothing, and private messages to us', () => {
    const kept = archive()
    kept.accepted(envelope('a', 1))
    kept.accepted(envelope('c', 1))
    expect(kept.headers(1)).toBeNull()
    kept.accepted(envelope('b', 1))
    expect(kept.headers(1)?.map(({ header }) => header.from)).toEqual(participants)
    kept.accepted(envelope('b', 3, 'a'))
    const [first, ...others] = [...(kept.headers(1) ?? []), kept.header(3, 'b')]
    expect(first?.bytes).toEqual(envelope('a', 1).bytes.subarray(0, first?.bytes.length))
    for (const header of [first, ...others]) {
      if (header === null || header === undefined) throw new Error('no header')
      expect(verifySignedHeader(header, testIdentity(header.header.from).publicKey)).toBe(true)
    }
    expect(kept.header(3, 'c')).toBeNull()
  })

  it('the first message holds its place', () => {
    const kept = archive()
    kept.accepted(envelope('b', 1, null, 'first'))
    kept.accepted(envelope('b', 1, null, 'second'))
    expect(kept.answer(wanted('b', 1), 'c')).toEqual([envelope('b', 1, null, 'first').bytes])
  })

  it('an abort is no answer while the ceremony runs, a view that is asked for is', () => {
    const kept = full()
    kept.accepted(envelope('b', ABORT_STAGE))
    kept.sent(envelope('a', VIEW_STAGE_BASE + 1))
    expect(kept.answer(wanted('c', 1), 'b')).toEqual([envelope('c', 1).bytes])
    expect(kept.answer(wanted('a', VIEW_STAGE_BASE + 1), 'b')).toEqual([envelope('a', VIEW_STAGE_BASE + 1).bytes])
  })
})

describe('the tail of an ended ceremony', () => {
  it("keeps our own messages and the last stage of all, and lets go of the others'", () => {
    const kept = full()
    const before = kept.bytes
    kept.finish(LAST)
    expect(kept.bytes).toBeLessThan(before)
    expect(kept.answer(wanted('a', 1), 'b')).toEqual([envelope('a', 1).bytes])
    expect(kept.answer(wanted('a', 3), 'c')).toEqual([envelope('a', 3, 'c').bytes])
    expect(kept.answer(wanted('c', 2), 'b')).toEqual([])
    expect(kept.answer(wanted('c', LAST), 'b')).toEqual([envelope('c', LAST).bytes])
    expect([...kept.broadcasts(LAST)].map(([id, bytes]) => [id, decodeEnvelope(bytes, NETWORK).header.from])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ])
    expect(kept.header(3, 'b')).toBeNull()
  })

  it('T15: of a failed one answers any request with the abort, and with the message if it has it', () => {
    const kept = full()
    kept.sent(envelope('a', ABORT_STAGE))
    kept.finish(LAST)
    const abort = envelope('a', ABORT_STAGE).bytes
    expect(kept.answer(wanted('c', 2), 'b')).toEqual([abort])
    expect(kept.answer(wanted('a', LAST), 'b')).toEqual([envelope('a', LAST).bytes, abort])
    expect(kept.answer(wanted('a', ABORT_STAGE), 'b')).toEqual([abort])
  })

  it("that ended by a peer's abort passes that one on", () => {
    const kept = archive()
    kept.sent(envelope('a', 1))
    kept.accepted(envelope('b', ABORT_STAGE))
    kept.finish(LAST)
    expect(kept.answer(wanted('a', 2), 'c')).toEqual([envelope('b', ABORT_STAGE).bytes])
  })

  it('answers go on counting after the end', () => {
    const kept = full()
    for (let i = 1; i < ANSWERS_PER_ASKER; i++) kept.answer(wanted('a', 1), 'b')
    kept.finish(LAST)
    expect(kept.answer(wanted('a', 1), 'b')).toHaveLength(1)
    expect(kept.answer(wanted('a', 1), 'b')).toEqual([])
  })
})

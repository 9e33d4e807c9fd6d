/** The recorder and its judge: what they must find, made by hand. */
import { describe, expect, it } from 'vitest'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import type { EnvelopeHeader } from '../../src/wire/message.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'
import { judge } from './judge.ts'
import { partsOf, TrafficRecord } from './traffic-record.ts'

const NETWORK = 'judged'
const random = seededRandom('judge')
const SIDS = { one: random(32), two: random(32) }

type Header = Partial<Omit<EnvelopeHeader, 'bodyDigest' | 'sid'>> & { readonly sid?: keyof typeof SIDS }

function envelope(stage: number, body: Uint8Array, { sid = 'one', from = 'a', ...more }: Header = {}): Uint8Array {
  const header = { kind: 'sign', ceremonyId: 7n, stage, from, to: null, sid: SIDS[sid], previousTranscript: SIDS[sid], ...more } as const
  return sealEnvelope(testIdentity(from), NETWORK, header, body).bytes
}

function recorded(messages: readonly (Uint8Array | 'restart')[], subject = 'quorate.v1.g.a.p2p'): TrafficRecord {
  const record = new TrafficRecord(NETWORK, testRoster(['a', 'b']))
  for (const message of messages) {
    if (message === 'restart') record.startLife('a')
    else record.hear(subject, message)
  }
  return record
}

const judged = (...messages: readonly (Uint8Array | 'restart')[]) => judge(recorded(messages).said)
const pair = random(128)
const share = random(32)

describe('the recorder', () => {
  it('takes each signed header once, and nothing that nobody of the roster signed for this network', () => {
    const message = envelope(1, pair)
    const altered = new Uint8Array(message)
    altered[altered.length - 1] = 1 ^ (altered.at(-1) ?? 0)
    const stranger = sealEnvelope(
      testIdentity('z'),
      NETWORK,
      { kind: 'sign', ceremonyId: 7n, stage: 1, from: 'z', to: null, sid: SIDS.one, previousTranscript: SIDS.one },
      pair,
    ).bytes
    const elsewhere = sealEnvelope(
      testIdentity('a'),
      'elsewhere',
      { kind: 'sign', ceremonyId: 8n, stage: 1, from: 'a', to: null, sid: SIDS.one, previousTranscript: SIDS.one },
      pair,
    ).bytes
    const record = recorded([altered, message, message, stranger, elsewhere, random(300), new Uint8Array(0)])
    expect(record.said.map(({ envelope: { header }, life }) => [header.from, life])).toEqual([['a', 0]])
    expect(record.heard).toEqual({ p2p: 7 })
    expect(record.unread).toBe(5)
  })

  it('counts what is no message of a ceremony, and knows what others forward', () => {
    const record = recorded([envelope(1, pair)], 'quorate.v1.g.b.p2p.c')
    record.hear('quorate.v1.g.a.outcome', envelope(2, share))
    expect(record.said.map(({ life }) => life)).toEqual([null])
    expect(record.heard).toEqual({ p2p: 1, outcome: 1 })
  })

  it('reads subjects', () => {
    expect(partsOf('quorate.v1.g.a.p2p')).toEqual({ from: 'a', kind: 'p2p', to: null })
    expect(partsOf('quorate.v1.g.a.p2p.b')).toEqual({ from: 'a', kind: 'p2p', to: 'b' })
    for (const other of ['$JS.API.INFO', 'quorate.v2.g.a.p2p', 'quorate.v1.g.a', 'quorate.v1.g.a.p2p.b.c'])
      expect(partsOf(other)).toBeNull()
  })
})

describe('the judge', () => {
  it('has nothing to say of a signing that is said twice, nor of the next one', () => {
    const first = [envelope(1, pair), envelope(2, share)]
    const next = { sid: 'two', ceremonyId: 8n } as const
    const result = judged(...first, ...first, 'restart', envelope(1, random(128), next), envelope(2, random(32), next))
    expect(result).toEqual({ violations: [], ceremonies: 2, messages: 4, judgedShares: 2, unjudgedShares: 0 })
  })

  it('finds a nonce commitment under two sids, answered or not, also of one ceremony id', () => {
    const other = judged(envelope(1, pair), envelope(1, pair, { sid: 'two', ceremonyId: 8n })).violations
    expect(other.filter((text) => /^a point of .* 8 a nonce \d was that of .* 7 a nonce \d$/.test(text))).toHaveLength(2)
    const same = judged(envelope(1, pair), envelope(2, share), envelope(1, pair, { sid: 'two' }), envelope(2, random(32), { sid: 'two' }))
    expect(same.violations).toContain('a used ceremony id 7 for two sessions')
    expect(same.violations).toContain('a used a nonce of 7 for two challenges')
  })

  it('finds two shares over one commitment, whichever came first', () => {
    for (const messages of [
      [envelope(1, pair), envelope(2, share), envelope(2, random(32))],
      [envelope(2, share), envelope(2, share, { previousTranscript: SIDS.two }), envelope(1, pair)],
    ])
      expect(judged(...messages).violations).toEqual([
        'a said two things at stage 2 of ceremony 7',
        'a used a nonce of 7 for two challenges',
      ])
  })

  it('finds two commitments in one place', () => {
    expect(judged(envelope(1, pair), envelope(1, random(128))).violations).toEqual(['a said two things at stage 1 of ceremony 7'])
  })

  it('finds a ceremony that a restarted process goes on with', () => {
    const violation = ['a went on with ceremony 7 after it was restarted']
    expect(judged(envelope(1, pair), 'restart', envelope(2, share)).violations).toEqual(violation)
    expect(judged(envelope(1, pair), 'restart', envelope(0x7f, random(4))).violations).toEqual(violation)
  })

  it('counts a share whose commitment it has not heard, and blames nobody for it', () => {
    const { said } = recorded([envelope(2, share), envelope(1, random(128), { from: 'b' })])
    expect(judge(said)).toMatchObject({ violations: [], judgedShares: 0, unjudgedShares: 1 })
  })
})

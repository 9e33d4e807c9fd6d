/** The ledger itself: what it must find, made by hand. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { encodeCommitments } from '../../src/wire/bodies.ts'
import type { Envelope, EnvelopeHeader } from '../../src/wire/message.ts'
import { seededRandom } from '../helpers/random.ts'
import { NonceLedger } from './ledger.ts'

const random = seededRandom('ledger')
const sids = new Map<string, Uint8Array>()

function sidOf(name: string): Uint8Array {
  const sid = sids.get(name) ?? random(32)
  sids.set(name, sid)
  return sid
}

function envelope(sid: string, stage: number, body: Uint8Array, more: Partial<EnvelopeHeader> = {}): Envelope {
  const header = {
    kind: 'sign',
    ceremonyId: 1n,
    sid: sidOf(sid),
    stage,
    from: 'a',
    to: null,
    previousTranscript: sidOf(`${sid} T`),
    bodyDigest: new Uint8Array(32),
    ...more,
  } as const
  return { header, body, signature: new Uint8Array(64), bytes: body, headerHash: new Uint8Array(32) }
}

const pairs = (count: number) => random(128 * count)
const shares = (count: number) => random(32 * count)
/** t = 2, one polynomial a message */
const dealt = (commitments: Uint8Array, proofs = random((96 * commitments.length) / 128)) =>
  encodeCommitments({
    blind: random(32),
    encryptionKey: random(64),
    coefficients: 2,
    positions: commitments.length / 128,
    commitments,
    proofs,
  })

const TWICE = ['a used a nonce of 1 for two challenges']
const enter = (sent: readonly Envelope[]) => new NonceLedger().enter('run', sent)

describe('the nonce ledger', () => {
  it('has nothing to say of a batch, of the same message again, or of a new ceremony', () => {
    const share = envelope('x', 2, shares(3))
    const sent = [envelope('x', 1, pairs(3)), share, share, envelope('y', 1, pairs(2), { ceremonyId: 2n }), envelope('y', 2, shares(2))]
    expect(enter(sent)).toEqual([])
  })

  it('finds one nonce for two messages of a batch', () => {
    const pair = pairs(1)
    expect(enter([envelope('x', 1, concatBytes(pair, pairs(1), pair))])).toEqual([
      'a point of run 1 a nonce 4 was that of run 1 a nonce 0',
      'a point of run 1 a nonce 5 was that of run 1 a nonce 1',
    ])
    const vector = random(128)
    expect(enter([envelope('x', 2, dealt(concatBytes(vector, vector)))])).toHaveLength(2)
    const proof = random(96)
    expect(enter([envelope('x', 2, dealt(random(256), concatBytes(proof, proof)))])).toHaveLength(1)
  })

  it('finds a nonce of another ceremony, and of another run', () => {
    const body = pairs(1)
    expect(enter([envelope('x', 1, body), envelope('y', 1, body, { ceremonyId: 2n })])).toHaveLength(2)
    const ledger = new NonceLedger()
    expect(ledger.enter('one', [envelope('x', 1, body)])).toEqual([])
    expect(ledger.enter('two', [envelope('x', 1, body)])).toHaveLength(2)
  })

  it('finds a second share over the same commitments, whatever made it differ', () => {
    const made = envelope('x', 1, pairs(1))
    const share = shares(1)
    const first = envelope('x', 2, share)
    expect(enter([made, first, envelope('x', 2, shares(1))])).toEqual(TWICE)
    expect(enter([made, first, envelope('x', 2, share, { previousTranscript: random(32) })])).toEqual(TWICE)
    expect(enter([made, envelope('x', 2, concatBytes(share, share))])).toEqual(['a sent 2 shares in 1 over 1 commitments'])
    expect(enter([first])).toEqual(['a sent 1 shares in 1 over no commitments'])
  })

  it('finds a second LocalSig of a Stinson-Strobl signing', () => {
    const made = [envelope('x', 1, random(32)), envelope('x', 2, dealt(random(256)))]
    const good = [...made, envelope('x', 5, shares(2))]
    expect(enter(good)).toEqual([])
    expect(enter([...good, envelope('x', 5, shares(2))])).toEqual([...TWICE, ...TWICE])
    expect(enter([...made, envelope('x', 5, shares(3))])).toEqual(['a sent 3 shares in 1 over 2 commitments'])
  })

  it('finds a slot of a preprocessing that two signings name', () => {
    const made = envelope('pre', 1, pairs(4), { kind: 'preprocess', ceremonyId: 7n })
    const named = (ranges: Readonly<Record<string, number>>) =>
      new NonceLedger().enter('run', [made, ...Object.keys(ranges).map((sid) => envelope(sid, 2, shares(2)))], (sid) => {
        const [, firstSlot] = Object.entries(ranges).find(([name]) => sidOf(name) === sid) ?? []
        return firstSlot === undefined ? undefined : { ceremonyId: 7n, firstSlot }
      })
    expect(named({ one: 0, two: 2 })).toEqual([])
    expect(named({ one: 0, two: 1 })).toEqual(TWICE)
    expect(named({ one: 3 })).toEqual(['a sent 2 shares in 1 over 1 commitments'])
  })
})

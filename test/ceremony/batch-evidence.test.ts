/** What evidence about a batch holds and weighs: of each signer the commitments to the one message, and in all no more than a node and a frame can hold. */
import { describe, expect, it } from 'vitest'
import { MemoryBus } from '../../src/bus/memory.ts'
import { makeEvidence, parseEvidence } from '../../src/ceremony/evidence/container.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { stagesOf } from '../../src/ceremony/plan.ts'
import { Seat } from '../../src/ceremony/seat.ts'
import type { ProvenFault } from '../../src/ceremony/step.ts'
import { bodyDigest } from '../../src/crypto/transcript.ts'
import { type CeremonyContext, encodeContext, type SignContext } from '../../src/wire/context.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { encodeKeyRecord } from '../../src/wire/key-record.ts'
import { MAX_BODY_BYTES, MAX_ENVELOPE_OVERHEAD, MAX_EVIDENCE_BYTES, maxBodyBytes } from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { NETWORK } from '../simulation/network.ts'
import { flipped } from './dealings.ts'
import { expectFailure, expectProof, makeWorld, messageOf } from './support.ts'

/** Spoils the shares at these positions. */
function spoil(positions: readonly number[]): Corruption {
  return ({ envelope, reseal }) => {
    if (envelope.header.stage !== 2) return [envelope.bytes]
    return [reseal({ body: positions.reduce((shares, position) => flipped(shares, 32 * position + 31), envelope.body) })]
  }
}

describe('a proof of a bad share', () => {
  const world = makeWorld('batch evidence', 3)
  const { kernel } = world
  const { roster } = world.network
  const key = world.makeKey('secp256k1-sha256', 2)

  for (const count of [1, 2, 3, 5, 8, 9]) {
    it(`of a batch of ${count} shows the commitments to its own message and to no other`, () => {
      const positions = Array.from({ length: count }, (_, i) => i)
      world.adversary.reform()
      world.adversary.corrupt('b', spoil(positions))
      const messages = positions.map((i) => messageOf(`batch ${count} ${i}`))
      const ceremonyId = world.startSigning(key, world.ids, messages)
      world.network.run()
      const { blamed } = expectFailure(world, ceremonyId, { blames: positions.map((i) => `b bad-signature-share ${i}`) })
      for (const { evidence, message } of blamed) {
        const proof = parseEvidence(evidence)
        const [opening] = proof.openings ?? []
        if (opening === undefined) throw new Error('no opening')
        for (const entry of opening.entries) {
          if (count === 1) expect(entry).toMatchObject({ type: 'body', body: { length: 128 } })
          else expect(entry).toMatchObject({ type: 'item', length: 128 * count, item: { length: 128 } })
        }
        // As evidence about the next message it is none.
        const next = ((message ?? 0) + 1) % count
        if (count > 1) {
          const moved = { ...proof, message: { position: next, bytes: messages[next] ?? new Uint8Array() } }
          expect(judgeEvidence(kernel, makeEvidence(moved), roster).valid).toBe(false)
        }
        // Another form of the same opening is not the one form.
        const digests = opening.entries.map((entry) => {
          if (entry.type === 'digest') return entry
          const body = entry.type === 'body' ? entry.body : entry.item
          return count === 1 ? ({ type: 'item', length: 128, item: body, path: [] } as const) : ({ type: 'body', body } as const)
        })
        expect(judgeEvidence(kernel, makeEvidence({ ...proof, openings: [{ ...opening, entries: digests }] }), roster).valid).toBe(false)
      }
    })
  }

  it('T8: of a large batch is a few kilobytes a signer, so every position of every culprit is named', () => {
    const messages = Array.from({ length: 100 }, (_, i) => messageOf(`large ${i}`))
    const positions = messages.map((_, i) => i)
    world.adversary.reform()
    world.adversary.corrupt('b', spoil(positions.slice(7)))
    world.adversary.corrupt('c', spoil(positions.slice(3)))
    const ceremonyId = world.startSigning(key, world.ids, messages)
    world.network.run()
    const { blamed } = world.failureOf('a', ceremonyId)
    const named = (id: string) => blamed.filter(({ validator }) => validator === id).map(({ message }) => message)
    expect(named('b')).toEqual(positions.slice(7))
    expect(named('c')).toEqual(positions.slice(3))
    for (const at of [0, 50, blamed.length - 1]) {
      const blame = blamed[at]
      if (blame === undefined) throw new Error('too few')
      expectProof(world, blame, ceremonyId)
      const fixed = 36 * messages.length + 32 * messages.length
      expect(blame.evidence.length).toBeLessThan(fixed + world.ids.length * (128 + 9 * 32 + 50) + 1000)
    }
  })
})

const ids = Array.from({ length: 1000 }, (_, i) => `v${String(i).padStart(3, '0')}`.padEnd(64, '-'))
const participants = ids.map((id) => ({ id, publicKey: new Uint8Array(32) }))
const wide = { network: NETWORK, ceremonyId: 1n, suite: 'bip340', minSigners: 1000, participants } as const

describe('T8: the evidence of one outcome', () => {
  it('names every culprit, and further positions until it has 64 MiB', () => {
    const context: CeremonyContext = { ...wide, kind: 'keygen', protocol: 'frost', participants: participants.slice(0, 4), minSigners: 2 }
    const self = ids[0] ?? ''
    const seat = new Seat({
      context,
      contextBytes: encodeContext(context),
      identity: testIdentity('a'),
      self,
      indices: [1, 2, 3, 4],
      plan: stagesOf(context),
      judge: () => ({ valid: false, reason: 'not asked' }),
    })
    const piece = new Uint8Array(1 << 20)
    let made = 0
    const faults = [3, 1, 2].flatMap((place) =>
      Array.from({ length: 50 }, (_, message): ProvenFault => {
        const parts = () => {
          made += 1
          return { envelopes: [piece] }
        }
        return { place, fault: 'bad-signature-share', message, parts }
      }),
    )
    const blamed = seat.blames(faults)
    const of = (place: number) => blamed.filter(({ validator }) => validator === ids[place]).map(({ message }) => message)
    expect(of(1)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(of(2).slice(0, 2)).toEqual([0, 1])
    expect(of(2).length).toBeLessThan(20)
    expect(of(3)).toEqual([0])
    // What is not reported is not made.
    expect(made).toBe(blamed.length)
    const bytes = blamed.reduce((sum, { evidence }) => sum + evidence.length, 0)
    expect(bytes).toBeGreaterThan(1 << 26)
    expect(bytes).toBeLessThan((1 << 26) + 3 * (piece.length + 1000))
  })
})

describe('T8: the largest evidence and the largest messages', () => {
  it('a key or nonce computed anew by a thousand, with everything else that evidence can hold, fits into one abort', () => {
    const sign: SignContext = {
      ...wide,
      kind: 'sign',
      protocol: 'stinson-strobl',
      keyDigest: new Uint8Array(32),
      mode: { type: 'two-round' },
      messages: [{ length: 1 << 20, hash: new Uint8Array(32) }],
    }
    const point = new Uint8Array(33).fill(2)
    const record = encodeKeyRecord({
      suite: 'bip340',
      protocol: 'stinson-strobl',
      minSigners: 1000,
      groupPublicKey: point,
      participants: ids,
      verifyingShares: new Uint8Array(33_000).fill(2),
    })
    const body = new Uint8Array(100 + 64 * 1000 + 96)
    const digest = bodyDigest(body)
    const header = {
      kind: 'sign',
      ceremonyId: 1n,
      sid: digest,
      stage: 5,
      from: ids[0] ?? '',
      to: null,
      previousTranscript: digest,
    } as const
    const bytes = makeEvidence({
      fault: 'bad-signature-share',
      accused: ids[0] ?? '',
      context: encodeContext(sign),
      envelopes: [sealEnvelope(testIdentity('a'), NETWORK, header, new Uint8Array(32_000)).bytes],
      openings: [
        { stage: 4, previous: digest, entries: ids.map(() => ({ type: 'digest', digest })) },
        { stage: 2, previous: digest, entries: ids.map(() => ({ type: 'body', body })) },
      ],
      key: { keyId: digest, record },
      message: { position: 0, bytes: new Uint8Array(1 << 20) },
    })
    expect(bytes.length).toBeGreaterThan(65_000_000)
    expect(bytes.length).toBeLessThanOrEqual(MAX_EVIDENCE_BYTES)
    expect(maxBodyBytes({ kind: 'sign', stage: 'Confirm', participants: 1000, minSigners: 1, positions: 400 })).toBeLessThan(
      MAX_BODY_BYTES / 4,
    )
  })

  it('a memory bus as it comes carries every message of every ceremony that this version runs', async () => {
    const messages = new Array(1000).fill({ length: 5, hash: new Uint8Array(32) })
    const contexts: CeremonyContext[] = [
      { ...wide, kind: 'keygen', protocol: 'frost' },
      { ...wide, kind: 'sign', protocol: 'frost', keyDigest: new Uint8Array(32), mode: { type: 'two-round' }, messages },
    ]
    const largest = Math.max(...contexts.flatMap((context) => stagesOf(context).map((plan) => plan.maxBodyBytes)))
    expect(largest).toBeGreaterThan(500_000)
    const bus = new MemoryBus()
    const [from, to] = [await bus.connect('a'), await bus.connect('b')]
    const heard: number[] = []
    to.subscribe('P2PIncoming', (bytes) => heard.push(bytes.length))
    from.publish('P2P', 'b', new Uint8Array(MAX_ENVELOPE_OVERHEAD + largest))
    await bus.close()
    expect(heard).toEqual([MAX_ENVELOPE_OVERHEAD + largest])
  })
})

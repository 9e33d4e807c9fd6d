/** Signing with nonces made ahead: one message each; and two rounds with fresh nonces where somebody does not have them, without a word to the caller. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom } from '../helpers/random.ts'
import { signingFacts } from '../simulation/facts.ts'
import { type NamedSlots, NonceLedger } from '../simulation/ledger.ts'
import { slotsNamedIn } from '../simulation/named-slots.ts'
import type { World } from '../simulation/world.ts'
import { flipped } from './dealings.ts'
import { envelopesOf, expectFailure, expectHonestUnblamed, makeWorld, messageOf, missingOf, SUITES, stageOf } from './support.ts'

const MESSAGES = ['one', 'two'].map(messageOf)
const IDS = ['a', 'b', 'c']

function prepared(seed: string, options: Parameters<typeof makeWorld>[2] = {}, suite: KeyInfo['suite'] = 'bip340', count = 8) {
  const world = makeWorld(seed, 3, options)
  const key = world.makeKey(suite, 2)
  const made = world.startPreprocess(key, IDS, count)
  world.network.run()
  for (const id of IDS) expect(world.network.outcome(id, made)).toEqual({ status: 'success', ceremonyId: made, count })
  return { world, key, made }
}

/** What was sent for one ceremony, a broadcast once. */
function saidIn(world: World, ceremonyId: bigint): Envelope[] {
  const seen = new Map(
    envelopesOf(world.network.sent)
      .filter(({ header }) => header.ceremonyId === ceremonyId)
      .map((envelope) => [toHex(envelope.headerHash), envelope]),
  )
  return [...seen.values()]
}

function stagesIn(world: World, ceremonyId: bigint): string[] {
  return saidIn(world, ceremonyId)
    .map(({ header }) => `${header.stage}${header.from}`)
    .sort()
}

function expectSigned(world: World, key: KeyInfo, ceremonyId: bigint, ids: readonly string[] = IDS, messages = MESSAGES): void {
  for (const id of ids) {
    const signatures = world.signaturesOf(id, ceremonyId)
    messages.forEach((message, i) => {
      expect(nobleAccepts(key.suite, key.groupPublicKey, message, signatures[i] ?? new Uint8Array())).toBe(true)
    })
  }
  expectHonestUnblamed(world)
}

/** Every nonce commitment that was ever answered has one challenge. @param named which slots the one-round ceremonies named */
function expectNoncesOnce(world: World, named: ReadonlyMap<bigint, NamedSlots>): void {
  const once = new Map(envelopesOf(world.network.sent).map((envelope) => [toHex(envelope.headerHash), envelope]))
  const sent = [...once.values()]
  expect(new NonceLedger().enter('run', sent, slotsNamedIn(sent, named))).toEqual([])
}

describe.each(SUITES)('%s', (suite) => {
  it('signs a batch with one message from each signer, by any of those who made the nonces', () => {
    const { world, key, made } = prepared(`one round ${suite}`, { duplicate: 0.2 }, suite)
    const all = world.startSigning(key, IDS, MESSAGES, { ceremonyId: made, firstSlot: 0 })
    const some = world.startSigning(key, ['c', 'a'], MESSAGES, { ceremonyId: made, firstSlot: 6 })
    world.network.run()
    expectSigned(world, key, all)
    expectSigned(world, key, some, ['a', 'c'])
    expect(stagesIn(world, all)).toEqual(['2a', '2b', '2c'])
    expect(stagesIn(world, some)).toEqual(['2a', '2c'])
    expectNoncesOnce(
      world,
      new Map([
        [all, { ceremonyId: made, firstSlot: 0 }],
        [some, { ceremonyId: made, firstSlot: 6 }],
      ]),
    )
  })
})

describe('a node without the slots', () => {
  it('N2: because it was restarted, begins two rounds, and the others follow', () => {
    const { world, key, made } = prepared('restarted')
    world.network.restart('b')
    expect(world.network.node('b').inner.slotBytes).toBe(0)
    const id = world.startSigning(key, IDS, MESSAGES, { ceremonyId: made, firstSlot: 0 })
    world.network.run()
    expectSigned(world, key, id)
    const sids = new Set(saidIn(world, id).map(({ header }) => toHex(header.sid)))
    expect(sids.size).toBe(2)
    // b says nothing in the one-round form: no share over a slot that it does not have.
    const ofB = saidIn(world, id).filter(({ header }) => header.from === 'b')
    expect(ofB.map(({ header }) => header.stage)).toEqual([1, 2])
    expect(new Set(ofB.map(({ header }) => toHex(header.sid))).size).toBe(1)
    expectNoncesOnce(world, new Map([[id, { ceremonyId: made, firstSlot: 0 }]]))
  })

  it('N1: because it was used, wherever in the range, whatever became of that signing; and the whole range is gone then', () => {
    const { world, key, made } = prepared('used')
    const named = (firstSlot: number) => ({ ceremonyId: made, firstSlot })
    const first = world.startSigning(key, IDS, MESSAGES, named(2))
    world.network.runUntil(world.network.now + 20)
    for (const id of IDS) world.network.abort(id, first)
    world.network.run()
    // Slot 0 was not named before the last of these, 1 was, by the first of them, though 2 stopped that.
    const again = [1, 2, 3, 0].map((slot) => {
      const id = world.startSigning(key, IDS, MESSAGES, named(slot))
      world.network.run()
      return [id, slot] as const
    })
    for (const [id] of again) {
      expectSigned(world, key, id)
      expect(stagesIn(world, id)).toEqual(['1a', '1b', '1c', '2a', '2b', '2c'])
    }
    const fresh = world.startSigning(key, IDS, MESSAGES, named(5))
    world.network.run()
    expect(stagesIn(world, fresh)).toEqual(['2a', '2b', '2c'])
    expectNoncesOnce(
      world,
      new Map([...again.map(([id, firstSlot]) => [id, named(firstSlot)] as const), [first, named(2)], [fresh, named(5)]]),
    )
  })

  it('N1: because a signing named it that only one node was told of, and that ended at its deadline', () => {
    const { world, key, made } = prepared('deadline')
    const slots = { ceremonyId: made, firstSlot: 0 }
    const alone = world.nextId()
    world.network.sign('a', { ceremonyId: alone, keyId: key.keyId, signers: IDS, messages: MESSAGES, preprocessed: slots })
    world.network.run()
    expect(world.failureOf('a', alone)).toMatchObject({ reason: 'timeout', stage: 'SignatureShare', blamed: [] })
    const id = world.startSigning(key, IDS, MESSAGES, slots)
    world.network.run()
    expectSigned(world, key, id)
    // b and c still had it, and have sent their shares over it; nobody has used one twice.
    expect(stagesIn(world, id)).toEqual(['1a', '1b', '1c', '2a', '2b', '2b', '2c', '2c'])
    expectNoncesOnce(world, new Map([alone, id].map((each) => [each, slots])))
  })

  it('N1: because two signings race for it: each node gives it to the first that it hears of, and both are signed', () => {
    for (let seed = 0; seed < 6; seed++) {
      const { world, key, made } = prepared(`race ${seed}`)
      const slots = { ceremonyId: made, firstSlot: 0 }
      const one = world.startSigning(key, IDS, MESSAGES, slots)
      const two = world.startSigning(key, IDS, [...MESSAGES].reverse(), slots)
      world.network.run()
      expectSigned(world, key, one)
      expectSigned(world, key, two, IDS, [...MESSAGES].reverse())
      expectNoncesOnce(world, new Map([one, two].map((id) => [id, slots])))
    }
  })

  it('or beyond the last, of another key, of no preprocessing, or for a signer who made none', () => {
    const world = makeWorld('unknown', 3)
    const key = world.makeKey('bip340', 2)
    const other = world.makeKey('bip340', 2)
    const made = world.startPreprocess(key, ['a', 'b'], 4)
    world.network.run()
    const unknown = [
      world.startSigning(key, ['a', 'b'], MESSAGES, { ceremonyId: made, firstSlot: 3 }),
      world.startSigning(other, ['a', 'b'], MESSAGES, { ceremonyId: made, firstSlot: 0 }),
      world.startSigning(key, ['a', 'b'], MESSAGES, { ceremonyId: 2n ** 63n, firstSlot: 0 }),
      world.startSigning(key, ['a', 'c'], MESSAGES, { ceremonyId: made, firstSlot: 0 }),
    ]
    world.network.run()
    for (const id of unknown) expect(stagesIn(world, id).filter((said) => said.startsWith('1'))).toHaveLength(2)
    expectSigned(world, key, unknown[0] ?? 0n, ['a', 'b'])
    expectSigned(world, other, unknown[1] ?? 0n, ['a', 'b'])
    expectSigned(world, key, unknown[2] ?? 0n, ['a', 'b'])
    expectSigned(world, key, unknown[3] ?? 0n, ['a', 'c'])
  })

  it('or not yet: a slot named before all have confirmed is gone when they have', () => {
    const world = makeWorld('too early', 3)
    const key = world.makeKey('bip340', 2)
    const made = world.startPreprocess(key, IDS, 4)
    const slots = { ceremonyId: made, firstSlot: 0 }
    world.network.runUntil(world.network.now + 55)
    const early = world.startSigning(key, IDS, MESSAGES, slots)
    world.network.run()
    expectSigned(world, key, early)
    const late = world.startSigning(key, IDS, MESSAGES, slots)
    world.network.run()
    expectSigned(world, key, late)
    expect(stagesIn(world, late)).toContain('1a')
    expectNoncesOnce(world, new Map([early, late].map((id) => [id, slots])))
  })

  it('is heard also by who is instructed later, and by who did not hear it at first', () => {
    for (const lost of [false, true]) {
      let dropped = 0
      const { world, key, made } = prepared(`later ${lost}`, {
        intercept: (delivery) => {
          const said = envelopesOf([delivery])[0]
          const first = lost && said?.header.kind === 'sign' && said.header.stage === 1 && delivery.from === 'b' && dropped < 2
          if (first) dropped += 1
          return first ? [] : [delivery]
        },
      })
      world.network.restart('b')
      const instruction = {
        ceremonyId: world.nextId(),
        keyId: key.keyId,
        signers: IDS,
        messages: MESSAGES,
        preprocessed: { ceremonyId: made, firstSlot: 0 },
      }
      world.network.sign('b', instruction)
      world.network.after(500, () => world.network.sign('a', instruction))
      world.network.after(900, () => world.network.sign('c', instruction))
      world.network.run()
      expectSigned(world, key, instruction.ceremonyId)
      expect(dropped).toBe(lost ? 2 : 0)
    }
  })
})

describe('a signer who lies in one round', () => {
  it('N18: with bad shares is blamed at every position, with proof', () => {
    const { world, key, made } = prepared('bad shares')
    world.adversary.corrupt('c', ({ envelope, reseal }) =>
      envelope.header.stage === 2 ? [reseal({ body: flipped(flipped(envelope.body, 31), 63) })] : [envelope.bytes],
    )
    const id = world.startSigning(key, IDS, MESSAGES, { ceremonyId: made, firstSlot: 3 })
    world.network.run()
    expectFailure(world, id, { reason: 'fault', missing: [], blames: ['c bad-signature-share 0', 'c bad-signature-share 1'] })
  })

  it('N18: with a bad share of a single message is blamed as well', () => {
    const { world, key, made } = prepared('bad share')
    world.adversary.corrupt('c', ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ body: flipped(envelope.body, 31) }) : envelope.bytes,
    ])
    const id = world.startSigning(key, IDS, MESSAGES.slice(0, 1), { ceremonyId: made, firstSlot: 3 })
    world.network.run()
    expectFailure(world, id, { reason: 'fault', missing: [], blames: ['c bad-signature-share 0'] })
  })

  it('G15: about the pairs is not heard, and missed: nobody disputes, and nobody honest is blamed', () => {
    const { world, key, made } = prepared('other T_1')
    world.adversary.corrupt('c', ({ envelope, reseal }) =>
      envelope.header.stage === 2 ? [reseal({ header: { previousTranscript: new Uint8Array(32).fill(7) } })] : [envelope.bytes],
    )
    const id = world.startSigning(key, IDS, MESSAGES, { ceremonyId: made, firstSlot: 0 })
    world.network.run()
    const failure = expectFailure(world, id, { reason: 'timeout', blamed: [] })
    expect(missingOf(failure)).toEqual(['c'])
    expect(saidIn(world, id).filter(({ header }) => header.stage > 0x40 && header.stage < 0x7f)).toEqual([])
    expect(world.network.node('a').dropped).toContain('malformed')
  })

  it('T4: with two shares is convicted of both', () => {
    const { world, key, made } = prepared('two shares')
    world.adversary.corrupt('c', ({ envelope, reseal, recipient }) => {
      if (envelope.header.stage !== 2) return [envelope.bytes]
      const other = reseal({ header: { previousTranscript: new Uint8Array(32) } })
      return recipient === 'a' ? [other, envelope.bytes] : [other]
    })
    const id = world.startSigning(key, IDS, MESSAGES, { ceremonyId: made, firstSlot: 0 })
    world.network.run()
    expect(world.failureOf('a', id).blamed).toMatchObject([{ validator: 'c', fault: 'equivocation' }])
    expectHonestUnblamed(world, id)
  })

  it('T15: to one with a share and to another with a fallback: who has all shares forwards them, also when asked, and both have the signatures', () => {
    for (const [seed, lossy] of [
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ] as const) {
      let lost = 0
      const { world, key, made } = prepared(`split ${seed}`, {
        duplicate: lossy ? 0 : 0.3,
      })
      const ceremonyId = world.nextId()
      const { sid } = signingFacts(world.identities, ceremonyId, IDS, world.network.key('a', key.keyId), MESSAGES)
      const body = new Uint8Array([...world.kernel.baseMul(seededRandom(`pairs ${seed}`)(128).map((byte, i) => (i % 32 === 0 ? 1 : byte)))])
      world.adversary.corrupt('c', ({ envelope, recipient, reseal }) => {
        if (envelope.header.stage !== 2 || recipient === 'a') return [envelope.bytes]
        return [reseal({ header: { stage: 1, sid, previousTranscript: sid }, body })]
      })
      for (const id of IDS) {
        world.network.later(() =>
          world.network.sign(id, {
            ceremonyId,
            keyId: key.keyId,
            signers: IDS,
            messages: MESSAGES,
            preprocessed: { ceremonyId: made, firstSlot: 0 },
          }),
        )
      }
      // The first answers get lost: then b asks.
      const { sent } = world.network
      const deliver = world.network.deliver.bind(world.network)
      if (lossy) {
        world.network.deliver = (to, bytes) => {
          const said = stageOf(bytes) === 2 && to === 'b' ? envelopesOf([{ from: 'a', to, bytes }])[0] : undefined
          if (said?.header.from === 'c' && lost < 1) lost += 1
          else deliver(to, bytes)
        }
      }
      world.network.run()
      expectSigned(world, key, ceremonyId, ['a', 'b'])
      expect(world.signaturesOf('b', ceremonyId)).toEqual(world.signaturesOf('a', ceremonyId))
      expect(lost).toBe(lossy ? 1 : 0)
      const forwarded = sent.filter(({ from, to, bytes }) => from === 'a' && to === 'b' && envelopesFrom(bytes, 'c'))
      expect(forwarded.length).toBeGreaterThan(lost)
    }
  })
})

function envelopesFrom(bytes: Uint8Array, author: string): boolean {
  return stageOf(bytes) === 2 && envelopesOf([{ from: author, to: '', bytes }])[0]?.header.from === author
}

/** What is no message of the running stage is dropped and counted by its reason, and changes nothing: the ceremony goes on as if it had not come. */
import { describe, expect, it } from 'vitest'
import type { StageEvent } from '../../src/ceremony/outcome.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope, EnvelopeHeader } from '../../src/wire/message.ts'
import { EARLY_BODY_BYTES, MAX_FRAME_BYTES } from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'
import { type Delivery, NETWORK, STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { flipped } from './dealings.ts'
import { makeWorld, messageOf, stageOf } from './support.ts'

const EARLY_BUDGET = 16 << 10

interface Waiting {
  readonly world: World
  /** what a would have got */
  readonly held: readonly Delivery[]
  /** any message of the held stage */
  readonly sample: Envelope
  release(): void
}

/** A world in which a waits in this stage and has heard nobody; d has an identity but no part in it. */
function waitingIn(stage: number, start: (world: World) => void): Waiting {
  const held: Delivery[] = []
  let holding = false
  const world = makeWorld(`noise ${stage}`, 4, {
    settings: { early: { bytesPerPeer: EARLY_BUDGET, bytesTotal: 1 << 24, ttlMs: STAGE_TIMEOUT_MS } },
    intercept: (delivery) => {
      if (!holding || delivery.to !== 'a' || (stageOf(delivery.bytes) ?? 0) < stage) return [delivery]
      held.push(delivery)
      return []
    },
  })
  start(world)
  holding = true
  world.network.runUntil(world.network.now + 2_000)
  const first = held[0]
  if (first === undefined) throw new Error('nothing was held')
  const release = (): void => {
    holding = false
    for (const { to, bytes } of held) world.network.deliver(to, bytes)
    world.network.run()
  }
  return { world, held, sample: decodeEnvelope(new Uint8Array(first.bytes), NETWORK), release }
}

function seal(
  sample: Envelope,
  change: Partial<EnvelopeHeader>,
  body: Uint8Array = sample.body,
  signer = change.from ?? sample.header.from,
): Uint8Array {
  const { bodyDigest: _, ...header } = sample.header
  return sealEnvelope(testIdentity(signer), NETWORK, { ...header, ...change }, body).bytes
}

/** The same bytes under a signature that is not the author's. */
function unsigned(bytes: Uint8Array): Uint8Array {
  const { body } = decodeEnvelope(bytes, NETWORK)
  return flipped(bytes, bytes.length - body.length - 4 - 32)
}

const KEYGEN = { ceremonyId: 1n, participants: ['a', 'b', 'c'], minSigners: 2, suite: 'bip340', protocol: 'frost' } as const

function startKeygen(world: World): void {
  world.nextId()
  for (const id of KEYGEN.participants) world.network.keygen(id, KEYGEN)
}

describe('noise while stage Commitments runs', () => {
  const { world, sample, release } = waitingIn(2, startKeygen)
  const node = world.network.node('a')
  const sid = new Uint8Array(32).fill(9)
  const other = sample.header.from === 'b' ? 'c' : 'b'
  const earlyHeader = { ceremonyId: 2n, stage: 1, previousTranscript: sample.header.sid }
  const firstOf = (id: string): Uint8Array =>
    world.network.sent
      .filter(({ from, to }) => from === id && to === 'a')
      .map(({ bytes }) => bytes)
      .find((bytes) => decodeEnvelope(new Uint8Array(bytes), NETWORK).header.stage === 1) ?? new Uint8Array()
  const noise: readonly (readonly [string, string, Uint8Array])[] = [
    ['a finished stage, again', 'late', firstOf(sample.header.from)],
    ['a stage beyond the next', 'stage', seal(sample, { stage: 4 })],
    ['a stage that keygen does not have', 'stage', seal(sample, { stage: 5 })],
    ['T8: a view above the cap of views', 'size', seal(sample, { stage: 0x41 }, new Uint8Array(10_000))],
    ['T20: our own id from the wire, validly signed', 'sender', seal(sample, { from: 'a' })],
    ['T5: a validator that has no part in it', 'sender', seal(sample, { from: 'd' })],
    ['T5: somebody outside the roster', 'sender', seal(sample, { from: 'stranger' })],
    ['a message to another', 'sender', seal(sample, { to: other })],
    ['T2: another session', 'ceremony', seal(sample, { sid })],
    ['another kind of ceremony', 'ceremony', seal(sample, { kind: 'sign' })],
    ['a ceremony that is not instructed, past its first stage', 'stage', seal(sample, { ceremonyId: 2n })],
    ['T8: a body above the cap of its stage', 'size', seal(sample, {}, new Uint8Array(10_000))],
    ['T1: a forged signature', 'signature', unsigned(sample.bytes)],
    ["T1: another's signature", 'signature', seal(sample, {}, sample.body, other)],
    ['a body that is not the signed one', 'signature', flipped(sample.bytes)],
    ['no envelope', 'malformed', new Uint8Array(50).fill(1)],
    ['nothing', 'version', new Uint8Array()],
    ['another version', 'version', new Uint8Array([2, ...sample.bytes.subarray(1)])],
    ['another frame number', 'malformed', new Uint8Array([1, 5, ...sample.bytes.subarray(2)])],
    [
      'T8: a frame above the cap of all frames',
      'size',
      new Uint8Array([...sample.bytes.subarray(0, 2), ...new Uint8Array(MAX_FRAME_BYTES)]),
    ],
    ['T8: a large frame whose header alone is refused', 'stage', seal(sample, { ceremonyId: 2n }, new Uint8Array(20_000))],
    ['T8: a first message above the cap of early ones', 'size', seal(sample, earlyHeader, new Uint8Array(EARLY_BODY_BYTES + 1))],
    ['T6: a first message above the budget of its sender', 'early-budget', seal(sample, earlyHeader, new Uint8Array(EARLY_BUDGET))],
    ['a byte too many', 'malformed', new Uint8Array([...sample.bytes, 0])],
    ['a byte too few', 'malformed', sample.bytes.slice(0, -1)],
  ]

  for (const [what, reason, bytes] of noise) {
    it(`${what} is dropped as '${reason}' and changes nothing`, () => {
      const before = { drops: node.dropped.length, log: node.log.length }
      world.network.deliver('a', bytes)
      expect(node.dropped.slice(before.drops)).toEqual([reason])
      expect(node.log.slice(before.log)).toEqual([])
    })
  }

  it('after all of it the ceremony succeeds', () => {
    release()
    const key = world.keyOf('a', 1n)
    for (const id of ['b', 'c']) expect(world.keyOf(id, 1n)).toEqual(key)
    expect(node.dropped).toEqual(noise.map(([, reason]) => reason))
  })

  it('T2: every message of it again, after its end, is late for everybody', () => {
    const recorded = [...world.network.sent]
    for (const { id, log, dropped, inner } of world.network.nodes.values()) {
      const effects = log.length
      const drops = dropped.length
      for (const { bytes } of recorded.filter(({ to }) => to === id)) world.network.deliver(id, bytes)
      // d has no part in it and may still be told to: it holds one first message a sender.
      const reasons = id === 'd' ? ['duplicate', 'stage'] : ['late']
      expect(reasons).toEqual(expect.arrayContaining([...new Set(dropped.slice(drops))]))
      expect(log.slice(effects).every(({ effect }) => effect.type === 'dropped')).toBe(true)
      expect(inner.open).toBe(0)
    }
  })
})

describe('T6: early messages of a running ceremony', () => {
  for (const [stage, name] of [
    [2, 'Commitments'],
    [3, 'SecretShare'],
    [4, 'Confirm'],
  ] as const) {
    it(`one a sender is held for stage ${name}, the same again is ignored, and nothing is lost`, () => {
      // a waits for c in the stage before, which b has behind it.
      const late: Delivery[] = []
      const world: World = makeWorld(`early ${stage}`, 3, {
        intercept: (delivery) => {
          if (delivery.to !== 'a' || delivery.from !== 'c' || stageOf(delivery.bytes) !== stage - 1) return [delivery]
          late.push(delivery)
          return []
        },
      })
      world.startKeygen('evm', 2)
      world.network.runUntil(2_000)
      const node = world.network.node('a')
      const early = world.network.sent.filter(
        (delivery) => delivery.from === 'b' && delivery.to === 'a' && stageOf(delivery.bytes) === stage,
      )
      expect(early).toHaveLength(1)
      for (const { bytes } of [...early, ...early]) world.network.deliver('a', bytes)
      expect(node.dropped).toEqual(['duplicate', 'duplicate'])
      expect(node.events.filter((event) => event.type === 'stage' && event.status === 'ignored')).toMatchObject([
        { stage: name, from: { validator: 'b', index: 2 } },
        { stage: name, from: { validator: 'b', index: 2 } },
      ])
      for (const { to, bytes } of late) world.network.deliver(to, bytes)
      world.network.run()
      for (const id of world.ids) world.keyOf(id, 1n)
    })
  }
})

describe('repetitions', () => {
  const ignoredOf = (world: World, id: string): StageEvent[] =>
    world.network.node(id).events.filter((event): event is StageEvent => event.type === 'stage' && event.status === 'ignored')

  it('if the SharedSecretState gets a duplicate idx, it shows an error with the idx and goes to Ignored', () => {
    const { world, held, release } = waitingIn(1, startKeygen)
    const fromB = held.find(({ from }) => from === 'b')
    for (let i = 0; i < 3; i++) world.network.deliver('a', fromB?.bytes ?? new Uint8Array())
    expect(ignoredOf(world, 'a')).toEqual(
      Array.from({ length: 2 }, () => ({
        type: 'stage',
        kind: 'keygen',
        ceremonyId: 1n,
        stage: 'HashCommitment',
        status: 'ignored',
        from: { validator: 'b', index: 2 },
      })),
    )
    expect(world.network.node('a').dropped).toEqual(['duplicate', 'duplicate'])
    // The stage moves on: the third participant's message is still awaited, and makes it full.
    release()
    for (const id of ['a', 'b', 'c']) world.keyOf(id, 1n)
  })

  it('ancestor fault 8: a repeated signature share does not fill the quota', () => {
    let key = ''
    const { world, held, release } = waitingIn(2, (fresh) => {
      const made = fresh.makeKey('bip340', 3)
      key = made.keyId
      const instruction = { ceremonyId: fresh.nextId(), keyId: key, signers: ['a', 'b', 'd'], messages: [messageOf('quota')] }
      for (const id of instruction.signers) fresh.network.sign(id, instruction)
    })
    const fromD = held.find(({ from }) => from === 'd')
    for (let i = 0; i < 5; i++) world.network.deliver('a', fromD?.bytes ?? new Uint8Array())
    world.network.runUntil(world.network.now + 1_000)
    expect(world.network.node('a').outcomes.has(2n)).toBe(false)
    // The index is the one of the key, not the place among the signers.
    expect(ignoredOf(world, 'a').map(({ from }) => from)).toEqual(Array.from({ length: 4 }, () => ({ validator: 'd', index: 4 })))
    release()
    expect(world.signaturesOf('a', 2n)).toEqual(world.signaturesOf('d', 2n))
  })

  it('after the last stage is full, another message of its author changes the result no more', () => {
    // a has all shares and is summing them; then c takes its word back.
    const world: World = makeWorld('taken back', 3, {
      compute: (id, job, result) => {
        if (id === 'a' && job.name === 'aggregate') world.network.deliver('a', seal(shareOfC(), {}, flipped(shareOfC().body)))
        return result
      },
    })
    const shareOfC = (): Envelope => {
      const fromC = world.network.sent.filter(({ from, to }) => from === 'c' && to === 'a')
      const share = fromC
        .map(({ bytes }) => decodeEnvelope(new Uint8Array(bytes), NETWORK))
        .find(({ header }) => header.kind === 'sign' && header.stage === 2)
      if (share === undefined) throw new Error('no share')
      return share
    }
    const key = world.makeKey('bip340', 2)
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('result')])
    world.network.run()
    const node = world.network.node('a')
    expect(node.dropped).toEqual(['late'])
    expect(world.signaturesOf('a', ceremonyId)).toEqual(world.signaturesOf('b', ceremonyId))
  })
})

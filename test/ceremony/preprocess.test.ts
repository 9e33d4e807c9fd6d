/** Nonces made ahead: usable only when all have confirmed the same pairs, and whoever lies about them is named. */
import { describe, expect, it } from 'vitest'
import { preprocessDigest } from '../../src/crypto/transcript.ts'
import { decodeConfirm, encodeConfirm } from '../../src/wire/bodies.ts'
import { BAD_POINTS, flipped, replaceItem } from './dealings.ts'
import { envelopesOf, expectFailure, expectHonestUnblamed, makeWorld, messageOf, missingOf } from './support.ts'

const IDS = ['a', 'b', 'c', 'd']
const MESSAGES = ['one', 'two'].map(messageOf)
/** scalars 1 to 6 */
const SIX = new Uint8Array(6 * 32).map((_, i) => (i % 32 === 31 ? 1 + Math.floor(i / 32) : 0))

function preprocessing(seed: string, count = 3) {
  const world = makeWorld(seed, 4, { duplicate: 0.2 })
  const key = world.makeKey('secp256k1-sha256', 2)
  const run = () => {
    const made = world.startPreprocess(key, IDS, count)
    world.network.run()
    return made
  }
  return { world, key, run }
}

describe('preprocessing', () => {
  it('confirms the digest of every pair of every signer, and keeps nothing of the others on the wire', () => {
    const { world, run } = preprocessing('good')
    const made = run()
    for (const id of IDS) expect(world.network.outcome(id, made)).toEqual({ status: 'success', ceremonyId: made, count: 3 })
    const said = envelopesOf(world.network.sent).filter(({ header }) => header.ceremonyId === made)
    for (const { header, body } of said) {
      expect(header.kind).toBe('preprocess')
      if (header.stage === 1) expect(body).toHaveLength(3 * 128)
      if (header.stage !== 2) continue
      const confirm = decodeConfirm(body, { kind: 'preprocess', participants: 4 })
      expect(confirm).toEqual({ type: 'ok', recordHash: preprocessDigest(header.sid, header.previousTranscript) })
    }
    for (const id of IDS) expect(world.network.node(id).inner.slotBytes).toBeGreaterThan(3 * (4 * 128 + 64))
  })

  it.each(Object.entries(BAD_POINTS))('N15: a pair with %s is blamed at every place, by all', (_, point) => {
    const { world, run } = preprocessing('bad points')
    for (const place of [0, 5]) {
      world.adversary.reform()
      world.adversary.corrupt('c', ({ envelope, reseal }) =>
        envelope.header.stage === 1
          ? [reseal({ body: replaceItem(envelope.body, 64 * place, point(envelope.body.slice(64 * place, 64 * place + 64))) })]
          : [envelope.bytes],
      )
      expectFailure(world, run(), { reason: 'fault', stage: 'Preprocess', missing: [], blames: ['c bad-point'] })
    }
    expect(world.network.node('a').inner.slotBytes).toBe(0)
  })

  it('another digest under the same transcript is a bad certificate, which its own header proves', () => {
    const { world, run } = preprocessing('bad digest')
    world.adversary.corrupt('b', ({ envelope, reseal }) =>
      envelope.header.stage === 2 ? [reseal({ body: flipped(envelope.body, 32) })] : [envelope.bytes],
    )
    expectFailure(world, run(), { reason: 'fault', stage: 'Confirm', missing: [], blames: ['b bad-certificate'] })
  })

  it('a complaint, which has no meaning here, and a short body are malformed', () => {
    const { world, run } = preprocessing('malformed')
    const complaint = encodeConfirm({
      type: 'complaints',
      complaints: [{ envelope: new Uint8Array(1), sharedPoint: new Uint8Array(64), proof: new Uint8Array(224 - 64) }],
    })
    for (const [stage, body] of [
      [1, new Uint8Array(3 * 128 - 1)],
      [2, complaint.slice(0, 33)],
    ] as const) {
      world.adversary.reform()
      world.adversary.corrupt('b', ({ envelope, reseal }) => (envelope.header.stage === stage ? [reseal({ body })] : [envelope.bytes]))
      expectFailure(world, run(), { reason: 'fault', blames: ['b malformed'] })
    }
  })

  it('G15: different pairs to different nodes are a dispute, which names their author', () => {
    const { world, run } = preprocessing('equivocation')
    world.adversary.corrupt('d', ({ envelope, recipient, reseal }) =>
      envelope.header.stage === 1 && recipient === 'a' ? [reseal({ body: new Uint8Array(world.kernel.baseMul(SIX)) })] : [envelope.bytes],
    )
    const made = run()
    for (const id of ['a', 'b', 'c']) {
      const failure = world.failureOf(id, made)
      expect([...failure.blamed.map(({ validator }) => validator), ...missingOf(failure)]).toContain('d')
    }
    expectHonestUnblamed(world)
    for (const id of ['a', 'b', 'c']) expect(world.network.node(id).inner.slotBytes).toBe(0)
  })

  it('T10: silence is missed, and leaves no slot; whoever had all confirmations signs in two rounds with the rest', () => {
    const { world, key, run } = preprocessing('silence')
    world.adversary.corrupt('d', ({ envelope, recipient }) => (envelope.header.stage === 2 && recipient !== 'a' ? [] : [envelope.bytes]))
    // Nor does a help the others, so that they differ.
    world.adversary.corrupt('a', ({ envelope }) => (envelope.header.from === 'a' ? [envelope.bytes] : []))
    const made = run()
    expect(world.network.outcome('a', made).status).toBe('success')
    expect(missingOf(world.failureOf('b', made))).toEqual(['d'])
    expect(world.network.node('b').inner.slotBytes).toBe(0)
    world.adversary.reform()
    const id = world.startSigning(key, ['a', 'b', 'c'], MESSAGES, { ceremonyId: made, firstSlot: 0 })
    world.network.run()
    for (const signer of ['a', 'b', 'c']) expect(world.network.outcome(signer, id).status).toBe('success')
  })
})

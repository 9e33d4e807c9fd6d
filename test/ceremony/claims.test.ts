/** What nodes say of others without proof: it may end a ceremony, and it accuses nobody. */
import { describe, expect, it } from 'vitest'
import { makeEvidence, parseEvidence } from '../../src/ceremony/evidence/container.ts'
import { encodeAbort } from '../../src/wire/abort.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { ABORT_STAGE, FRAME, type ValidatorId } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { expectHonestUnblamed, makeWorld, messageOf } from './support.ts'

/** What c and d say to everybody else, under their real keys. */
function say(world: World, ceremonyId: bigint, body: Uint8Array, authors: readonly ValidatorId[] = ['c', 'd']): void {
  const { network } = world
  const known = network.sent
    .filter(({ bytes }) => bytes[1] === FRAME.envelope)
    .map(({ bytes }) => decodeEnvelope(new Uint8Array(bytes), NETWORK).header)
    .find((header) => header.ceremonyId === ceremonyId)
  if (known === undefined) throw new Error('nothing was sent')
  const { kind, sid } = known
  for (const from of authors) {
    const header = { kind, ceremonyId, sid, stage: ABORT_STAGE, from, to: null, previousTranscript: sid }
    const { bytes } = sealEnvelope(testIdentity(from), NETWORK, header, body)
    for (const to of ['a', 'b']) network.deliver(to, bytes)
  }
}

const MISSED_A = encodeAbort({ type: 'reason', reason: 'timeout', missing: ['a'] })

describe('n - 2 colluders', () => {
  // From the first messages on to when all is nearly done.
  for (const after of [150, 250, 350]) {
    it(`G16: say that an honest node was silent, ${after} ms after the start: nobody is blamed, and who says so is named with it`, () => {
      const world = makeWorld(`silent ${after}`, 4)
      world.adversary.corrupt('c', ({ envelope }) => [envelope.bytes])
      world.adversary.corrupt('d', ({ envelope }) => [envelope.bytes])
      const ceremonyId = world.startKeygen('bip340', 3)
      world.network.runUntil(world.network.now + after)
      say(world, ceremonyId, MISSED_A)
      world.network.run()
      for (const id of ['a', 'b']) {
        const failure = world.failureOf(id, ceremonyId)
        expect(failure.blamed).toEqual([])
        expect(failure.missing.length).toBeGreaterThan(0)
        for (const { validator, reportedBy } of failure.missing) {
          if (!['c', 'd'].includes(validator)) expect(['c', 'd']).toContain(reportedBy)
        }
      }
      expectHonestUnblamed(world, ceremonyId)
    })
  }

  it('G16: proof that was made for another ceremony, or against another, changes nothing', () => {
    const world = makeWorld('foreign proof', 4)
    const key = world.makeKey('bip340', 2)
    world.adversary.corrupt('d', ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ body: new Uint8Array(3) }) : envelope.bytes,
    ])
    const first = world.startSigning(key, world.ids, [messageOf('one')])
    world.network.run()
    const [blame] = world.failureOf('a', first).blamed
    if (blame === undefined) throw new Error('nobody is blamed')
    world.adversary.reform()
    const evidence = [blame.evidence, makeEvidence({ ...parseEvidence(blame.evidence), accused: 'a' })]
    const second = world.startSigning(key, world.ids, [messageOf('two')])
    world.network.runUntil(world.network.now + 150)
    say(world, second, encodeAbort({ type: 'evidence', evidence }))
    world.network.run()
    for (const id of world.ids) expect(world.signaturesOf(id, second)).toHaveLength(1)
  })
})

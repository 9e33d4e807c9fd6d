/** Two networks with the same validators, identity keys and ceremony ids, told apart by their labels alone. */
import { describe, expect, it } from 'vitest'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { testIdentity } from '../helpers/identities.ts'
import { NETWORK } from '../simulation/network.ts'
import { makeWorld, messageOf } from './support.ts'

describe('a message of another network', () => {
  it('in any stage is no message of ours: dropped for its signature, and every ceremony goes on as if it had not come', () => {
    const world = makeWorld('networks', 3, {
      intercept: (delivery) => {
        const { header, body } = decodeEnvelope(new Uint8Array(delivery.bytes), NETWORK)
        const { bodyDigest: _, ...rest } = header
        const identity = testIdentity(header.from)
        const foreign = [
          // What a test network's ceremony of this id looks like, and the very same message but for the label.
          sealEnvelope(identity, 'test', { ...rest, sid: new Uint8Array(32).fill(7) }, body),
          sealEnvelope(identity, 'test', rest, body),
          sealEnvelope(identity, 'test', rest, new Uint8Array(body.length)),
        ]
        return [...foreign.map(({ bytes }) => ({ ...delivery, bytes })), delivery]
      },
    })
    const key = world.makeKey('bip340', 2)
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('one'), messageOf('two')])
    world.network.run()
    for (const id of world.ids) {
      expect(world.signaturesOf(id, ceremonyId)).toHaveLength(2)
      const { dropped } = world.network.node(id)
      expect(dropped.filter((reason) => reason === 'signature').length).toBeGreaterThan(10)
    }
  })

  it('before the instruction is not held', () => {
    const world = makeWorld('networks early', 2)
    const rest = {
      kind: 'keygen',
      ceremonyId: 1n,
      sid: new Uint8Array(32),
      stage: 1,
      from: 'b',
      to: null,
      previousTranscript: new Uint8Array(32),
    } as const
    world.network.deliver('a', sealEnvelope(testIdentity('b'), 'test', rest, new Uint8Array(32)).bytes)
    expect(world.network.node('a').dropped).toEqual(['signature'])
    world.makeKey('evm', 2)
    // The same of our own network would have ended it.
    const again = makeWorld('networks early', 2)
    again.network.deliver('a', sealEnvelope(testIdentity('b'), NETWORK, rest, new Uint8Array(32)).bytes)
    again.startKeygen('evm', 2)
    again.network.run()
    expect(again.failureOf('a', 1n)).toMatchObject({ reason: 'instructed-differently', missing: [{ validator: 'b' }] })
  })
})

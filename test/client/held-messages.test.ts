import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { makeWorld } from '../ceremony/support.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

it('T8: what is kept of a signing over slots that has ended holds neither its messages nor its key', async () => {
  const world = makeWorld('held messages', 2)
  const key = world.makeKey('secp256k1-sha256', 2)
  const { inner } = world.network.node('a')
  const material = world.network.key('a', key.keyId)
  const { now } = world.network

  // In functions of their own, so that no variable here refers to a message.
  const signAndEnd = (ceremonyId: bigint, slots: object): WeakRef<Uint8Array> => {
    const message = new Uint8Array(1_000)
    const instruction = { ceremonyId, keyId: key.keyId, signers: world.ids, messages: [message], ...slots }
    inner.sign(instruction, material, now)
    inner.abort(ceremonyId, now)
    return new WeakRef(message)
  }
  const held = [signAndEnd(100n, {}), signAndEnd(101n, { preprocessed: { ceremonyId: 99n, firstSlot: 0 } })]
  expect(inner.open).toBe(0)
  // A reference that was just made counts until the turn is over.
  await nextTurn()
  collectGarbage()
  expect(held.map((message) => message.deref() === undefined)).toEqual([true, true])
})

import { describe, expect, it } from 'vitest'
import { makeWorld } from '../ceremony/support.ts'

describe('the messages of open signings', () => {
  const world = makeWorld('open messages', 2, { settings: { maxOpenMessageBytes: 1_000 } })
  const key = world.makeKey('secp256k1-sha256', 2)
  const { inner } = world.network.node('a')
  const messages = (...lengths: number[]): Uint8Array[] => lengths.map((length) => new Uint8Array(length))
  const refused = (code: string) => expect.objectContaining({ code, field: 'messages' })

  it('T8: have a limit in all: what is beyond it is refused before anything is sent or the id spent', () => {
    const first = world.startSigning(key, world.ids, messages(300, 300))
    world.network.runUntil(world.network.now + 60)
    const { sent } = world.network
    const before = sent.length
    const material = world.network.key('a', key.keyId)
    const sign = (...lengths: number[]) =>
      inner.sign({ ceremonyId: 100n, keyId: key.keyId, signers: world.ids, messages: messages(...lengths) }, material, world.network.now)
    expect(() => sign(401)).toThrowError(refused('ERR_TOO_MANY_CEREMONIES'))
    expect(() => sign(1_000, 1)).toThrowError(refused('ERR_TOO_LARGE'))
    expect(sent.length).toBe(before)
    world.network.run()
    world.signaturesOf('a', first)
    // What has ended holds nothing.
    const next = world.startSigning(key, world.ids, messages(1_000))
    world.network.run()
    world.signaturesOf('a', next)
  })

  it('count those that wait for their key as well', () => {
    inner.assertRoomFor(messages(400), 600)
    expect(() => inner.assertRoomFor(messages(401), 600)).toThrowError(refused('ERR_TOO_MANY_CEREMONIES'))
    expect(() => inner.assertRoomFor(messages(1_001), 0)).toThrowError(refused('ERR_TOO_LARGE'))
  })

  it('of a signing that fails are let go as well', () => {
    world.adversary.corrupt('b', () => [])
    const failed = world.startSigning(key, world.ids, messages(900))
    world.network.run()
    expect(world.failureOf('a', failed).reason).toBe('timeout')
    inner.assertRoomFor(messages(1_000))
  })
})

/** Thousands of signings in flight on each node of a cluster, of several keys, up to the limit and not beyond it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeyInfo, MemoryBus, type SignRequest, verifySignature } from '../../src/index.ts'
import { Cluster } from './cluster.ts'
import { type Frame, wrapBus } from './wrapped-bus.ts'

const LIMIT = 2_000
const SIGNERS = ['a', 'b'] as const
const NODES = [...SIGNERS, 'c']

function messageOf(i: number): Uint8Array {
  const message = new Uint8Array(32)
  new DataView(message.buffer).setUint32(28, i)
  return message
}

describe('T8: signings in flight', () => {
  const frames: Frame[] = []
  let cluster: Cluster
  let keys: readonly KeyInfo[]

  beforeAll(async () => {
    const inner = new MemoryBus()
    const bus = wrapBus(inner, {
      publish(frame) {
        if (frame.subject === 'P2P') frames.push(frame)
        return [frame.bytes]
      },
    })
    // Nobody is missed because a loaded machine is slow.
    cluster = await Cluster.start(NODES, () => ({ bus, maxOpenCeremonies: LIMIT, stageTimeoutMs: 600_000 }))
    const made: KeyInfo[] = []
    for (const [i, suite] of (['bip340', 'secp256k1-sha256'] as const).entries()) {
      made.push(await cluster.makeKey({ ceremonyId: BigInt(i + 1), participants: NODES, minSigners: 2, suite }))
    }
    keys = made
    frames.length = 0
  })

  afterAll(() => cluster[Symbol.asyncDispose]())

  const keyOf = (i: number): KeyInfo => keys[i % 2] as KeyInfo
  const requestOf = (i: number): SignRequest => ({
    ceremonyId: BigInt(100 + i),
    keyId: keyOf(i).keyId,
    signers: SIGNERS,
    messages: [messageOf(i)],
  })

  it(`T8: ${LIMIT} at once of two keys all succeed, each with the signature of its own message; one more is refused and leaves nothing behind`, async () => {
    const outcomes = Array.from({ length: LIMIT }, (_, i) => cluster.sign(requestOf(i)))
    // The key is read before a ceremony opens; all of them wait for it or run.
    await expect(cluster.client('a').sign(requestOf(LIMIT))).rejects.toMatchObject({ code: 'ERR_TOO_MANY_CEREMONIES', field: 'ceremonyId' })
    await new Promise((resolve) => setImmediate(resolve))
    await expect(cluster.client('b').sign(requestOf(LIMIT))).rejects.toMatchObject({ code: 'ERR_TOO_MANY_CEREMONIES', field: 'ceremonyId' })
    const settled = await Promise.all(outcomes)
    for (const [i, both] of settled.entries()) {
      const [first, second] = both
      if (first?.status !== 'success' || second?.status !== 'success') throw new Error(`signing ${i} failed`)
      expect(second.signatures).toEqual(first.signatures)
      if (i % 40 > 1) continue
      const { suite, groupPublicKey } = keyOf(i)
      const signature = first.signatures[0] ?? new Uint8Array()
      expect(verifySignature({ suite, groupPublicKey, message: messageOf(i), signature })).toBe(true)
    }
    // Two stages, two signers: nothing was asked for again, and the refused one sent nothing.
    expect(frames.length).toBe(4 * LIMIT)
    for (const id of SIGNERS) expect(cluster.client(id).stats().open).toBe(0)
    // Its id was not spent, and there is room again.
    const [again] = await cluster.sign(requestOf(LIMIT))
    expect(again?.status).toBe('success')
  })

  it('T8: a node that sits them out holds what it heard of them within its budget, and nothing else', () => {
    const { open, tailBytes, pendingKeys, dropped } = cluster.client('c').stats()
    expect({ open, pendingKeys }).toEqual({ open: 0, pendingKeys: 0 })
    // The key generations' alone.
    expect(tailBytes).toBeLessThan(32_768)
    expect(dropped).toMatchObject({ signature: 0, malformed: 0, sender: 0 })
  })
})

/** A bus that carries little: what it could not carry is refused before it begins. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bus } from '../../src/bus/contract.ts'
import { MemoryBus } from '../../src/bus/memory.ts'
import type { KeyInfo } from '../../src/index.ts'
import { largestMessageBytes } from '../../src/wire/carrying.ts'
import { Cluster } from './cluster.ts'

const IDS = ['a', 'b', 'c']
let limit = Number.MAX_SAFE_INTEGER
let largestSent = 0

let hub: MemoryBus
let cluster: Cluster
let key: KeyInfo

beforeAll(async () => {
  hub = new MemoryBus()
  const bus: Bus = {
    connect: async (self) => {
      const connection = await hub.connect(self)
      const publish: typeof connection.publish = (subject, to, bytes) => {
        if (subject === 'P2P') largestSent = Math.max(largestSent, bytes.length)
        connection.publish(subject, to, bytes)
      }
      return Object.defineProperty({ ...connection, publish }, 'maxMessageBytes', { get: () => limit })
    },
    close: () => hub.close(),
  }
  cluster = await Cluster.start(IDS, () => ({ bus }))
  key = await cluster.makeKey({ ceremonyId: 1n, participants: IDS, minSigners: 3, suite: 'bip340' })
})
afterAll(async () => {
  await cluster[Symbol.asyncDispose]()
  await hub.close()
})

const shape = { protocol: 'frost', participants: 3, minSigners: 3, positions: 1, longestMessage: 0 } as const

describe('T17: a bus with a limit', () => {
  it('is asked whenever something begins: one byte too few, and it is refused with both numbers, nothing sent and the id not spent', async () => {
    const client = cluster.client('a')
    const sign = { ceremonyId: 2n, keyId: key.keyId, signers: IDS, messages: [new Uint8Array(9), new Uint8Array(2)] }
    const calls: readonly [number, string, () => Promise<unknown>][] = [
      [
        largestMessageBytes({ ...shape, kind: 'keygen' }),
        'participants',
        () => client.keygen({ ceremonyId: 2n, participants: IDS, minSigners: 3, suite: 'evm' }),
      ],
      [largestMessageBytes({ ...shape, kind: 'sign', positions: 2, longestMessage: 9 }), 'messages', () => client.sign(sign)],
      [
        largestMessageBytes({ ...shape, kind: 'preprocess', positions: 7 }),
        'count',
        () => client.preprocess({ ceremonyId: 2n, keyId: key.keyId, signers: IDS, count: 7 }),
      ],
    ]
    largestSent = 0
    for (const [needed, field, call] of calls) {
      limit = needed - 1
      const message = `${field}: its largest message may have ${needed} bytes, and the bus carries at most ${limit}`
      await expect(call(), field).rejects.toMatchObject({ code: 'ERR_TOO_LARGE', field, message })
    }
    expect(largestSent).toBe(0)
    expect(client.ceremonies()).toEqual([])
    limit = largestMessageBytes({ ...shape, kind: 'sign', positions: 2, longestMessage: 9 })
    expect(await cluster.sign(sign)).toMatchObject(IDS.map(() => ({ status: 'success' })))
    expect(largestSent).toBeGreaterThan(0)
    expect(largestSent).toBeLessThanOrEqual(limit)
  })
})

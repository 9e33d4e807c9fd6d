/** Two processes with one identity, and what merely looks like it: reflections and recordings of what this node said itself. */
import { describe, expect, it } from 'vitest'
import type { Bus } from '../../src/bus/contract.ts'
import { MultisigClient } from '../../src/client/index.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { answerNonce, sealReady } from '../../src/wire/ready.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { Cluster, until } from './cluster.ts'
import { listen, settled } from './listening.ts'
import { type Frame, wrapBus } from './wrapped-bus.ts'

const IDS = ['a', 'b', 'c']
const keygen = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'secp256k1-sha256' as const }

/** A second process under the identity of `a`, which the bus knows by another name. */
function startTwin(cluster: Cluster): Promise<MultisigClient> {
  const bus: Bus = { connect: () => cluster.bus.connect('copy-of-a'), close: async () => {} }
  const { pool } = cluster
  return MultisigClient.start({
    network: 'test',
    self: 'a',
    identity: testIdentity('a'),
    roster: testRoster(IDS),
    bus,
    keyStore: new MemoryKeyStore(),
    pool,
  })
}

/** A header in the name of `a`, with a sid that is nobody's. */
const spoken = (ceremonyId: bigint, signer = 'a') => {
  const sid = new Uint8Array(32).fill(7)
  const header = { kind: 'keygen', ceremonyId, sid, stage: 1, from: 'a', to: null, previousTranscript: sid } as const
  return sealEnvelope(testIdentity(signer), 'test', header, new Uint8Array(32)).bytes
}

describe('T21: two processes with one identity', () => {
  it('both hear of it when the second starts, once', async () => {
    await using cluster = await Cluster.start(IDS)
    await settled()
    const first = listen(cluster.client('a'), 'identityInUse')
    const others = listen(cluster.client('b'), 'identityInUse')
    await using twin = await startTwin(cluster)
    const second = listen(twin, 'identityInUse')
    await until(() => first.length > 0 && second.length > 0)
    await settled()
    expect([first.length, second.length, others.length]).toEqual([1, 1, 0])
  })

  it('a recording of an announcement of an earlier process is answered, and alarms nobody', async () => {
    await using cluster = await Cluster.start(IDS)
    await settled()
    const alarms = listen(cluster.client('a'), 'identityInUse')
    const { bytes } = sealReady(testIdentity('a'), { network: 'test', from: 'a', nonce: new Uint8Array(16).fill(9) })
    const peer = await cluster.bus.connect('d')
    const heard: Uint8Array[] = []
    peer.subscribe('ReadyToKeygen', (message) => heard.push(message))
    for (let times = 0; times < 5; times++) peer.publish('ReadyToKeygen', 'a', bytes)
    await until(() => heard.length > 0)
    // Its own answers, said to it again, are its own.
    for (const answer of [...heard]) peer.publish('ReadyToKeygen', 'a', answer)
    await settled()
    expect(alarms).toEqual([])
    await peer.close()
  })

  it('nor do the answers that earlier processes gave, one after the other, to the same recording', async () => {
    await using cluster = await Cluster.start(IDS)
    await settled()
    const alarms = listen(cluster.client('a'), 'identityInUse')
    const peer = await cluster.bus.connect('d')
    const recordings: Uint8Array[] = [new Uint8Array(16).fill(9)]
    for (let i = 0; i < 3; i++) recordings.push(answerNonce(recordings[i] ?? new Uint8Array(16)))
    for (const nonce of [...recordings, ...recordings.reverse()]) {
      peer.publish('ReadyToKeygen', 'a', sealReady(testIdentity('a'), { network: 'test', from: 'a', nonce }).bytes)
      await settled()
    }
    expect(alarms).toEqual([])
    await peer.close()
  })

  it('a flood of announcements in its name costs a node few verifications and few answers', async () => {
    await using cluster = await Cluster.start(['a'])
    const peer = await cluster.bus.connect('d')
    let answers = 0
    peer.subscribe('ReadyToKeygen', () => answers++)
    for (let i = 0; i < 500; i++) {
      const nonce = new Uint8Array(16).fill(i & 0xff).fill(i >> 8, 0, 8)
      peer.publish('ReadyToKeygen', 'a', sealReady(testIdentity('a'), { network: 'test', from: 'a', nonce: nonce.fill(1, 15) }).bytes)
    }
    await settled()
    expect(cluster.client('a').stats().dropped.malformed).toBe(500)
    expect(answers).toBeGreaterThan(0)
    expect(answers).toBeLessThanOrEqual(20)
    await peer.close()
  })

  it('a message in its name for a ceremony that it never began is an alarm', async () => {
    await using cluster = await Cluster.start(IDS)
    const alarms = listen(cluster.client('a'), 'identityInUse')
    const peer = await cluster.bus.connect('d')
    peer.publish('P2P', 'a', spoken(5n))
    await until(() => alarms.length === 1)
    expect(cluster.client('a').stats().dropped.sender).toBe(1)
    peer.publish('P2P', 'a', spoken(6n))
    await settled()
    expect(alarms).toHaveLength(1)
    await peer.close()
  })
})

describe('T20: its own messages come back', () => {
  it('all of them have no effect and alarm nobody; another of a ceremony under way does', async () => {
    const said: Frame[] = []
    await using quiet = await Cluster.start(IDS, () => ({ stageTimeoutMs: 60_000 }))
    const bus = wrapBus(quiet.bus, {
      publish: (frame) => {
        said.push(frame)
        return [frame.bytes]
      },
    })
    await quiet.client('a').close()
    const { pool } = quiet
    const options = {
      network: 'test',
      self: 'a',
      identity: testIdentity('a'),
      roster: testRoster(IDS),
      bus,
      keyStore: new MemoryKeyStore(),
      pool,
    }
    await using again = await MultisigClient.start(options)
    const alarms = listen(again, 'identityInUse')
    const peer = await quiet.bus.connect('d')
    const echo = (): void => {
      for (const { subject, bytes } of said) if (subject !== 'MultisigEvent') peer.publish(subject as 'P2P' | 'ReadyToKeygen', 'a', bytes)
    }
    const running = [again.keygen(keygen), quiet.client('b').keygen(keygen)]
    await until(() => said.some(({ subject }) => subject === 'P2P'))
    echo()
    await settled()
    running.push(quiet.client('c').keygen(keygen))
    expect(await Promise.all(running)).toMatchObject(IDS.map(() => ({ status: 'success' })))
    echo()
    await settled()
    expect(alarms).toEqual([])
    // Signed by somebody else it says nothing; signed with our key it says all.
    peer.publish('P2P', 'a', spoken(1n, 'b'))
    await settled()
    expect(alarms).toEqual([])
    peer.publish('P2P', 'a', spoken(1n))
    await until(() => alarms.length === 1)
    await peer.close()
  })

  it('also those of an earlier process, whose ceremonies are below the mark', async () => {
    await using cluster = await Cluster.start(['a'], () => ({ keyStore: new MemoryKeyStore({ highestCeremonyId: 7n }) }))
    const alarms = listen(cluster.client('a'), 'identityInUse')
    const peer = await cluster.bus.connect('d')
    for (const id of [1n, 7n]) peer.publish('P2P', 'a', spoken(id))
    await settled()
    expect(alarms).toEqual([])
    peer.publish('P2P', 'a', spoken(8n))
    await until(() => alarms.length === 1)
    await peer.close()
  })
})

/** Two versions of the protocol in one group. */
import { expect, it } from 'vitest'
import type { Bus, BusConnection } from '../../src/bus/contract.ts'
import { UnknownVersions } from '../../src/client/unknown-versions.ts'
import { Cluster, until } from './cluster.ts'
import { listen } from './listening.ts'

it('messages of another version are refused and counted on every subject, and their sender is named, once a while', async () => {
  type Handler = (bytes: Uint8Array, from?: string) => void
  const handlers = new Map<string, Handler>()
  await using others = await Cluster.start(['b', 'c'], () => ({}), ['a'])
  // A bus that says who published.
  const bus: Bus = {
    connect: async (self): Promise<BusConnection> => {
      const connection = await others.bus.connect(self)
      return {
        ...connection,
        subscribe: (subject, handler) => {
          handlers.set(subject, handler)
          return connection.subscribe(subject, handler)
        },
      }
    },
    close: async () => {},
  }
  await using cluster = await Cluster.start(['a'], () => ({ bus }), ['b', 'c'])
  const told = listen(cluster.client('a'), 'unknownVersion')
  const next = Uint8Array.of(2, 1, 1, 1)
  for (const [i, subject] of ['P2PIncoming', 'ReadyToKeygen', 'MultisigInstruction'].entries()) {
    for (let times = 0; times < 10; times++) handlers.get(subject)?.(next, ['b', 'c', 'b'][i])
  }
  handlers.get('P2PIncoming')?.(next)
  handlers.get('P2PIncoming')?.(Uint8Array.of(0, 4), 'nobody of the roster')
  handlers.get('P2PIncoming')?.(Uint8Array.of(), 'c')
  await until(() => told.length === 3)
  expect(told).toEqual(['b', 'c', null].map((from) => ({ type: 'unknownVersion', version: 2, from })))
  expect(cluster.client('a').stats().dropped).toMatchObject({ version: 33, malformed: 0, signature: 0 })
  const request = { ceremonyId: 1n, participants: ['a', 'b', 'c'], minSigners: 2, suite: 'bip340' as const }
  const all = [cluster.client('a').keygen(request), ...others.ids.map((id) => others.client(id).keygen(request))]
  expect(await Promise.all(all)).toMatchObject([{ status: 'success' }, { status: 'success' }, { status: 'success' }])
})

it('a sender is named again after a minute', () => {
  const versions = new UnknownVersions()
  expect([0, 59_999, 60_000, 60_001].map((now) => versions.isNews(2, 'b', now))).toEqual([true, false, true, false])
  expect(versions.isNews(2, null, 1)).toBe(true)
})

it("T13: a broker's own answer under a peer's name is refused and names nobody", () => {
  expect(new UnknownVersions().isNews('{'.charCodeAt(0), 'b', 0)).toBe(false)
})

/** A peer that sends junk is not listened to for a moment, and nobody else is taken for it. */
import { expect, it } from 'vitest'
import type { Bus, BusConnection } from '../../src/bus/contract.ts'
import { JunkBudget } from '../../src/client/junk-budget.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { FRAME, WIRE_VERSION } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { Cluster, until } from './cluster.ts'

type Handler = (bytes: Uint8Array, from?: string) => void

it('T9: after two thousand worthless frames a name is not looked at, and two hundred a second are forgiven', () => {
  const budget = new JunkBudget<string>()
  for (let i = 0; i < 1_999; i++) budget.spend('b', 0)
  expect(budget.tolerates('b', 0)).toBe(true)
  budget.spend('b', 0)
  expect([0, 1].map((now) => budget.tolerates('b', now))).toEqual([false, true])
  expect(budget.tolerates('c', 0)).toBe(true)
  // What was forgiven is not owed again, and nobody saves up.
  expect(budget.tolerates('b', 20_000)).toBe(true)
  for (let i = 0; i < 2_000; i++) budget.spend('b', 30_000)
  expect(budget.tolerates('b', 30_000)).toBe(false)
})

it('T9: a flood of junk under one name is refused unread after a while, on all subjects, and costs no other name anything', async () => {
  const handlers = new Map<string, Handler>()
  await using others = await Cluster.start(['c'], () => ({}), ['a', 'b'])
  // A bus that says who published.
  const bus: Bus = {
    connect: async (self): Promise<BusConnection> => {
      const connection = await others.bus.connect(self)
      return {
        ...connection,
        subscribe: (subject, handler) => [handlers.set(subject, handler), connection.subscribe(subject, handler)][1] as () => void,
      }
    },
    close: async () => {},
  }
  await using cluster = await Cluster.start(['a'], () => ({ bus }), ['b', 'c'])
  const dropped = () => cluster.client('a').stats().dropped
  const send = (subject: string, bytes: Uint8Array, from: string, times: number) => {
    for (let i = 0; i < times; i++) handlers.get(subject)?.(bytes, from)
  }
  const malformed = Uint8Array.of(WIRE_VERSION, FRAME.envelope, 1, 9)
  // So many that the machine cannot be slow enough for all to be forgiven.
  send('P2PIncoming', malformed, 'b', 10_000)
  send('ReadyToKeygen', malformed, 'b', 10_000)
  const flooded = dropped()
  expect(flooded['early-budget']).toBeGreaterThan(10_000)
  expect(flooded['early-budget'] + flooded.malformed).toBe(20_000)
  send('P2PIncoming', malformed, 'c', 10)
  expect(dropped()).toEqual({ ...flooded, malformed: flooded.malformed + 10 })
  // Another version, and what a broker answers under a name that a member chose, is charged to nobody.
  send('P2PIncoming', new Uint8Array(), 'c', 3_000)
  send('P2PIncoming', Uint8Array.of('{'.charCodeAt(0)), 'c', 3_000)
  expect(dropped()).toEqual({ ...flooded, malformed: flooded.malformed + 10, version: 6_000 })
  // Nor is what is only too early, or of no ceremony any more.
  const sid = new Uint8Array(32).fill(1)
  const header = { kind: 'sign', ceremonyId: 5n, stage: 1, from: 'c', to: null, sid, previousTranscript: sid } as const
  send('P2PIncoming', sealEnvelope(testIdentity('c'), 'test', header, new Uint8Array(128)).bytes, 'c', 3_000)
  const request = { ceremonyId: 6n, participants: ['a', 'c'], minSigners: 2, suite: 'bip340' as const }
  expect(await Promise.all([cluster.client('a').keygen(request), others.client('c').keygen(request)])).toMatchObject([
    { status: 'success' },
    { status: 'success' },
  ])
  const before = dropped().signature
  const forged = sealEnvelope(testIdentity('b'), 'test', { ...header, ceremonyId: 7n }, new Uint8Array(128)).bytes
  send('P2PIncoming', forged, 'c', 1)
  await until(() => dropped().signature > before)
})

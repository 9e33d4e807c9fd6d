/** Events for any number of listeners: in order, bounded, and never at another's cost. */
import { describe, expect, it } from 'vitest'
import type { InnerEvent } from '../../src/ceremony/outcome.ts'
import { EventHub } from '../../src/client/event-hub.ts'

const CAPACITY = 4_096

function signed(index: number): InnerEvent {
  return { type: 'messageSigned', ceremonyId: 1n, index, signature: new Uint8Array(64) }
}

function failed(ceremonyId: bigint, evidenceBytes: number): InnerEvent {
  const blamed = [{ validator: 'b', fault: 'malformed', evidence: new Uint8Array(evidenceBytes) } as const]
  return {
    type: 'signingOutcome',
    outcome: { status: 'failure', ceremonyId, reason: 'fault', stage: 'SignatureShare', blamed, missing: [] },
  }
}

async function indicesOf(events: AsyncIterable<InnerEvent>, count: number): Promise<number[]> {
  const heard: number[] = []
  for await (const event of events) {
    if (event.type === 'messageSigned') heard.push(event.index)
    if (heard.length >= count) break
  }
  return heard
}

describe('event hub', () => {
  it('a slow listener loses its oldest events, which are counted; a quick one loses none', async () => {
    const hub = new EventHub()
    const slow = hub.listen()
    const quick = hub.listen()
    const reading = indicesOf(quick, CAPACITY + 10)
    for (let i = 0; i < CAPACITY + 10; i++) {
      hub.emit(signed(i))
      if (i % 100 === 0) await Promise.resolve().then(() => new Promise((resolve) => setImmediate(resolve)))
    }
    expect(await reading).toEqual(Array.from({ length: CAPACITY + 10 }, (_, i) => i))
    expect(hub.dropped).toBe(10)
    expect(await indicesOf(slow, CAPACITY)).toEqual(Array.from({ length: CAPACITY }, (_, i) => i + 10))
  })

  it('unread evidence is bounded in bytes, and the newest outcome is always kept', async () => {
    const hub = new EventHub()
    const events = hub.listen()
    for (let i = 1n; i <= 5n; i++) hub.emit(failed(i, 30 << 20))
    hub.emit(failed(6n, 100 << 20))
    expect(hub.dropped).toBe(5)
    hub.close()
    const ids: bigint[] = []
    for await (const event of events) if (event.type === 'signingOutcome') ids.push(event.outcome.ceremonyId)
    expect(ids).toEqual([6n])
  })

  it('an iteration that is left, even before its first event, holds nothing any more', async () => {
    const hub = new EventHub()
    const early = hub.listen()[Symbol.asyncIterator]()
    expect(await early.return?.()).toEqual({ done: true, value: undefined })
    const waiting = hub.listen()[Symbol.asyncIterator]()
    const next = waiting.next()
    await waiting.return?.()
    expect((await next).done).toBe(true)
    for await (const _ of hub.listen(AbortSignal.abort())) throw new Error('an event')
    for (let i = 0; i <= CAPACITY; i++) hub.emit(signed(i))
    expect(hub.dropped).toBe(0)
    expect((await early.next()).done).toBe(true)
  })
})

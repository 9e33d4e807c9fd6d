import { describe, expect, test } from 'vitest'
import { DeliveryQueue } from '../../src/bus/nats/delivery.ts'

const LIMITS = { maxPendingMessages: 100, maxPendingBytes: 10_000 }
const message = (length = 1): Uint8Array => new Uint8Array(length)

function queue(limits = LIMITS) {
  const counts = { dropped: 0 }
  return { counts, queue: new DeliveryQueue(limits, () => counts.dropped++) }
}

describe('T16: what no handler has seen yet is bounded', () => {
  test('T16: beyond the bound the oldest message of the sender who holds most is dropped, and counted', async () => {
    const { queue: one, counts } = queue()
    const heard: string[] = []
    for (let i = 0; i < 10; i++) one.push('honest', message(), () => heard.push(`honest ${i}`))
    for (let i = 0; i < 1_000; i++) one.push('flood', message(), () => heard.push(`flood ${i}`))
    expect(one.messages).toBe(100)
    expect(counts.dropped).toBe(910)
    await one.drained()
    expect(heard.filter((entry) => entry.startsWith('honest'))).toHaveLength(10)
    expect(heard.filter((entry) => entry.startsWith('flood'))).toEqual(Array.from({ length: 90 }, (_, i) => `flood ${910 + i}`))
  })

  test('T16: bytes count as well, and what is larger than all of them is not taken', async () => {
    const { queue: one, counts } = queue()
    const heard: number[] = []
    one.push('large', message(10_001), () => heard.push(0))
    expect(counts.dropped).toBe(1)
    one.push('small', message(100), (bytes) => heard.push(bytes.length))
    for (let i = 0; i < 5; i++) one.push('large', message(3_000), (bytes) => heard.push(bytes.length))
    expect(one.bytes).toBe(9_100)
    await one.drained()
    expect(heard.sort()).toEqual([100, 3_000, 3_000, 3_000])
    expect(one.bytes).toBe(0)
  })

  test('T16: names without end do not make it slow or large', () => {
    const { queue: one, counts } = queue({ maxPendingMessages: 65_536, maxPendingBytes: 1 << 20 })
    for (let i = 0; i < 5_000; i++) one.push(`name${i}`, message(), () => {})
    expect(one.messages).toBe(1_024)
    expect(counts.dropped).toBe(5_000 - 1_024)
    one.clear()
    expect(one.messages).toBe(0)
  })
})

describe('delivery', () => {
  test('takes turns: a sender with one message does not wait behind one with thousands', async () => {
    const { queue: one } = queue({ maxPendingMessages: 10_000, maxPendingBytes: 1 << 20 })
    const heard: string[] = []
    for (let i = 0; i < 5_000; i++) one.push('flood', message(), (_, from) => heard.push(from))
    for (const name of ['b', 'c']) one.push(name, message(), (_, from) => heard.push(from))
    await one.drained()
    expect(heard.slice(0, 4).sort()).toEqual(['b', 'c', 'flood', 'flood'])
    expect(heard).toHaveLength(5_002)
  })

  test('is in order for each sender, and never from inside push', async () => {
    const { queue: one } = queue()
    const heard: string[] = []
    const answer = (): void => {
      heard.push('first begins')
      one.push('a', message(), () => heard.push('second'))
      heard.push('first ends')
    }
    one.push('a', message(), answer)
    expect(heard).toEqual([])
    await one.drained()
    expect(heard).toEqual(['first begins', 'first ends', 'second'])
  })

  test('lets timers through while messages never end', async () => {
    const { queue: one } = queue()
    let running = true
    let count = 0
    const again = (): void => {
      count++
      if (running) one.push('a', message(), again)
    }
    again()
    await new Promise((resolve) => setTimeout(resolve, 5))
    running = false
    await one.drained()
    expect(count).toBeGreaterThan(2)
  })
})

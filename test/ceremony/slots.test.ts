import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Slots } from '../../src/ceremony/preprocess/slots.ts'
import { SlotRing } from '../../src/client/slot-ring.ts'
import { SingleUseNonces } from '../../src/crypto/single-use-nonces.ts'
import { seededRandom } from '../helpers/random.ts'

const random = seededRandom('slots')
const keyDigest = random(32)
const signers = ['a', 'b']

function made(count: number) {
  const secrets = new Uint8Array(64 * count).map((_, i) => 1 + Math.floor(i / 64))
  const pairs = [random(128 * count), random(128 * count)]
  return { secrets, pairs, result: { keyDigest, participants: signers, digest: random(32), pairs, nonces: new SingleUseNonces(secrets) } }
}

function filled(count: number) {
  const slots = new Slots(count)
  const { secrets, pairs, result } = made(count)
  slots.fill(result)
  const take = (firstSlot: number, of: number, changes: object = {}) => slots.take({ firstSlot, count: of, keyDigest, signers, ...changes })
  return { slots, secrets, pairs, take }
}

/** Slots whose secrets are still there. */
function alive(secrets: Uint8Array): number[] {
  const slots = Array.from({ length: secrets.length / 64 }, (_, i) => i)
  return slots.filter((slot) => secrets.subarray(64 * slot, 64 * slot + 64).some((byte) => byte !== 0))
}

describe('slots', () => {
  it('N1: are given once, with the pairs of the signers in their order', () => {
    const { secrets, pairs, take } = filled(4)
    const taken = take(1, 2, { signers: ['b'] })
    expect(taken?.nonces.take()).toEqual(new Uint8Array(128).map((_, i) => (i < 64 ? 2 : 3)))
    expect(taken?.pairs).toEqual([pairs[1]?.slice(128, 384)])
    expect(alive(secrets)).toEqual([0, 3])
    expect(take(1, 1)).toBeNull()
  })

  it('N1: are all destroyed when a range is refused: one used, one beyond the last, another key, a stranger', () => {
    for (const [firstSlot, count, changes, left] of [
      [0, 3, {}, [3, 4]],
      [3, 3, {}, [0, 1]],
      [3, 1, { keyDigest: random(32) }, [0, 1, 4]],
      [0, 2, { signers: ['a', 'z'] }, [3, 4]],
      [900, 2, {}, [0, 1, 3, 4]],
    ] as const) {
      const { secrets, take } = filled(5)
      expect(take(2, 1)).not.toBeNull()
      expect(take(firstSlot, count, changes)).toBeNull()
      expect(alive(secrets)).toEqual(left)
    }
  })

  it('are none before all have confirmed, and those named until then never will be', () => {
    const slots = new Slots(3)
    expect(slots.take({ firstSlot: 0, count: 2, keyDigest, signers })).toBeNull()
    const { secrets, result } = made(3)
    slots.fill(result)
    expect(alive(secrets)).toEqual([2])
    expect(slots.left).toBe(1)
    expect(slots.take({ firstSlot: 2, count: 1, keyDigest, signers })).not.toBeNull()
    expect(slots.bytes).toBe(3)
  })

  it('show no secret, and leave none when they are destroyed', () => {
    const { slots, secrets } = filled(2)
    expect(inspect(slots, { depth: 9, showHidden: true })).not.toMatch(/1, 1, 1, 1|secrets/)
    expect(JSON.stringify(slots)).toBe('{}')
    slots.destroy()
    expect(alive(secrets)).toEqual([])
    expect(slots.take({ firstSlot: 0, count: 1, keyDigest, signers })).toBeNull()
  })
})

describe('the slots of a node', () => {
  it('are bounded: the oldest preprocessing makes room, and its nonces are overwritten', () => {
    const size = 1_024 + 10 * (2 * 128 + 64 + 1)
    const ring = new SlotRing(2 * size)
    const all = [1n, 2n, 3n].map((id) => {
      ring.open(id, 10)
      const { secrets, result } = made(10)
      ring.fill(id, result)
      return secrets
    })
    expect(ring.bytes).toBe(2 * size)
    expect(all.map((secrets) => alive(secrets).length)).toEqual([0, 10, 10])
    expect(ring.take(1n, { firstSlot: 0, count: 1, keyDigest, signers })).toBeNull()
    ring.close()
    expect(all.map((secrets) => alive(secrets).length)).toEqual([0, 0, 0])
    expect(ring.bytes).toBe(0)
  })

  it('are forgotten when all of a preprocessing are used, and what comes for one that is not open any more is overwritten', () => {
    const ring = new SlotRing(1 << 20)
    ring.open(1n, 2)
    ring.fill(1n, made(2).result)
    expect(ring.take(1n, { firstSlot: 0, count: 2, keyDigest, signers })).not.toBeNull()
    expect(ring.bytes).toBe(0)
    const late = made(2)
    ring.fill(1n, late.result)
    expect(alive(late.secrets)).toEqual([])
  })
})

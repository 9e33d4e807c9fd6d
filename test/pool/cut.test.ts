/** Pieces leave with copies of their own, and what comes after them needs nothing of the caller's arrays. */
import { describe, expect, test } from 'vitest'
import { type Cut, cutGiven, cutWork } from '../../src/pool/cut.ts'
import { Executor } from '../../src/pool/executor.ts'
import { copyPlain } from '../../src/pool/plain.ts'
import type { SingleWork } from '../../src/pool/work.ts'
import { present } from '../crypto/ceremony.ts'
import { bytesIn } from '../helpers/leftovers.ts'
import { kernel } from './support.ts'
import { jobs, operations, type Sample } from './work-samples.ts'

const executor = new Executor(() => kernel)
const copyOf = (work: Sample): SingleWork => ({ ...work, args: copyPlain<unknown>(work.args, []) }) as SingleWork

function finish({ split, parcels, kept }: Cut): unknown {
  const values = parcels.map(({ work }) => {
    const { outcome } = executor.execute(work)
    return outcome.ok ? outcome.value : outcome
  })
  return executor.finish((own) => split.combine(own, values, kept))
}

describe.each(Object.entries({ ...operations, ...jobs }))('%s', (_, sample) => {
  test('ends alike when the caller overwrites its arrays once the work is cut', () => {
    const given = copyOf(sample)
    const cut = present(cutGiven(given, 3, 'integer') ?? undefined)
    for (const bytes of given.type === 'ping' ? [] : bytesIn(given.args)) bytes.fill(0)
    expect(finish(cut)).toEqual(executor.execute(copyOf(sample)).outcome)
  })

  test('names the memory of all its copies', () => {
    const { parcels, kept, arrays } = present(cutGiven(copyOf(sample), 2, 'integer') ?? undefined)
    const named = (memory: readonly Uint8Array[], value: unknown): void => {
      const buffers = new Set(memory.map(({ buffer }) => buffer))
      for (const { buffer } of bytesIn(value)) expect(buffers.has(buffer)).toBe(true)
    }
    for (const parcel of parcels) named(parcel.arrays, parcel.work)
    named(arrays, kept)
  })
})

test('the commitments of the dealers leave in one copy, split over the pieces', () => {
  const given = copyOf(present(jobs['checkDealings']))
  const { dealings } = (given as { args: { dealings: object[] } }).args
  const cut = present(cutGiven(given, 2, 'integer') ?? undefined)
  const sizeOf = (values: readonly Uint8Array[]): number => values.reduce((sum, { length }) => sum + length, 0)
  const copied = sizeOf(cut.parcels.flatMap(({ arrays }) => arrays)) + sizeOf(cut.arrays)
  // Each piece besides has the sid, the seed of the weights and our own commitments or as many zero bytes.
  const common = 2 * (32 + 32 + 2 * 3 * 64)
  expect(copied).toBe(sizeOf(bytesIn(dealings)) + common)
})

test('opening shares does not send the verifying shares to any piece', () => {
  const work = copyOf(present(jobs['openShares with verifying shares']))
  const { parcels, kept } = present(cutGiven(work, 2, 'integer') ?? undefined)
  expect(parcels.map((parcel) => (parcel.work as { name: string }).name)).toEqual(['sumShares', 'sumShares'])
  expect(parcels.every((parcel) => bytesIn(parcel.work).every(({ length }) => length <= 3 * 33))).toBe(true)
  expect(bytesIn(kept).some(({ length }) => length === 2 * 6 * 64)).toBe(true)
})

describe('is left whole', () => {
  const deal = present(jobs['dealCommitments']) as Sample & { args: object }
  const withArgs = (changes: object): SingleWork => ({ ...deal, args: { ...deal.args, ...changes } }) as SingleWork

  test('for one thread', () => {
    expect(cutGiven(deal as SingleWork, 1, 'integer')).toBeNull()
    expect(cutWork(deal as SingleWork, 1, 'integer')).toBeNull()
  })

  test.each([
    ['a Buffer', { sid: Buffer.alloc(32) }],
    ['a missing field', { coefficients: undefined }],
    ['another type', { index: '3' }],
    ['a function beside them', { extra: () => 0 }],
  ])('when an argument is %s, so that the whole says what is wrong', (_, changes) => {
    expect(cutGiven(withArgs(changes), 2, 'integer')).toBeNull()
  })

  test('with nothing of its secrets left in the copies that were made', () => {
    const sources: Uint8Array[] = []
    const set = Uint8Array.prototype.set
    Uint8Array.prototype.set = function (this: Uint8Array, ...args: Parameters<typeof set>) {
      sources.push(this)
      set.apply(this, args)
    }
    try {
      expect(cutGiven(withArgs({ extra: () => 0 }), 2, 'integer')).toBeNull()
    } finally {
      Uint8Array.prototype.set = set
    }
    expect(sources.length).toBeGreaterThan(0)
    for (const copy of sources) expect(copy.every((byte) => byte === 0)).toBe(true)
  })
})

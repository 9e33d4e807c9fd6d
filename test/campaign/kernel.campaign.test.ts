import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testSeed } from '../helpers/random.ts'
import { conformanceBackends } from '../kernel/backends.ts'
import {
  type Backend,
  type Case,
  checkCase,
  conformanceCases,
  expectedAnswer,
  HALVES,
  operationsOf,
  REQUIRED_ITEMS,
} from '../kernel/conformance.ts'

const SCALE = 10
const seed = testSeed()
const backends = await conformanceBackends()

afterAll(async () => {
  for (const backend of backends) await backend.close()
})

describe.each(HALVES)(`campaign: ten times the conformance suite, %s (seed ${seed})`, (half) => {
  let cases: Case[] = []
  beforeAll(() => {
    process.stdout.write(`kernel campaign: seed ${seed}, ${backends.map(({ name }) => name).join(', ')} against the baseline\n`)
    cases = conformanceCases(seed, SCALE, half)
  }, 600_000)
  afterAll(() => {
    cases = []
  })

  describe.each(operationsOf(half))('%s', (operation) => {
    it.each(backends)('$name', async (backend: Backend) => {
      const mine = cases.filter((one) => one.operation === operation)
      for (const one of mine) expectedAnswer(one)
      const start = performance.now()
      for (const one of mine) await checkCase(backend, one)
      const items = mine.reduce((sum, one) => sum + one.items, 0)
      const perItem = ((performance.now() - start) / items) * 1_000
      process.stdout.write(`${operation} ${backend.name}: ${items} items in ${mine.length} calls equal, ${perItem.toFixed(1)} us an item\n`)
      expect(items).toBeGreaterThanOrEqual(SCALE * REQUIRED_ITEMS[operation])
    })
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testSeed } from '../helpers/random.ts'
import { conformanceBackends } from './backends.ts'
import {
  type Backend,
  type Case,
  checkCase,
  conformanceCases,
  expectedAnswer,
  MASK_OPERATIONS,
  OPERATIONS,
  REQUIRED_ITEMS,
} from './conformance.ts'

const seed = testSeed()
const backends = await conformanceBackends()

describe(`every back end agrees with the baseline to the byte (seed ${seed})`, () => {
  let cases: Case[] = []
  beforeAll(() => {
    cases = conformanceCases(seed, 1)
  }, 600_000)
  afterAll(async () => {
    for (const backend of backends) await backend.close()
  })

  describe.each(OPERATIONS)('%s', (operation) => {
    it(`is tried on at least ${REQUIRED_ITEMS[operation]} items`, () => {
      const items = cases.filter((one) => one.operation === operation).reduce((sum, one) => sum + one.items, 0)
      expect(items).toBeGreaterThanOrEqual(REQUIRED_ITEMS[operation])
    })

    if (MASK_OPERATIONS.has(operation)) {
      it('is tried on valid and on invalid items', () => {
        const seen = new Set(cases.filter((one) => one.operation === operation).flatMap((one) => [...(expectedAnswer(one).at(-1) ?? [])]))
        expect(seen).toEqual(new Set([0, 1]))
      })
    }

    it.each(backends)('$name', async (backend: Backend) => {
      for (const one of cases) if (one.operation === operation) await checkCase(backend, one)
    })
  })
})

/** Declares the conformance tests of one half of the suite; see conformance.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testSeed } from '../helpers/random.ts'
import {
  type Backend,
  type Case,
  checkCase,
  conformanceCases,
  expectedAnswer,
  type Half,
  MASK_OPERATIONS,
  operationsOf,
  REQUIRED_ITEMS,
} from './conformance.ts'

export function conformanceSuite(half: Half, backends: readonly Backend[]): void {
  const seed = testSeed()
  describe(`${half}: every back end agrees with the baseline to the byte (seed ${seed})`, () => {
    const cases: Case[] = []
    beforeAll(() => {
      cases.push(...conformanceCases(seed, 1, half))
    }, 600_000)
    afterAll(async () => {
      for (const backend of backends) await backend.close()
    })

    it('has cases of its operations and of no others', () => {
      expect(new Set(cases.map(({ operation }) => operation))).toEqual(new Set(operationsOf(half)))
    })

    describe.each(operationsOf(half))('%s', (operation) => {
      it(`is compared in at least ${REQUIRED_ITEMS[operation]} results`, () => {
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
}

import { expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { seededRandom } from './random.ts'

it('the same seed gives the same bytes, however they are cut, and another seed others', () => {
  const whole = seededRandom(7)(100)
  const cut = seededRandom('7')
  expect(concatBytes(cut(0), cut(1), cut(31), cut(33), cut(35))).toEqual(whole)
  expect(seededRandom(8)(100)).not.toEqual(whole)
  expect(new Set(whole).size).toBeGreaterThan(50)
})

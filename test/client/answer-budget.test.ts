import { describe, expect, it } from 'vitest'
import { AnswerBudget } from '../../src/client/answer-budget.ts'

describe('what is given away for the asking', () => {
  const budget = () => new AnswerBudget({ bytesPerAsker: 100, bytesTotal: 250, windowMs: 1_000, askers: 5 })

  it('T7: is limited for one asker and for all, within a window', () => {
    const answers = budget()
    expect(answers.spend('a', 60, 0)).toBe(true)
    expect(answers.spend('a', 41, 1)).toBe(false)
    expect(answers.spend('a', 40, 2)).toBe(true)
    expect(answers.spend('b', 100, 3)).toBe(true)
    expect(answers.spend('c', 51, 4)).toBe(false)
    expect(answers.spend('c', 50, 5)).toBe(true)
    expect(answers.spend('d', 51, 999)).toBe(false)
    expect(answers.spend('d', 51, 1_000)).toBe(true)
    expect(answers.spend('a', 100, 1_001)).toBe(true)
  })

  it('a single large answer gets through, and is the last for its asker', () => {
    const answers = budget()
    expect(answers.spend('a', 200, 0)).toBe(true)
    expect(answers.spend('a', 1, 0)).toBe(false)
    expect(answers.spend('b', 251, 0)).toBe(false)
    expect(answers.spend('b', 50, 0)).toBe(true)
  })

  it('T7: who asks for all that there is leaves the others their part', () => {
    const answers = budget()
    for (const greedy of ['a', 'b', 'c']) answers.spend(greedy, greedy === 'c' ? 50 : 100, 0)
    expect(answers.spend('c', 1, 0)).toBe(false)
    for (const modest of ['d', 'e']) {
      expect(answers.spend(modest, 20, 1)).toBe(true)
      expect(answers.spend(modest, 30, 1)).toBe(true)
      expect(answers.spend(modest, 1, 1)).toBe(false)
    }
  })

  it('what was refused does not count', () => {
    const answers = budget()
    for (let i = 0; i < 10; i++) expect(answers.spend('a', 300, 0)).toBe(false)
    expect(answers.spend('a', 100, 0)).toBe(true)
  })
})

/** Running ceremonies against changed messages under valid signatures. The campaign is `npm run fuzz`. */
import { describe, expect, it } from 'vitest'
import { Fuzzer, describe as inWords } from './fuzzer.ts'
import { Finding } from './protocol.ts'

const MESSAGES = 10_000
const SEED = 1

describe('ceremonies', () => {
  it(`R8: ${MESSAGES} changed messages under valid signatures: one end each, and nobody but their author is blamed, with proof`, () => {
    const fuzzer = new Fuzzer(SEED)
    try {
      for (let number = 0; fuzzer.figures.inputs < MESSAGES; number++) fuzzer.attack(number)
    } catch (error) {
      throw error instanceof Finding ? new Error(inWords(error), { cause: error }) : error
    }
    const ends = [...fuzzer.figures.ends.keys()]
    expect(ends).toEqual(expect.arrayContaining(['success', 'malformed', 'bad-hash-opening', 'bad-point', 'bad-signature-share']))
  })
})

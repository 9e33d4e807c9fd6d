/** Every decoder against changed encodings. The campaign is `npm run fuzz`. */
import { describe, expect, it } from 'vitest'
import { Fuzzer, describe as inWords } from './fuzzer.ts'
import { Finding } from './protocol.ts'

const INPUTS = 90_000
const SEED = 1

describe('decoders', () => {
  it(`R7: ${INPUTS} changed encodings are refused with a typed error or are the one encoding of a value, each in a moment`, () => {
    const fuzzer = new Fuzzer(SEED)
    try {
      for (let number = 0; number < INPUTS; number++) fuzzer.decode(number)
    } catch (error) {
      throw error instanceof Finding ? new Error(inWords(error), { cause: error }) : error
    }
    const { inputs, targets } = fuzzer.figures
    expect(inputs).toBe(INPUTS)
    expect([...targets.keys()].sort()).toEqual([...fuzzer.names].sort())
    // A fuzzer all of whose inputs are refused at the first byte, or accepted, tests nothing.
    for (const [name, { accepted, refused }] of targets) {
      expect(accepted, name).toBeGreaterThan(INPUTS / 100_000)
      expect(refused, name).toBeGreaterThan(INPUTS / 1_000)
    }
  })
})

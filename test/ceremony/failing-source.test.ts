/** A source of randomness that fails in the middle of a ceremony's first draws leaves none of what it gave before. */
import { expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { SharedSecretState } from '../../src/ceremony/shared-secret-state.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { leftIn, watch } from '../helpers/leftovers.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'

type Options = ConstructorParameters<typeof SharedSecretState>[0]
type Runtime = ConstructorParameters<typeof SharedSecretState>[1]

/** The draws: the seed of the checks' weights, coefficients, nonces of the proofs, encryption secret. */
const DRAWS = 4
const seed = testSeed()

it('R18: coefficients do not outlive a later draw that fails', () => {
  for (let failAt = 0; failAt <= DRAWS; failAt++) {
    // Drawn ahead: the generator's own blocks are not the subject.
    const supply = seededRandom(`${seed} ${failAt}`)(1024)
    let used = 0
    const secrets: string[] = []
    let draws = 0
    const random = (length: number): Uint8Array => {
      if (draws++ === failAt) throw new Error('the source fails')
      const drawn = supply.slice(used, used + length)
      used += length
      // The first block of a draw is only compared with that of the last one, and the first draw is not secret.
      if (draws > 1) for (let at = 32; at < length; at += 32) secrets.push(toHex(drawn.subarray(at, at + 32)))
      return drawn
    }
    const shape = { participants: 3, minSigners: 3, positions: 2 }
    const options = { shape, indices: [1, 2, 3], verifyingIndices: [1, 2, 3], normaliseFor: null, random } as unknown as Options
    const { result, error, arrays } = watch(sharedKernel(), () => {
      return new SharedSecretState(options, { place: 0, sid: new Uint8Array(32) } as unknown as Runtime, () => expect.fail())
    })
    expect(error === undefined).toBe(failAt === DRAWS)
    if (failAt > 1) expect(secrets.length).toBeGreaterThanOrEqual(6)
    result?.wipe()
    expect(leftIn(arrays, secrets, [supply]), `draw ${failAt}`).toEqual([])
  }
})

/** Many multiples of G at once are added in groups with shared inversions, few one by one: both ways must give the same points. */
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex } from '../../../src/bytes.ts'
import { loadWasmKernel } from '../../../src/kernel/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'

const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const kernel = await loadWasmKernel({ kernel: 'integer' })
const random = seededRandom(`comb batch ${testSeed()}`)
const encode = (n: bigint) => fromHex(n.toString(16).padStart(64, '0'), 'n')

/** Where the last addition meets opposite points (0), equal points (2^256 mod q and its negative), and the ends of the range of digits. */
const EDGES = [0n, (1n << 256n) % Q, Q - ((1n << 256n) % Q), 1n, Q - 1n, 2n, 1n << 255n, (1n << 255n) - 1n, 31n, 32n, 33n].map(encode)

function scalarsWithEdges(n: number): Uint8Array[] {
  return Array.from({ length: n }, (_, i) => {
    const [choice = 0, which = 0] = random(2)
    if (choice < 96 || i === n - 1) return EDGES[which % EDGES.length] ?? encode(0n)
    const scalar = random(32)
    scalar[0] = (scalar[0] ?? 0) & 0x7f
    return scalar
  })
}

describe('multiples of G in groups', () => {
  it.each([4, 5, 11, 63, 64, 65, 127, 128, 130])('%i scalars, edges among them: the points of single multiplications', (n) => {
    const list = scalarsWithEdges(n)
    const single = concatBytes(...list.map((scalar) => kernel.baseMul(scalar)))
    expect(kernel.baseMul(concatBytes(...list))).toEqual(single)
    expect(kernel.baseMulVar(concatBytes(...list))).toEqual(single)
  })

  it('a group of edges alone, and of one scalar many times', () => {
    for (const list of [EDGES, ...EDGES.map((edge) => Array.from({ length: 9 }, () => edge))]) {
      expect(kernel.baseMul(concatBytes(...list))).toEqual(concatBytes(...list.map((scalar) => kernel.baseMul(scalar))))
    }
  })
})

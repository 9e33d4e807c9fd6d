/** Cases of the operations on scalars alone. */
import { concatBytes } from '../../../src/bytes.ts'
import type { Case, CaseSource } from '../conformance.ts'
import { batchSizes, type Chooser } from '../inputs.ts'
import { GROUP_ORDER, toBytes } from '../noble.ts'

const TOTAL = 10_000

export function scalarCases(source: CaseSource): Case[] {
  return [...pairCases(source), ...polynomialValues(source), ...lagrangeCases(source), ...signatureShareCases(source)]
}

function encode(list: readonly bigint[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...list.map((n) => toBytes(n)))
}

/** A partner that makes the result 0, 1 or q - 1 now and then; otherwise any. */
function partner(choose: Chooser, n: bigint): bigint {
  switch (choose.integer(8)) {
    case 0:
      return (GROUP_ORDER - n) % GROUP_ORDER
    case 1:
      return (GROUP_ORDER - n + 1n) % GROUP_ORDER
    case 2:
      return (GROUP_ORDER - n + GROUP_ORDER - 1n) % GROUP_ORDER
    case 3:
      return n
    default:
      return choose.scalar()
  }
}

function pairCases({ choose, scale }: CaseSource): Case[] {
  return batchSizes(TOTAL * scale).flatMap((items): Case[] => {
    const a = choose.scalars(items)
    const b = a.map((n) => partner(choose, n))
    const pairs: [Uint8Array, Uint8Array] = [encode(a), encode(b)]
    return [
      { operation: 'scalarAdd', title: `${items} pairs`, items, args: pairs },
      { operation: 'scalarMul', title: `${items} pairs`, items, args: pairs },
      { operation: 'scalarInvert', title: `${items} scalars`, items, args: [encode(a.map((n) => (n === 0n ? 1n : n)))] },
    ]
  })
}

/** [coefficients, indices] */
const POLYNOMIAL_SHAPES = [
  [1, 1],
  [1, 5],
  [2, 500],
  [3, 4_000],
  [10, 2_000],
  [67, 100],
  [100, 150],
  [150, 100],
  [1_000, 20],
  [4, 3_124],
] as const

function polynomialValues({ choose, scale }: CaseSource): Case[] {
  const shaped = Array.from({ length: scale }, () => POLYNOMIAL_SHAPES).flat()
  const special: [Uint8Array, readonly number[]][] = [
    [encode([0n]), [1, 65_535]],
    [encode([0n, 0n, 0n]), [1, 2, 65_535]],
    [encode([GROUP_ORDER - 1n, 1n]), [1, 2, 65_535]],
    [encode(new Array(20).fill(GROUP_ORDER - 1n)), [1, 2, 255, 256, 32_767, 32_768, 65_535, 65_535]],
  ]
  return [
    ...special.map(
      (args): Case => ({ operation: 'evaluatePolynomial', title: 'zeros and q - 1 as coefficients', items: args[1].length, args }),
    ),
    ...shaped.map(
      ([t, m]): Case => ({
        operation: 'evaluatePolynomial',
        title: `${t} coefficients at ${m} indices`,
        items: m,
        args: [choose.scalarBatch(t), choose.distinctIndices(m)],
      }),
    ),
  ]
}

function lagrangeCases({ choose, scale }: CaseSource): Case[] {
  const row = Array.from({ length: 300 }, (_, i) => i + 1)
  const fixed: number[][] = [
    [1],
    [65_535],
    [1, 2],
    [2, 1],
    [1, 65_535],
    [65_535, 65_534, 1],
    row,
    [...row].reverse(),
    row.map((i) => 65_536 - i),
  ]
  const sizes = [2, 3, 5, 7, 67, 100, 149, 255, 256, 257, 1_000]
  const needed = TOTAL * scale - fixed.flat().length
  const random: number[][] = []
  for (let total = 0; total < needed; ) {
    const size = random.length < sizes.length ? (sizes[random.length] ?? 1) : choose.pick([67, 100, 149])
    random.push(choose.distinctIndices(size))
    total += size
  }
  return [...fixed, ...random].map((indices) => ({
    operation: 'lagrange',
    title: `${indices.length} indices from ${indices[0]}`,
    items: indices.length,
    args: [indices],
  }))
}

function signatureShareCases({ choose, scale }: CaseSource): Case[] {
  return batchSizes(TOTAL * scale).map((items, i) => {
    const withBinding = i % 3 !== 1
    const shares = [0n, 1n, GROUP_ORDER - 1n]
    return {
      operation: 'signatureShares',
      title: `${items} items ${withBinding ? 'with' : 'without'} binding nonces`,
      items,
      args: [
        {
          hiding: choose.scalarBatch(items),
          binding: withBinding ? encode(Array.from({ length: items }, () => choose.scalar())) : null,
          bindingFactors: withBinding ? encode(Array.from({ length: items }, () => choose.scalar())) : null,
          negate: choose.bytes(items).map((byte) => byte & 1),
          multipliers: encode(Array.from({ length: items }, () => choose.scalar())),
          share: toBytes(shares[i] ?? choose.scalar()),
        },
      ],
    }
  })
}

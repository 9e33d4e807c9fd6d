/** Evaluation in the exponent: v polynomials of t commitments at one index (checking shares), and one polynomial at all indices. */
import { byKernels, byPeers, type Context, scalars } from '../context.ts'
import { integersTo } from '../groups.ts'
import { type CaseSource, once } from '../model.ts'

/** v dealers, t coefficients, index */
const ONE_INDEX = [
  [9, 7, 10],
  [99, 67, 100],
  [149, 100, 150],
  [149, 100, 75],
  [149, 100, 2],
] as const
/** t coefficients, indices 1..n */
const ALL_INDICES = [
  [7, 10],
  [67, 100],
  [100, 150],
] as const

export function exponentSuite(context: Context): CaseSource[] {
  const { own, others, baseline } = context
  const points = once(() => own.kernel.baseMulVar(scalars('exponent', 149 * 100)))
  const shares = once(() => scalars('exponent/shares', 149))

  const oneIndex = ONE_INDEX.flatMap(([v, t, index]): CaseSource[] => {
    const commitments = once(() => points().slice(0, 64 * v * t))
    const name = `n=${v + 1},t=${t},index=${index}`
    const kernels = v < 10 ? [own, ...others, baseline] : [own, ...others]
    return [
      {
        id: `exponent/dealers/${name}`,
        unit: 'ms',
        what: `${v} polynomials of ${t} coefficients at ${index}`,
        build: () => ({
          timer: 'repeat',
          contenders: [
            ...byKernels(kernels, 1, (kernel) => kernel.evaluateInExponent(commitments(), t, [index])),
            ...byPeers(context, 'evaluateInExponent', (operation) => ({
              ...operation(commitments(), t, index),
              ...(v > 10 && { repetitions: 3, notQuick: true }),
            })),
          ],
        }),
      },
      {
        id: `exponent/shares/${name}`,
        unit: 'ms',
        what: `${v} shares against their dealers' commitments`,
        build() {
          // Shares that fit: one polynomial for all dealers, whose value at the index is known.
          const coefficients = scalars('exponent/one', t)
          const repeated = new Uint8Array(64 * v * t)
          const share = own.kernel.evaluatePolynomial(coefficients, [index])
          const good = new Uint8Array(shares().subarray(0, 32 * v))
          const row = own.kernel.baseMulVar(coefficients)
          for (let i = 0; i < v; i++) {
            repeated.set(row, i * row.length)
            good.set(share, 32 * i)
          }
          return { timer: 'repeat', contenders: byKernels(kernels, 1, (kernel) => kernel.verifyShares(repeated, t, index, good)) }
        },
      },
    ]
  })

  const allIndices = ALL_INDICES.map(([t, n]): CaseSource => {
    const commitments = once(() => points().slice(0, 64 * t))
    return {
      id: `exponent/all-indices/n=${n},t=${t}`,
      unit: 'ms',
      what: `a polynomial of ${t} coefficients at 1..${n}`,
      build: () => ({
        timer: 'repeat',
        contenders: byKernels(n <= 10 ? [own, ...others, baseline] : [own, ...others], 1, (kernel) =>
          kernel.evaluateInExponent(commitments(), t, integersTo(n)),
        ),
      }),
    }
  })
  return [...oneIndex, ...allIndices]
}

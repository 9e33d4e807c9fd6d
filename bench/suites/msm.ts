/** Multi-scalar multiplication: sum k_i P_i over n public terms. */
import { byKernels, byPeers, type Context, scalars } from '../context.ts'
import type { Implementation } from '../json.ts'
import { type CaseSource, once } from '../model.ts'

export const MSM_SIZES = [8, 32, 128, 1024, 8192] as const
/** Implementations without one are measured as the loop that their users write, where that takes less than some 10 ms. */
const LOOP_SIZES = 128
const BASELINE_SIZES = 32

export function msmSuite(context: Context): CaseSource[] {
  const { own, others, baseline } = context
  return MSM_SIZES.map((n) => {
    const inputs = once(() => ({ points: own.kernel.baseMulVar(scalars('msm/points', n)), k: scalars('msm/scalars', n) }))
    return {
      id: `msm/n=${n}`,
      unit: 'us',
      what: `the sum of ${n} products`,
      build() {
        const { points, k } = inputs()
        const kernels = [own, ...others, ...(n <= BASELINE_SIZES ? [baseline] : [])]
        const peers: readonly Implementation[] = n <= LOOP_SIZES ? ['noble', 'tiny', 'native'] : ['noble']
        return {
          timer: n < 1024 ? 'benchmark' : 'repeat',
          contenders: [
            ...byKernels(kernels, 1, (kernel) => kernel.msmVar(points, k)),
            ...byPeers(context, 'msm', (operation) => ({ ...operation(points, k), ...(n > 1024 && { repetitions: 3 }) }), peers),
          ],
        }
      },
    } satisfies CaseSource
  })
}

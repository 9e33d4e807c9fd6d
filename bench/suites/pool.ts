/** The pool: the same work on the calling thread (workers=0) and on threads, by the size of the work. */
import { KernelPool } from '../../src/pool/index.ts'
import { type Context, scalars } from '../context.ts'
import { GROUPS } from '../groups.ts'
import { type Case, type CaseSource, once } from '../model.ts'
import { makeDkgInputs } from './dkg-inputs.ts'
import { outcomeOf, pooledDkg } from './dkg-stages.ts'

const WORKERS = [0, 1, 2] as const
const MSM_SIZES = [32, 128, 1024, 8192] as const
/**
 * Key generations in a row, by one pool, before it is the next pool's turn: a node has one pool. Each change of pools costs a few milliseconds of cold caches
 * in two threads at once, which no node pays, and the first rounds are those in which V8 still optimises the jobs in each thread: the median passes over them.
 */
const DKG_SERIES = 12

export function poolSuite({ own }: Context): CaseSource[] {
  const { info } = own.kernel
  const choice = info.name === 'baseline' ? 'auto' : info.name

  /** Pools of each size, side by side so that their runs take turns; they start when the row is built and close with it. */
  const source = (
    id: string,
    what: string,
    large: boolean,
    inputs: () => unknown,
    run: (pool: KernelPool) => Promise<Uint8Array>,
    { series = 1, atOnce = 1 } = {},
  ): CaseSource => ({
    id,
    rowIds: WORKERS.map((workers) => `${id}/workers=${workers}`),
    unit: 'ms',
    what,
    large,
    async build(): Promise<Case> {
      inputs()
      const pools = await Promise.all(WORKERS.map((workers) => KernelPool.create({ workers, kernel: choice })))
      return {
        timer: 'repeat',
        contenders: pools.map((pool, i) => ({
          impl: own.impl,
          id: `${id}/workers=${WORKERS[i]}`,
          items: series * atOnce,
          run: async () => {
            for (let i = 0; i < series; i++) await Promise.all(Array.from({ length: atOnce }, () => run(pool)))
          },
          result: () => run(pool),
        })),
        close: async () => void (await Promise.all(pools.map((pool) => pool.close()))),
      }
    },
  })

  const msm = MSM_SIZES.map((n) => {
    const inputs = once(() => ({ points: own.kernel.baseMulVar(scalars('msm/points', n)), k: scalars('msm/scalars', n) }))
    const run = ({ kernel }: KernelPool): Promise<Uint8Array> => kernel.msmVar(inputs().points, inputs().k)
    return source(`pool/msm/n=${n}`, `the sum of ${n} products`, false, inputs, run)
  })
  const dkg = GROUPS.filter(({ n }) => n >= 10).flatMap((group) => {
    const inputs = once(() => makeDkgInputs(own.kernel, group))
    const run = async (pool: KernelPool): Promise<Uint8Array> =>
      outcomeOf(own.kernel, await pooledDkg((name, args) => pool.run(name, args), inputs()))
    const what = 'all stages at one participant'
    return [
      source(`pool/dkg/${group.name}`, what, group.large, inputs, run, { series: DKG_SERIES }),
      // While one key generation is between two jobs, another has the threads.
      source(`pool/dkg-pair/${group.name}`, `${what}, two at once`, group.large, inputs, run, { series: DKG_SERIES / 2, atOnce: 2 }),
    ]
  })
  return [...msm, ...dkg]
}

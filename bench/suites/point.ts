/** Single operations on the curve, in batches of 64 where the kernel takes batches, and on scalars. */
import type { Kernel } from 'quorate/kernel'
import { byKernels, byPeers, type Context, scalars } from '../context.ts'
import { type CaseSource, type Contender, once } from '../model.ts'

const BATCH = 64
/** The baseline is some hundred times slower, and gains nothing by a batch. */
const BASELINE_BATCH = 4

export function pointSuite(context: Context): CaseSource[] {
  const { own, others, baseline } = context
  const inputs = once(() => {
    const k = scalars('point/scalars', BATCH)
    const points = own.kernel.baseMulVar(scalars('point/points', BATCH))
    const right = own.kernel.baseMulVar(scalars('point/right', BATCH))
    return { k, points, right, compressed: own.kernel.compress(points), few: k.slice(0, 32 * BASELINE_BATCH) }
  })
  type Inputs = ReturnType<typeof inputs>

  /** Ours on the whole batch; the baseline on a part of it, which `whole` completes for the comparison. */
  const ours = (run: (kernel: Kernel, inputs: Inputs, count: number) => Uint8Array): Contender[] => {
    const given = inputs()
    return [
      ...byKernels([own, ...others], BATCH, (kernel) => run(kernel, given, BATCH)),
      {
        impl: baseline.impl,
        items: BASELINE_BATCH,
        run: () => run(baseline.kernel, given, BASELINE_BATCH),
        result: () => run(baseline.kernel, given, BATCH),
      },
    ]
  }
  const take = (batch: Uint8Array, size: number, count: number): Uint8Array => (count === BATCH ? batch : batch.slice(0, size * count))

  const source = (id: string, what: string, contenders: (inputs: Inputs) => Contender[]): CaseSource => ({
    id,
    unit: 'us',
    what,
    build: () => ({ timer: 'benchmark', contenders: contenders(inputs()) }),
  })

  return [
    source('point/base-mul', 'k G, constant time, affine', ({ k }) => [
      ...ours((kernel, given, count) => kernel.baseMul(take(given.k, 32, count))),
      ...byPeers(context, 'baseMul', (operation) => operation(k)),
    ]),
    source('point/base-mul-var', 'k G, public k', ({ k }) => [
      ...ours((kernel, given, count) => kernel.baseMulVar(take(given.k, 32, count))),
      ...byPeers(context, 'baseMulVar', (operation) => operation(k)),
    ]),
    source('point/mul', 'k P, constant time', ({ points, k }) => [
      ...ours((kernel, given, count) => kernel.mul(take(given.points, 64, count), take(given.k, 32, count))),
      ...byPeers(context, 'mul', (operation) => operation(points, k)),
    ]),
    source('point/mul-var', 'k P, public k', ({ points, k }) => [
      ...ours((kernel, given, count) => kernel.mulVar(take(given.points, 64, count), take(given.k, 32, count))),
      ...byPeers(context, 'mulVar', (operation) => operation(points, k)),
    ]),
    source('point/add', 'P + Q', ({ points, right }) => [
      ...ours((kernel, given, count) => {
        const rows = new Uint8Array(2 * 64 * count)
        rows.set(take(given.points, 64, count))
        rows.set(take(given.right, 64, count), 64 * count)
        return kernel.sum(rows, count)
      }),
      ...byPeers(context, 'add', (operation) => operation(points, right)),
    ]),
    source('point/decompress', 'a compressed point', ({ compressed }) => [
      ...ours((kernel, given, count) => kernel.decompress(take(given.compressed, 33, count)).points),
      ...byPeers(context, 'decompress', (operation) => operation(compressed)),
    ]),
    source('point/check', 'a point of 64 bytes', () => ours((kernel, given, count) => kernel.checkPoints(take(given.points, 64, count)))),
    source('scalar/mul', 'a product modulo q', () =>
      ours((kernel, given, count) => kernel.scalarMul(take(given.k, 32, count), take(given.k, 32, count))),
    ),
    source('scalar/invert', 'an inverse modulo q', () => ours((kernel, given, count) => kernel.scalarInvert(take(given.k, 32, count)))),
  ]
}

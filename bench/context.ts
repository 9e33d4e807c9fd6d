/** What all suites draw on: the kernels of this run, the other implementations, and inputs that are the same in every run. */
import { createHash } from 'node:crypto'
import { type Batch, createBaselineKernel, type Kernel, loadWasmKernel } from 'quorate/kernel'
import type { Implementation } from './json.ts'
import type { Contender } from './model.ts'
import type { OperationName, Peer, PeerCeremonies, PeerOperations, Prepared } from './peers/contract.ts'

export interface NamedKernel {
  readonly impl: Implementation
  readonly kernel: Kernel
}

export interface Context {
  /** what this run is about: every ratio is to its times */
  readonly own: NamedKernel
  /** the integer kernel beside the FMA kernel, when that is what the run is about */
  readonly others: readonly NamedKernel[]
  readonly baseline: NamedKernel
  readonly peers: readonly Peer[]
}

function implOf({ info }: Kernel): Implementation {
  return info.name === 'baseline' ? 'baseline' : `quorate-${info.name}`
}

/** @throws ERR_KERNEL_UNAVAILABLE when a kernel is asked for that this machine or Node does not have */
export async function makeContext(choice: 'auto' | 'integer' | 'fma', peers: readonly Peer[]): Promise<Context> {
  const kernel = await loadWasmKernel({ kernel: choice })
  const baseline = createBaselineKernel()
  const others = kernel.info.name === 'fma' ? [await loadWasmKernel({ kernel: 'integer' })] : []
  const named = (one: Kernel): NamedKernel => ({ impl: implOf(one), kernel: one })
  return { own: named(kernel), others: others.map(named), baseline: named(baseline), peers }
}

/** Deterministic, below the group order and without a leading zero byte that would make them short. Public test inputs, no secrets. */
export function scalars(label: string, count: number): Batch {
  const out = new Uint8Array(32 * count)
  for (let i = 0; i < count; i++) {
    out.set(createHash('sha256').update(`quorate bench/${label}/${i}`).digest(), 32 * i)
    out[32 * i] = ((out[32 * i] ?? 0) & 0x7f) | 0x40
  }
  return out
}

export function bytes(label: string, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(`quorate bench/${label}`).digest())
}

/** Our kernels as contenders: the run's own first. `run` returns what is compared. */
export function byKernels(kernels: readonly NamedKernel[], items: number, run: (kernel: Kernel) => Uint8Array): Contender[] {
  return kernels.map(({ impl, kernel }) => ({ impl, items, run: () => run(kernel), result: () => run(kernel) }))
}

/** The other implementations that offer the operation. */
export function byPeers<N extends OperationName>(
  { peers }: Context,
  name: N,
  prepare: (operation: PeerOperations[N]) => Prepared,
  only: readonly Implementation[] | null = null,
): Contender[] {
  return peers.flatMap(({ impl, operations }) => {
    const operation = operations[name]
    return operation === undefined || (only !== null && !only.includes(impl)) ? [] : [{ impl, ...prepare(operation) }]
  })
}

/** The other implementations that have ceremonies. */
export function byCeremonies({ peers }: Context, prepare: (ceremonies: PeerCeremonies) => Prepared): Contender[] {
  return peers.flatMap(({ impl, ceremonies }) => (ceremonies === undefined ? [] : [{ impl, ...prepare(ceremonies) }]))
}

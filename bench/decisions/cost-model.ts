/**
 * Calibrates src/pool/cost.ts and the estimates of the jobs: what each piece of work takes on this thread's kernel against what the pool expects, what a
 * round trip to a thread costs, and how much longer work takes in two pieces, one after the other, than whole (what cutting costs).
 *
 * The least time of some rounds is taken: other load only adds to it. Expected and measured may differ by a factor of two; the last column marks more.
 *
 * Node 20.20, integer kernel, a machine busy with other work: a round trip takes 40 us with nothing to do, 13 us of it submitting. Two halves of a sum of
 * 128 products, one after the other, take 1.76 times as long as the whole, of 256 products 1.19 times; batches of multiples 0.99 to 1.04 times.
 *
 * Run: node dist/bench/decisions/cost-model.js
 */
import { createHash } from 'node:crypto'
import { loadWasmKernel } from 'quorate/kernel'
import { estimateMicros } from '../../src/pool/cost.ts'
import { Executor } from '../../src/pool/executor.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { copyPlain } from '../../src/pool/plain.ts'
import { splitWork } from '../../src/pool/split.ts'
import type { SingleWork } from '../../src/pool/work.ts'
import { dkgWork, signingWork } from './cost-model-jobs.ts'

type Sample = Exclude<SingleWork, { type: 'ping' }>

const ROUNDS = 9
const kernel = await loadWasmKernel()
const executor = new Executor(() => kernel)

/** Deterministic, below the group order: the first byte is zero. */
function scalars(label: string, count: number): Uint8Array {
  const out = new Uint8Array(32 * count)
  for (let i = 0; i < count; i++) {
    out.set(createHash('sha256').update(`quorate cost/${label}/${i}`).digest(), 32 * i)
    out[32 * i] = 0
  }
  return out
}

/** Copies are made outside the time: the executor wipes what it is given. */
function micros(work: Sample): number {
  const { outcome } = executor.execute(copied(work))
  if (!outcome.ok) throw new Error(`${work.name}: ${outcome.message}`)
  let least = Number.POSITIVE_INFINITY
  const calls = Math.max(1, Math.min(50, Math.round(2_000 / estimateMicros(work, 'integer'))))
  for (let round = 0; round < ROUNDS; round++) {
    const copies = Array.from({ length: calls }, () => copied(work))
    const start = performance.now()
    for (const copy of copies) executor.execute(copy)
    least = Math.min(least, ((performance.now() - start) * 1e3) / calls)
  }
  return least
}

function copied(work: Sample): SingleWork {
  return { ...work, args: copyPlain<unknown>(work.args, []) } as SingleWork
}

const k = scalars('k', 8_192)
const points = kernel.baseMulVar(scalars('points', 8_192))
const P = (n: number): Uint8Array => points.slice(0, 64 * n)
const S = (n: number): Uint8Array => k.slice(0, 32 * n)
const to = (n: number, step = 1): number[] => Array.from({ length: n }, (_, i) => 1 + i * step)
const signatureShares = (n: number): object => ({ shares: S(n), noncePoints: P(n), verifyingShares: P(n), multipliers: S(n) })

function operation(name: Extract<Sample, { type: 'operation' }>['name'], ...args: unknown[]): Sample {
  return { type: 'operation', name, args }
}

const samples: readonly (readonly [string, Sample])[] = [
  ...[1, 64, 1_024].map((n) => [`baseMul ${n}`, operation('baseMul', S(n))] as const),
  ...[1, 64].map((n) => [`baseMulVar ${n}`, operation('baseMulVar', S(n))] as const),
  ...[1, 64].map((n) => [`mul ${n}`, operation('mul', P(n), S(n))] as const),
  ...[1, 64].map((n) => [`mulVar ${n}`, operation('mulVar', P(n), S(n))] as const),
  ...[2, 32, 128, 256, 1_024, 8_192].map((n) => [`msmVar ${n}`, operation('msmVar', P(n), S(n))] as const),
  ...[64, 6_400].map((n) => [`sum ${n}`, operation('sum', P(n), 64)] as const),
  ['evaluateInExponent 67 at 1..100', operation('evaluateInExponent', P(67), 67, to(100))],
  ['evaluateInExponent 100 at 1..150', operation('evaluateInExponent', P(100), 100, to(150))],
  ['evaluateInExponent 67 at 30 apart', operation('evaluateInExponent', P(67), 67, to(30, 7))],
  ['evaluateInExponent 60 x 100 at 150', operation('evaluateInExponent', P(6_000), 100, [150])],
  ['verifyShares 60 x 100, none right', operation('verifyShares', P(6_000), 100, 150, S(60))],
  ['evaluatePolynomial 67 at 100', operation('evaluatePolynomial', S(67), to(100))],
  ...[7, 67, 500].map((n) => [`lagrange ${n}`, operation('lagrange', to(n))] as const),
  ['verifySignatureShares 67, none right', operation('verifySignatureShares', signatureShares(67))],
  ['checkPoints 1000', operation('checkPoints', P(1_000))],
  ['compress 1000', operation('compress', P(1_000))],
  ['decompress 1000', operation('decompress', kernel.compress(P(1_000)))],
  ['scalarAdd 1000', operation('scalarAdd', S(1_000), S(1_000))],
  ['scalarMul 1000', operation('scalarMul', S(1_000), S(1_000))],
  ['scalarInvert 1000', operation('scalarInvert', S(1_000))],
  ...[7, 67].flatMap((t) => dkgWork(kernel, t === 7 ? 10 : 100, t)),
  ...[7, 67].flatMap((signers) => signingWork(kernel, signers, 1)),
  ...signingWork(kernel, 7, 20),
]

console.table(
  Object.fromEntries(
    samples.map(([name, work]) => {
      const [measured, expected] = [micros(work), estimateMicros(work, 'integer')]
      const factor = expected / measured
      return [
        name,
        {
          measured: measured.toFixed(1),
          expected: expected.toFixed(1),
          factor: factor.toFixed(2),
          off: factor > 2 || factor < 0.5 ? '*' : '',
        },
      ]
    }),
  ),
)

console.table(
  Object.fromEntries(
    samples.flatMap(([name, work]) => {
      const split = splitWork(work, 2, kernel.info.name)
      if (split === null || estimateMicros(work, 'integer') < 300) return []
      const whole = micros(work)
      const pieces = split.pieces.map(micros)
      const longest = Math.max(...pieces)
      const total = pieces.reduce((sum, each) => sum + each, 0)
      return [
        [
          name,
          {
            whole: whole.toFixed(0),
            'all pieces / whole': (total / whole).toFixed(2),
            'whole / longest piece': (whole / longest).toFixed(2),
          },
        ],
      ]
    }),
  ),
)

const pool = await KernelPool.create({ workers: 1, inlineBelowMicros: 0 })
let trip = Number.POSITIVE_INFINITY
let here = Number.POSITIVE_INFINITY
for (let round = 0; round < 500; round++) {
  const start = performance.now()
  const running = pool.kernel.scalarAdd(S(1), S(1))
  const submitted = performance.now()
  await running
  here = Math.min(here, submitted - start)
  trip = Math.min(trip, performance.now() - start)
}
await pool.close()
console.log(`round trip to a thread with nothing to do: ${(trip * 1e3).toFixed(0)} us, of which submitting ${(here * 1e3).toFixed(0)} us`)

/**
 * Decided from how many items on a batch is worth its fixed cost: k G by shared inversions (COMB_BATCH_FROM in assembly/multiply/comb-batch.ts), and
 * signatures and signature shares by weighted sums (SUM_SIGNATURES_FROM, SUM_SHARES_FROM in src/kernel/wasm/signatures.ts; BUCKETS_FROM and the
 * credit of the search in assembly/operations/equations.ts).
 *
 * Node 20.20, integer kernel, microseconds of processor time an item, the other core busy (an idle machine takes two thirds of it). "One by one"
 * is calls too small for a sum or a group:
 *
 *   k G, secret k                 1: 20.6   4: 16.4   8: 13.5   16: 11.8   64: 11.1   1024: 10.7
 *   bip340, one key               4: 46.5   8: 23.5   64: 15.7                                      one by one 53
 *   bip340, as many keys          4: 54.5   8: 44.8   16: 41.4   64: 32.3   256: 26.9   1024: 23.0   one by one 62
 *   67 shares, cheaters           none 24.8   one 38.0   two 45.2   all 58.3                        one by one 47
 *   67 shares at 10 positions     one cheater 15.4   three 50.2   all 50.2                          one by one 46
 *
 * Run: node dist/bench/decisions/batches.js
 */
import { createHash } from 'node:crypto'
import { type Kernel, loadWasmKernel } from 'quorate/kernel'

const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const ROUNDS = 11
const SLICE_MICROS = 8_000
const SIGNERS = 67
/** below SUM_SHARES_FROM */
const SINGLE_SHARES = 31
/** below SUM_SIGNATURES_FROM */
const SINGLE_SIGNATURES = 3

const kernel: Kernel = await loadWasmKernel()

/** Deterministic, below the group order: the first byte is zero. Test inputs, no secrets. */
function scalars(label: string, count: number): Uint8Array {
  const out = new Uint8Array(32 * count)
  for (let i = 0; i < count; i++) {
    out.set(createHash('sha256').update(`batches/${label}/${i}`).digest(), 32 * i)
    out[32 * i] = 0
  }
  return out
}

const number = (batch: Uint8Array, i: number) => BigInt(`0x${Buffer.from(batch.subarray(32 * i, 32 * i + 32)).toString('hex')}`)
const encode = (n: bigint) => Buffer.from((((n % Q) + Q) % Q).toString(16).padStart(64, '0'), 'hex')

/** Median processor time an item in microseconds: waiting for a busy core does not count. */
function measure(items: number, run: () => unknown): string {
  const micros = (calls: number): number => {
    const start = process.cpuUsage()
    for (let i = 0; i < calls; i++) run()
    return process.cpuUsage(start).user / calls
  }
  const calls = Math.max(2, Math.ceil(SLICE_MICROS / Math.max(1, micros(3))))
  const times = Array.from({ length: ROUNDS }, () => micros(calls) / items).sort((a, b) => a - b)
  return (times[ROUNDS >> 1] ?? Number.NaN).toFixed(1)
}

function* parts(n: number, size: number): Generator<readonly [number, number]> {
  for (let from = 0; from < n; from += size) yield [from, Math.min(n, from + size)]
}

interface Signatures {
  readonly publicKeys: Uint8Array
  readonly challenges: Uint8Array
  readonly signatures: Uint8Array
}

function bip340(n: number, keyCount: number): Signatures {
  const [secrets, nonces, challenges] = [scalars('keys', keyCount), scalars('nonces', n), scalars('challenges', n)]
  const [keys, noncePoints] = [kernel.compress(kernel.baseMul(secrets)), kernel.compress(kernel.baseMul(nonces))]
  const [publicKeys, signatures] = [new Uint8Array(33 * n), new Uint8Array(64 * n)]
  for (let i = 0; i < n; i++) {
    const turn = i % keyCount
    const secret = keys[33 * turn] === 3 ? -number(secrets, turn) : number(secrets, turn)
    const nonce = noncePoints[33 * i] === 3 ? -number(nonces, i) : number(nonces, i)
    publicKeys.set(keys.subarray(33 * turn, 33 * turn + 33), 33 * i)
    signatures.set(noncePoints.subarray(33 * i + 1, 33 * i + 33), 64 * i)
    signatures.set(encode(nonce + number(challenges, i) * secret), 64 * i + 32)
  }
  return { publicKeys, challenges, signatures }
}

function verify({ publicKeys, challenges, signatures }: Signatures, from: number, to: number): Uint8Array {
  return kernel.verifySignatures({
    suite: 'bip340',
    publicKeys: publicKeys.subarray(33 * from, 33 * to),
    challenges: challenges.subarray(32 * from, 32 * to),
    signatures: signatures.subarray(64 * from, 64 * to),
  })
}

type Shares = Parameters<Kernel['verifySignatureShares']>[0]

/** Signer by signer, each with its share at every position; the first `cheaters` of a row spread over all cheat at every one. */
function sharesOf(positions: number, cheaters: number): Shares {
  const n = SIGNERS * positions
  const [secrets, nonces, multipliers] = [scalars('shares', SIGNERS), scalars('nonces', n), scalars('multipliers', n)]
  const repeated = new Uint8Array(32 * n)
  const shares = new Uint8Array(32 * n)
  const cheating = new Set(Array.from({ length: cheaters }, (_, i) => Math.floor(((i + 0.3) * SIGNERS) / cheaters)))
  for (let i = 0; i < n; i++) {
    const signer = Math.floor(i / positions)
    repeated.set(secrets.subarray(32 * signer, 32 * signer + 32), 32 * i)
    shares.set(encode(number(nonces, i) + number(multipliers, i) * number(secrets, signer) + (cheating.has(signer) ? 1n : 0n)), 32 * i)
  }
  return { shares, noncePoints: kernel.baseMul(nonces), verifyingShares: kernel.baseMul(repeated), multipliers }
}

function judge({ shares, noncePoints, verifyingShares, multipliers }: Shares, from: number, to: number): Uint8Array {
  return kernel.verifySignatureShares({
    shares: shares.subarray(32 * from, 32 * to),
    noncePoints: noncePoints.subarray(64 * from, 64 * to),
    verifyingShares: verifyingShares.subarray(64 * from, 64 * to),
    multipliers: multipliers.subarray(32 * from, 32 * to),
  })
}

const rows: Record<string, Record<string, string>> = {}
for (const n of [1, 3, 4, 8, 16, 64, 256, 1_024]) {
  const batch = scalars('base', n)
  rows[`k G, ${n}`] = { batch: measure(n, () => kernel.baseMul(batch)) }
}
for (const [n, keyCount] of [
  [4, 1],
  [4, 4],
  [8, 1],
  [8, 8],
  [16, 16],
  [64, 1],
  [64, 64],
  [256, 256],
  [1_024, 1_024],
] as const) {
  const made = bip340(n, keyCount)
  if (verify(made, 0, n).includes(0)) throw new Error('a true signature is refused')
  rows[`bip340, ${n} under ${keyCount}`] = {
    batch: measure(n, () => verify(made, 0, n)),
    'one by one': measure(n, () => {
      for (const [from, to] of parts(n, SINGLE_SIGNATURES)) verify(made, from, to)
    }),
  }
}
for (const [positions, cheaters] of [
  [1, 0],
  [1, 1],
  [1, 2],
  [1, SIGNERS],
  [4, 1],
  [10, 1],
  [10, 3],
  [10, SIGNERS],
] as const) {
  const made = sharesOf(positions, cheaters)
  const n = SIGNERS * positions
  if (judge(made, 0, n).filter((bit) => bit === 0).length !== cheaters * positions) throw new Error('not the cheaters')
  rows[`${SIGNERS} shares x ${positions}, ${cheaters} cheat`] = {
    batch: measure(n, () => judge(made, 0, n)),
    'one by one': measure(n, () => {
      for (const [from, to] of parts(n, SINGLE_SHARES)) judge(made, from, to)
    }),
  }
}
console.table(rows)

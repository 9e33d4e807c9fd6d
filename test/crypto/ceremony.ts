/** Distributed key generation by hand, one job after the other, with a place to tamper between them. */
import type { Dealing, JobResult, ReceivedShares } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { sumCommitments } from '../../src/crypto/polynomial.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import { sharedPointsOf } from '../../src/crypto/share-encryption.ts'
import { createBaselineKernel, type Kernel, type Suite } from '../../src/kernel/index.ts'
import { loadWasmKernel } from '../../src/kernel/wasm/index.ts'
import { type RandomSource, seededRandom } from '../helpers/random.ts'

export interface Shape {
  readonly n: number
  readonly t: number
  readonly positions: number
}

export interface Party {
  readonly index: number
  readonly coefficients: Uint8Array
  readonly proofNonces: Uint8Array
  readonly encryptionSecret: Uint8Array
  readonly dealing: Dealing
}

/** With the faults of all dealers where there are bad shares. */
export type Opened =
  | Exclude<JobResult<'openShares'>, { status: 'bad-shares' }>
  | { readonly status: 'bad-shares'; readonly faults: Uint8Array }
export type Shared = Extract<Opened, { status: 'shared' }>

/** One for the file: its table takes a while to make. */
export const baseline: Kernel = createBaselineKernel()
/** For `describe.each`: everything above the kernel must hold on each back end. */
export const kernels: readonly (readonly [string, Kernel])[] = [
  ['baseline', baseline],
  ['WebAssembly', await loadWasmKernel()],
]

export function sidOf(seed: string): Uint8Array {
  return seededRandom(`sid ${seed}`)(32)
}

/** A party with drawn secrets, or with given coefficients. */
export function makeParty(
  kernel: Kernel,
  sid: Uint8Array,
  index: number,
  { t, positions }: Shape,
  random: RandomSource,
  coefficients = randomScalars(random, positions * t),
): Party {
  const proofNonces = randomScalars(random, positions)
  const encryptionSecret = randomScalars(random, 1)
  const args = { sid, index, positions, minSigners: t, coefficients, proofNonces, encryptionSecret }
  return { index, coefficients, proofNonces, encryptionSecret, dealing: runJob(kernel, { name: 'dealCommitments', args }) }
}

export function makeParties(kernel: Kernel, sid: Uint8Array, shape: Shape, random: RandomSource): Party[] {
  return Array.from({ length: shape.n }, (_, i) => makeParty(kernel, sid, i + 1, shape, random))
}

export function checkDealings(
  kernel: Kernel,
  sid: Uint8Array,
  { t, positions }: Shape,
  dealings: readonly Dealing[],
  ownCommitments: Uint8Array | null,
): JobResult<'checkDealings'> {
  const weightSeed = seededRandom('weights')(32)
  const args = { sid, positions, minSigners: t, dealings, weightSeed, ownCommitments }
  return runJob(kernel, { name: 'checkDealings', args })
}

export function faultsOf(kernel: Kernel, sid: Uint8Array, shape: Shape, dealings: readonly Dealing[]): number[] {
  return [...checkDealings(kernel, sid, shape, dealings, null).faults]
}

/** What each dealer sends: `ciphertexts.get(from)?.get(to)`, and its own values. */
export interface Dealt {
  readonly own: Map<number, Uint8Array>
  readonly ciphertexts: Map<number, Map<number, Uint8Array>>
}

export function dealAll(kernel: Kernel, sid: Uint8Array, { t, positions }: Shape, parties: readonly Party[]): Dealt {
  const dealt: Dealt = { own: new Map(), ciphertexts: new Map() }
  for (const party of parties) {
    const others = parties.filter((other) => other !== party)
    const { ciphertexts, ownShares } = runJob(kernel, {
      name: 'dealShares',
      args: {
        sid,
        index: party.index,
        positions,
        minSigners: t,
        coefficients: party.coefficients,
        encryptionSecret: party.encryptionSecret,
        encryptionKey: party.dealing.encryptionKey,
        recipients: others.map(({ index, dealing }) => ({ index, encryptionKey: dealing.encryptionKey })),
        verify: null,
      },
    })
    dealt.own.set(party.index, ownShares)
    dealt.ciphertexts.set(party.index, new Map(others.map(({ index }, i) => [index, present(ciphertexts[i])])))
  }
  return dealt
}

/** The Diffie-Hellman points of one party with the others, in their order. */
export function sharedPointsWith(kernel: Kernel, self: Party, others: readonly Party[]): Uint8Array {
  const peers = others.map(({ index, dealing }) => ({ index, encryptionKey: dealing.encryptionKey }))
  return sharedPointsOf(kernel, self.encryptionSecret, peers)
}

/** What `others` sent to one party, and what opens it. */
export function receivedAt(
  kernel: Kernel,
  sid: Uint8Array,
  positions: number,
  self: Party,
  others: readonly Party[],
  dealt: Dealt,
): ReceivedShares {
  return {
    sid,
    index: self.index,
    positions,
    sharedPoints: sharedPointsWith(kernel, self, others),
    encryptionKey: self.dealing.encryptionKey,
    dealers: others.map(({ index, dealing: { encryptionKey } }) => ({
      index,
      encryptionKey,
      ciphertext: present(dealt.ciphertexts.get(index)?.get(self.index)),
    })),
  }
}

/** Opens the shares of one party, and names the bad ones if there are any. */
export function openAt(
  kernel: Kernel,
  sid: Uint8Array,
  { t, positions, n }: Shape,
  parties: readonly Party[],
  dealt: Dealt,
  index: number,
  normaliseFor: Suite | null = null,
  verifyingIndices: readonly number[] = Array.from({ length: n }, (_, i) => i + 1),
  sums = sumCommitments(
    kernel,
    parties.map(({ dealing }) => dealing.commitments),
  ),
  verifyingShares: Uint8Array | null = null,
): Opened {
  const self = present(parties.find((party) => party.index === index))
  const others = parties.filter((party) => party !== self)
  const received = receivedAt(kernel, sid, positions, self, others, dealt)
  const ownShares = present(dealt.own.get(index))
  const opened = runJob(kernel, {
    name: 'openShares',
    args: { ...received, minSigners: t, ownShares, sumCommitments: sums, verifyingIndices, verifyingShares, normaliseFor },
  })
  if (opened.status !== 'bad-shares') return opened
  const commitments = others.map(({ dealing }) => dealing.commitments)
  return { ...opened, ...runJob(kernel, { name: 'findBadDealers', args: { ...received, minSigners: t, commitments } }) }
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('test: a value is missing')
  return value
}

export function shared(result: Opened): Shared {
  if (result.status !== 'shared') throw new Error(`test: the ceremony ended as ${result.status}`)
  return result
}

export function scalar(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn)
  return out
}

export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice()
  const at = bit >> 3
  out[at] = (out[at] ?? 0) ^ (1 << (bit & 7))
  return out
}

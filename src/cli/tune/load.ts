/** Real signing ceremonies of a cluster in this process, as many at a time as are wanted, for as long as is wanted. */
import { createHash } from 'node:crypto'
import { copyBytes } from '../../bytes.ts'
import type { KeyInfo, ValidatorId } from '../../index.ts'
import type { Cluster } from '../demo/cluster.ts'
import { CeremonyFailed } from '../demo/failures.ts'

export interface Load {
  readonly cluster: Cluster
  readonly key: KeyInfo
  readonly signers: readonly ValidatorId[]
  /** messages a ceremony */
  readonly batch: number
  /** ceremonies open at a time */
  readonly inFlight: number
  /** no ceremony starts after it; those that are open run to their end and count */
  readonly seconds: number
  readonly signal: AbortSignal
}

export interface LoadResult {
  readonly signatures: number
  readonly seconds: number
  /** of each ceremony, from the instruction to the last signer's outcome */
  readonly ceremonyMs: readonly number[]
}

/** @throws CeremonyFailed; QuorateError for a refused request, ERR_ABORTED after the signal */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { batch, inFlight, seconds } = load
  const ceremonyMs: number[] = []
  const started = performance.now()
  const lane = async (): Promise<void> => {
    do {
      const begun = performance.now()
      await signBatch(load)
      ceremonyMs.push(performance.now() - begun)
    } while (performance.now() - started < 1e3 * seconds)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return { signatures: batch * ceremonyMs.length, seconds: (performance.now() - started) / 1e3, ceremonyMs }
}

export interface SignedBatch {
  readonly messages: readonly Uint8Array[]
  /** as the first signer reports them */
  readonly signatures: readonly Uint8Array[]
}

/** One ceremony. */
export async function signBatch(load: Pick<Load, 'cluster' | 'key' | 'signers' | 'batch' | 'signal'>): Promise<SignedBatch> {
  const { cluster, key, signers, batch, signal } = load
  const ceremonyId = cluster.nextCeremonyId()
  const messages = Array.from({ length: batch }, (_, i) => messageOf(ceremonyId, i))
  const request = { ceremonyId, keyId: key.keyId, signers, messages, signal }
  const outcomes = await Promise.all(signers.map((id) => cluster.node(id).client.sign(request)))
  const signatures = outcomes.map((outcome) => {
    if (outcome.status === 'failure') throw new CeremonyFailed(`signing (${key.suite})`, outcome)
    return outcome.signatures
  })
  return { messages, signatures: signatures[0] ?? [] }
}

/** 32 bytes: what every suite can sign. No message is signed twice. */
function messageOf(ceremonyId: bigint, index: number): Uint8Array {
  return copyBytes(createHash('sha256').update(`quorate load/${ceremonyId}/${index}`).digest())
}

/** @throws CeremonyFailed */
export async function makeKey(cluster: Cluster, minSigners: number, suite: KeyInfo['suite'], signal: AbortSignal): Promise<KeyInfo> {
  const request = { ceremonyId: cluster.nextCeremonyId(), participants: cluster.ids, minSigners, suite, signal }
  const outcomes = await Promise.all(cluster.nodes.map(({ client }) => client.keygen(request)))
  const keys = outcomes.map((outcome) => {
    if (outcome.status === 'failure') throw new CeremonyFailed(`key generation (${suite})`, outcome)
    return outcome.key
  })
  const [key] = keys
  if (key === undefined) throw new Error('a cluster has at least one node')
  return key
}

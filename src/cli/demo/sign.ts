/** Many signings at once with one key. */
import { equalBytes } from '../../bytes.ts'
import type { KeyInfo } from '../../index.ts'
import type { Cluster } from './cluster.ts'
import { CeremonyFailed } from './failures.ts'
import type { Schedule, Signing } from './schedule.ts'

/** Ceremonies open at a time: well above what it takes to keep the workers busy, and below what makes a big cluster's memory grow. */
export const IN_FLIGHT = 48

export interface SigningRun {
  /** signatures[i] is of schedule.signings[i] */
  readonly signatures: readonly Uint8Array[]
  /** all signers of each ceremony reported the same bytes */
  readonly agreed: boolean
  /** the most ceremonies that were open together */
  readonly mostInFlight: number
  readonly totalMs: number
  /** sent, on average */
  readonly bytesPerNode: number
}

export async function runSignings(a: {
  cluster: Cluster
  key: KeyInfo
  schedule: Schedule
  signal: AbortSignal
  onSigned: () => void
}): Promise<SigningRun> {
  const { cluster, key, schedule, signal } = a
  const signatures: Uint8Array[] = []
  let agreed = true
  let next = 0
  let open = 0
  let mostInFlight = 0
  const bytesBefore = cluster.bytesOut
  const started = performance.now()

  const lane = async (): Promise<void> => {
    for (let i = next++; i < schedule.signings.length; i = next++) {
      const signing = schedule.signings[i]
      if (signing === undefined) return
      mostInFlight = Math.max(mostInFlight, ++open)
      const reported = await signOne(cluster, key, signing, signal)
      open--
      const [first] = reported
      if (first === undefined) throw new Error('a signing has at least one signer')
      signatures[i] = first
      agreed &&= reported.every((signature) => equalBytes(signature, first))
      a.onSigned()
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))

  return {
    signatures,
    agreed,
    mostInFlight,
    totalMs: performance.now() - started,
    bytesPerNode: Math.round((cluster.bytesOut - bytesBefore) / cluster.nodes.length),
  }
}

/** Every signer is instructed by its own application; here that is us. Returns what each reported. */
async function signOne(cluster: Cluster, key: KeyInfo, { signers, message }: Signing, signal: AbortSignal): Promise<Uint8Array[]> {
  const ceremonyId = cluster.nextCeremonyId()
  const request = { ceremonyId, keyId: key.keyId, signers, messages: [message], signal }
  const outcomes = await Promise.all(signers.map((id) => cluster.node(id).client.sign(request)))
  return outcomes.map((outcome) => {
    if (outcome.status === 'failure') throw new CeremonyFailed(`signing (${key.suite})`, outcome)
    const [signature] = outcome.signatures
    if (signature === undefined) throw new Error('a success without a signature')
    return signature
  })
}

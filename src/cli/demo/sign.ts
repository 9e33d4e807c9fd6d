/** Many signings at once with one key. */
import { equalBytes } from '../../bytes.ts'
import type { KeyInfo, ValidatorId } from '../../index.ts'
import type { Cluster } from './cluster.ts'
import { CeremonyFailed } from './failures.ts'
import type { Schedule } from './schedule.ts'

/** Ceremonies open at a time: well above what it takes to keep the workers busy, and below what makes a big cluster's memory grow. */
export const IN_FLIGHT = 48

export interface SigningRun {
  /** signatures[i] is of schedule.signings[i] */
  readonly signatures: readonly Uint8Array[]
  /** all signers of each ceremony reported the same bytes */
  readonly agreed: boolean
  readonly ceremonies: number
  /** the most ceremonies that were open together */
  readonly mostInFlight: number
  readonly totalMs: number
  /** sent, on average */
  readonly bytesPerNode: number
}

interface Batch {
  readonly signers: readonly ValidatorId[]
  /** places in the schedule */
  readonly places: readonly number[]
}

/** What the same signers sign goes into one ceremony, as far as a batch may grow; in the order of the first message of each. */
export function batchesOf({ signings }: Schedule, size: number): Batch[] {
  const growing = new Map<string, { signers: readonly ValidatorId[]; places: number[] }>()
  const batches: Batch[] = []
  signings.forEach(({ signers }, place) => {
    const set = [...signers].sort().join(' ')
    const batch = growing.get(set)
    if (batch !== undefined && batch.places.length < size) batch.places.push(place)
    else {
      const next = { signers, places: [place] }
      growing.set(set, next)
      batches.push(next)
    }
  })
  return batches
}

export async function runSignings(a: {
  cluster: Cluster
  key: KeyInfo
  schedule: Schedule
  /** messages a ceremony, at most */
  batch: number
  signal: AbortSignal
  onSigned: () => void
}): Promise<SigningRun> {
  const { cluster, key, schedule, signal } = a
  const batches = batchesOf(schedule, a.batch)
  const signatures: Uint8Array[] = []
  let agreed = true
  let next = 0
  let open = 0
  let mostInFlight = 0
  const bytesBefore = cluster.bytesOut
  const started = performance.now()

  const lane = async (): Promise<void> => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      mostInFlight = Math.max(mostInFlight, ++open)
      const reported = await signBatch(cluster, key, schedule, batch, signal)
      open--
      batch.places.forEach((place, i) => {
        const [first, ...others] = reported.map((list) => list[i])
        if (first === undefined) throw new Error('a success without a signature')
        signatures[place] = first
        agreed &&= others.every((other) => other !== undefined && equalBytes(other, first))
        a.onSigned()
      })
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))

  return {
    signatures,
    agreed,
    ceremonies: batches.length,
    mostInFlight,
    totalMs: performance.now() - started,
    bytesPerNode: Math.round((cluster.bytesOut - bytesBefore) / cluster.nodes.length),
  }
}

/** Every signer is instructed by its own application; here that is us. Returns what each reported. */
async function signBatch(
  cluster: Cluster,
  key: KeyInfo,
  { signings }: Schedule,
  { signers, places }: Batch,
  signal: AbortSignal,
): Promise<(readonly Uint8Array[])[]> {
  const ceremonyId = cluster.nextCeremonyId()
  const messages = places.map((place) => signings[place]?.message ?? new Uint8Array())
  const request = { ceremonyId, keyId: key.keyId, signers, messages, signal }
  const outcomes = await Promise.all(signers.map((id) => cluster.node(id).client.sign(request)))
  return outcomes.map((outcome) => {
    if (outcome.status === 'failure') throw new CeremonyFailed(`signing (${key.suite})`, outcome)
    return outcome.signatures
  })
}

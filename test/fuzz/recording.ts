/** Honest ceremonies of three nodes, recorded: what one of them was sent and in which order, and what its jobs gave. */
import { isDeepStrictEqual } from 'node:util'
import { copyBytes } from '../../src/bytes.ts'
import { KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { KeygenOutcome, SignOutcome } from '../../src/ceremony/outcome.ts'
import type { KeygenInstruction, SignInstruction } from '../../src/client/requests.ts'
import type { Job } from '../../src/crypto/jobs/contract.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope, ValidatorId } from '../../src/wire/message.ts'
import { type Compute, computeNow, IDS, LockstepNode, NETWORK } from './lockstep.ts'

/** The node that is fuzzed. */
export const SUBJECT: ValidatorId = 'a'

export interface Recording {
  readonly name: string
  readonly participants: readonly ValidatorId[]
  /** every message of the ceremony, also those between the others */
  readonly messages: readonly Envelope[]
  /** those that the subject was sent, in that order */
  readonly inputs: readonly Envelope[]
  /** the subject's, in their order; some of it is secret */
  readonly jobs: readonly Done[]
  readonly outcome: KeygenOutcome | SignOutcome
  /** keygen: as each node stored it */
  readonly keys: ReadonlyMap<ValidatorId, Uint8Array>
  /** as the subject would hand it over */
  readonly transcript: Uint8Array
  /** signs, or makes the key, on a node that has done nothing else */
  start(node: LockstepNode, id: ValidatorId): void
}

interface Done {
  readonly job: Job
  readonly result: unknown
}

const CEREMONY = 7n

export function recordKeygen(suite: Suite, minSigners: number): Recording {
  const instruction: KeygenInstruction = { ceremonyId: CEREMONY, participants: IDS, minSigners, suite, protocol: 'frost' }
  return record(`keygen ${suite}, t = ${minSigners}`, IDS, (node) => node.perform(node.inner.keygen(instruction, 0).effects))
}

export function recordSigning(keygen: Recording, signers: readonly ValidatorId[], messages: readonly Uint8Array[]): Recording {
  const keyOf = (id: ValidatorId): KeyMaterial => KeyMaterial.decode(keygen.keys.get(id) ?? new Uint8Array())
  const instruction: SignInstruction = { ceremonyId: CEREMONY + 1n, keyId: keyOf(SUBJECT).keyId, signers, messages }
  return record(`signing of ${messages.length} by ${signers.length}, after ${keygen.name}`, signers, (node, id) =>
    node.perform(node.inner.sign(instruction, keyOf(id), 0)),
  )
}

function record(name: string, participants: readonly ValidatorId[], start: Recording['start']): Recording {
  const jobs: Done[] = []
  const messages: Envelope[] = []
  const inputs: Envelope[] = []
  // Copies: a ceremony wipes what it gives and what it was given.
  const remember: Compute = (job) => {
    const given = structuredClone(job)
    const result = computeNow(job)
    jobs.push({ job: given, result: structuredClone(result) })
    return result
  }
  const nodes = new Map(participants.map((id) => [id, new LockstepNode(id, id === SUBJECT ? remember : computeNow, id === SUBJECT)]))
  for (const [id, node] of nodes) start(node, id)
  for (let moved = true; moved; ) {
    moved = false
    for (const [from, node] of nodes) {
      const sent = node.sent
      node.sent = []
      for (const { to, bytes } of sent) {
        moved = true
        const envelope = decodeEnvelope(copyBytes(bytes), NETWORK)
        messages.push(envelope)
        for (const [id, receiver] of nodes) {
          if (id === from || (to !== null && to !== id)) continue
          if (id === SUBJECT) inputs.push(envelope)
          receiver.message(envelope)
        }
      }
    }
  }
  const { outcomes, transcript } = nodes.get(SUBJECT) ?? { outcomes: [], transcript: null }
  const [outcome] = outcomes
  if (outcome?.status !== 'success' || transcript === null) throw new Error(`${name} failed`)
  const keys = new Map([...nodes].flatMap(([id, { store }]) => [...store.values()].map(({ record }) => [id, record] as const)))
  return { name, participants, messages, inputs, jobs, outcome, keys, transcript, start }
}

/** For one node that goes the same way: its jobs need computing only where they differ from the recorded ones. */
export function computeFrom({ jobs }: Recording): Compute {
  let next = 0
  return (job) => {
    const known = jobs[next++]
    return known !== undefined && isDeepStrictEqual(known.job, job) ? structuredClone(known.result) : computeNow(job)
  }
}

/**
 * Changed messages under valid signatures, through the inbox into a running ceremony, at every point of it: the node reports one end, blames
 * nobody but their author, and what it blames can be shown to anybody.
 */
import { equalBytes, toHex } from '../../src/bytes.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { decodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { KeygenOutcome, SignOutcome } from '../../src/ceremony/outcome.ts'
import { QuorateError } from '../../src/errors.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import type { Envelope, EnvelopeHeader, ValidatorId } from '../../src/wire/message.ts'
import { envelopeOf } from './layouts.ts'
import { IDS, LockstepNode, ROSTER } from './lockstep.ts'
import { mutate, type Specimen, specimen } from './mutate.ts'
import type { Prng } from './prng.ts'
import { computeFrom, type Recording, SUBJECT } from './recording.ts'
import { SignedFrames } from './signed-frames.ts'
import { layoutOf, seal, templatesOf } from './templates.ts'

/** Longer than any message may take; what takes longer is tried again before it counts. */
export const MAX_MILLISECONDS = 50
export const RETRIES = 10

/** Changed messages in one ceremony: most have no effect, and the node goes on. */
const MESSAGES = 3

export interface ProtocolCase {
  /** how the ceremony ended: a fault, a reason, or success */
  readonly end: string
  readonly evidence: readonly Uint8Array[]
  /** as the node recorded it; null where it did not */
  readonly transcript: Uint8Array | null
  /** changed messages that were delivered */
  readonly messages: number
  /** what the slowest of them took */
  readonly milliseconds: number
}

/** What a node did that it must not do, and what it was sent. */
export class Finding extends Error {
  readonly inputs: readonly Uint8Array[]

  constructor(message: string, inputs: readonly Uint8Array[], cause?: unknown) {
    super(message, { cause })
    this.inputs = inputs
  }
}

/** A changed message and when it comes: before this input, or before the instruction, or when the ceremony has ended. */
interface Mutant {
  readonly bytes: Uint8Array
  readonly at: number
}

interface Plan {
  readonly mutants: readonly Mutant[]
  /** an honest message that does not arrive */
  readonly lost: number | null
}

interface Template {
  readonly envelope: Envelope
  readonly whole: Specimen
  readonly body: Specimen
}

export class ProtocolFuzzer {
  readonly #recording: Recording
  readonly #records: boolean
  readonly #pieces: readonly Uint8Array[]
  /** by author, then by stage: a stage of which there are many is not tried more often for that */
  readonly #templates: ReadonlyMap<ValidatorId, readonly (readonly Template[])[]>
  readonly #bodies: readonly Specimen[]
  readonly #frames: SignedFrames

  /**
   * @param evidence pieces that an abort may hold
   * @param records whether the node records its ceremonies
   */
  constructor(recording: Recording, evidence: readonly Uint8Array[] = [], records = false) {
    this.#recording = recording
    this.#records = records
    this.#pieces = evidence
    this.#frames = new SignedFrames(recording)
    const authors = recording.participants.filter((id) => id !== SUBJECT)
    this.#templates = new Map(authors.map((id) => [id, byStage(templatesOf(recording, id, evidence).map(templateOf))]))
    this.#bodies = [...this.#templates.values()].flatMap((all) => all.flat().map(({ body }) => body))
  }

  get authors(): readonly ValidatorId[] {
    return [...this.#templates.keys()]
  }

  /** @throws Finding */
  run(random: Prng, author: ValidatorId = random.pick(this.authors)): ProtocolCase {
    const mutants = Array.from({ length: MESSAGES }, () => this.#mutant(author, random))
    const plan = { mutants, lost: random.oneIn(5) ? random.below(this.#recording.inputs.length) : null }
    try {
      const done = this.#play(plan)
      let { milliseconds } = done
      for (let i = 0; i < RETRIES && milliseconds > MAX_MILLISECONDS; i++) milliseconds = this.#play(plan).milliseconds
      if (milliseconds > MAX_MILLISECONDS) throw new Error(`a message took ${milliseconds} ms`)
      return { ...this.#judge(done.node, author, plan), transcript: done.node.transcript, messages: MESSAGES, milliseconds }
    } catch (error) {
      const inputs = mutants.map(({ bytes }) => bytes)
      throw new Finding(`${this.#recording.name}: ${error instanceof Error ? error.message : String(error)}`, inputs, error)
    }
  }

  #play(plan: Plan): { readonly node: LockstepNode; readonly milliseconds: number } {
    const { inputs, start } = this.#recording
    const node = new LockstepNode(SUBJECT, computeFrom(this.#recording), this.#records)
    let milliseconds = 0
    const receive = (wanted: number): void => {
      for (const { at, bytes } of plan.mutants) if (at === wanted) milliseconds = Math.max(milliseconds, node.receive(bytes))
    }
    receive(BEFORE)
    start(node, SUBJECT)
    inputs.forEach((input, i) => {
      receive(i)
      if (i !== plan.lost) node.message(input)
    })
    receive(inputs.length)
    node.expire()
    receive(inputs.length + 1)
    node.settle()
    return { node, milliseconds }
  }

  #judge(node: LockstepNode, author: ValidatorId, { lost }: Plan): Pick<ProtocolCase, 'end' | 'evidence'> {
    const { outcomes, errors } = node
    if (errors.length > 0) throw new Error(`an error inside: ${errors.map(String).join(', ')}`)
    this.#judgeKept(node)
    const [outcome] = outcomes
    if (outcome === undefined || outcomes.length !== 1) throw new Error(`${outcomes.length} outcomes`)
    if (outcome.status === 'success') {
      if (!sameSuccess(outcome, this.#recording.outcome)) throw new Error('another result than the honest one')
      return { end: 'success', evidence: [] }
    }
    for (const { validator, fault, evidence } of outcome.blamed) {
      // Or by an abort with what somebody else did in another run of the same ceremony, and has signed.
      const known = this.#pieces.some((piece) => equalBytes(piece, evidence))
      if (validator !== author && !known) throw new Error(`${validator} is blamed: ${fault}`)
      const verdict = judgeEvidence(sharedKernel(), evidence, ROSTER)
      if (!verdict.valid || verdict.validator !== validator || verdict.fault !== fault)
        throw new Error(`evidence of ${fault} does not hold`)
    }
    // A recording answers no request and shows no view: after a loss the others may be missed as well.
    for (const { validator, reportedBy } of outcome.missing) {
      if (lost === null && reportedBy === SUBJECT && validator !== author) throw new Error(`${validator} is missing`)
    }
    return { end: outcome.blamed[0]?.fault ?? outcome.reason, evidence: outcome.blamed.map(({ evidence }) => evidence) }
  }

  /** What is left of it all: nothing open, no tail, no flood of answers, and no key that is active without all certificates. */
  #judgeKept({ inner, sent, store }: LockstepNode): void {
    if (inner.open !== 0) throw new Error('a ceremony is still open')
    if (inner.tailBytes !== 0) throw new Error('a tail is still kept')
    if (sent.length > MOST_SENT) throw new Error(`${sent.length} messages were sent`)
    for (const { record, certificates } of store.values()) {
      if (certificates === null) continue
      const key = KeyMaterial.decode(record)
      const { participants } = key.record
      const all = decodeCertificates(certificates, participants)
      if (!participants.every((id) => key.certifies(id, all.get(id) ?? new Uint8Array())))
        throw new Error('an active key without its certificates')
    }
  }

  #mutant(author: ValidatorId, random: Prng): Mutant {
    const { inputs } = this.#recording
    const frame = random.oneIn(5) ? this.#frames.make(author, random) : null
    if (frame !== null) return { at: random.below(inputs.length + 3) - 1, bytes: frame }
    const template = random.pick(random.pick(this.#templates.get(author) ?? []))
    const { stage } = template.envelope.header
    // Mostly about when it is due, so that it is not just late or early.
    const due = inputs.findIndex(({ header }) => header.stage === stage && header.from === author)
    const late = due < 0 || random.oneIn(4)
    const at = random.oneIn(20) ? BEFORE : late ? random.below(inputs.length + 2) : Math.max(0, due - random.below(2))
    return { at, bytes: this.#change(template, author, random) }
  }

  #change({ envelope, whole, body }: Template, author: ValidatorId, random: Prng): Uint8Array {
    if (random.oneIn(8)) return mutate(whole, [whole], random)
    const { bodyDigest: _, ...header } = envelope.header
    const changed = random.oneIn(3) ? { ...header, ...headerChange(header, random) } : header
    const content = changed !== header && random.oneIn(2) ? envelope.body : mutate(body, this.#bodies, random)
    try {
      return seal({ ...changed, from: author }, content).bytes
    } catch (error) {
      // A header that has no encoding: then the bytes as they are, changed.
      if (error instanceof QuorateError) return mutate(whole, [whole], random)
      throw error
    }
  }
}

const BEFORE = -1
/** Its own messages, a few answers, and what it asks for again and again while a key is pending. */
const MOST_SENT = 100

function byStage(templates: readonly Template[]): readonly (readonly Template[])[] {
  const groups = new Map<number, Template[]>()
  for (const template of templates) {
    const { stage } = template.envelope.header
    groups.set(stage, [...(groups.get(stage) ?? []), template])
  }
  return [...groups.values()]
}

function templateOf(envelope: Envelope): Template {
  const layout = layoutOf(envelope.header)
  return { envelope, whole: specimen(envelope.bytes, envelopeOf(layout)), body: specimen(envelope.body, layout) }
}

type Unsigned = Omit<EnvelopeHeader, 'bodyDigest'>

function headerChange({ stage, sid, ceremonyId }: Unsigned, random: Prng): Partial<Unsigned> {
  switch (random.below(7)) {
    case 0:
      return { stage: random.pick([stage - 1, stage + 1, 1, 2, 3, 4, 5, 15, 0x41, 0x42, 0x43, 0x44, 0x4f, 0x7f]) }
    case 1:
      return { to: random.pick([...IDS, null]) }
    case 2:
      return { previousTranscript: random.pick([sid, random.bytes(32)]) }
    case 3:
      return { sid: random.bytes(32) }
    case 4: {
      const other = random.bytes(32)
      return { sid: other, stage: 1, to: null, previousTranscript: other }
    }
    case 5:
      return { kind: random.pick(['keygen', 'preprocess', 'sign'] as const) }
    default:
      return { ceremonyId: ceremonyId + BigInt(random.below(3)) }
  }
}

function sameSuccess(one: KeygenOutcome | SignOutcome, other: KeygenOutcome | SignOutcome): boolean {
  if ('key' in one && 'key' in other) {
    return one.key.keyId === other.key.keyId && toHex(one.key.groupPublicKey) === toHex(other.key.groupPublicKey)
  }
  if (!('signatures' in one && 'signatures' in other)) return false
  return one.signatures.length === other.signatures.length && one.signatures.every((s, i) => equalBytes(s, other.signatures[i] ?? s))
}

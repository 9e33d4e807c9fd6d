/** Starts signings and reports how they end. */
import { copyBytes } from '../bytes.ts'
import { Ceremony } from '../ceremony/ceremony.ts'
import type { Effect } from '../ceremony/effects.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import { stagesOf } from '../ceremony/plan.ts'
import type { Ending, Program } from '../ceremony/program.ts'
import type { RunningCeremony } from '../ceremony/running-ceremony.ts'
import { OneRoundArchive } from '../ceremony/signing/one-round-archive.ts'
import { OneRoundSigning } from '../ceremony/signing/one-round-signing.ts'
import { ListeningState, OneRoundState, oneRoundTranscript } from '../ceremony/signing/one-round-state.ts'
import type { SigningTask } from '../ceremony/signing/share-round.ts'
import type { Signatures } from '../ceremony/signing/signature-shares.ts'
import { signerIndices } from '../ceremony/signing/signers.ts'
import { SigningState } from '../ceremony/signing/signing-state.ts'
import type { SlotOpening } from '../ceremony/transcript/file.ts'
import { Recording } from '../ceremony/transcript/recording.ts'
import { QuorateError } from '../errors.ts'
import { encodeContext, messageDigest, type SignContext, sidOf } from '../wire/context.ts'
import type { CeremonyId } from '../wire/message.ts'
import { sortValidatorIds } from '../wire/validator-id.ts'
import type { AnswerBudget } from './answer-budget.ts'
import { assertCarried } from './carried.ts'
import { CeremonyManager, type Shared } from './ceremony-manager.ts'
import { type NodeSettings, participantsOf } from './node-settings.ts'
import { assertMessagesFor, assertSigners, type NamedPreprocessing, type SignInstruction } from './requests.ts'
import type { SlotRing } from './slot-ring.ts'

export class SigningStateManager extends CeremonyManager<Signatures> {
  readonly #settings: NodeSettings
  /** bytes of the messages of each open signing */
  readonly #messageBytes = new Map<CeremonyId, number>()
  #openMessageBytes = 0

  readonly #slots: SlotRing
  readonly #answers: AnswerBudget

  constructor(settings: NodeSettings, shared: Shared, slots: SlotRing, answers: AnswerBudget) {
    super(shared, report)
    this.#settings = settings
    this.#slots = slots
    this.#answers = answers
  }

  get openMessageBytes(): number {
    return this.#openMessageBytes
  }

  /**
   * @throws ERR_SUITE_MISMATCH, ERR_PROTOCOL_MISMATCH, ERR_UNKNOWN_VALIDATOR, ERR_TOO_FEW_SIGNERS, ERR_INVALID_ARGUMENT, ERR_TOO_LARGE: what only
   * the key can tell
   */
  create(instruction: SignInstruction, key: KeyMaterial): RunningCeremony<Signatures> {
    const { network, random } = this.#settings
    const { suite, protocol, minSigners } = key.record
    const { ceremonyId, signers, messages, preprocessed, expected = {} } = instruction
    if ((expected.suite ?? suite) !== suite) throw new QuorateError('ERR_SUITE_MISMATCH', { field: 'suite' })
    if ((expected.protocol ?? protocol) !== protocol) throw new QuorateError('ERR_PROTOCOL_MISMATCH', { field: 'protocol' })
    assertSigners(signers, key.record)
    assertMessagesFor(suite, messages)
    const context: SignContext = {
      network,
      kind: 'sign',
      ceremonyId,
      protocol,
      suite,
      minSigners,
      participants: participantsOf(this.#settings, sortValidatorIds(signers)),
      keyDigest: key.digest,
      mode: { type: 'two-round' },
      messages: messages.map(messageDigest),
    }
    assertCarried(context, this.#settings)
    const task = { key, indices: signerIndices(context, key.record), messages }
    const made =
      preprocessed === undefined
        ? this.#ceremony(context, task, new SigningState(context, key, messages, random))
        : this.#oneRound(context, task, preprocessed)
    const bytes = bytesOf(messages)
    this.#messageBytes.set(ceremonyId, bytes)
    this.#openMessageBytes += bytes
    return made
  }

  /** @param twoRounds the same signing without slots. @throws ERR_PROTOCOL_MISMATCH, ERR_INVALID_ARGUMENT */
  #oneRound(twoRounds: SignContext, task: SigningTask, named: NamedPreprocessing): OneRoundSigning {
    const { self, random, stageTimeoutMs } = this.#settings
    const context: SignContext = { ...twoRounds, mode: { type: 'one-round', ...named } }
    const sid = sidOf(encodeContext(context))
    const signers = context.participants.map(({ id }) => id)
    const { key, messages } = task
    // Last of all that may refuse: from here on the slots are gone, whatever becomes of the signing.
    const range = { firstSlot: named.firstSlot, count: messages.length, keyDigest: key.digest, signers }
    const prepared = this.#slots.take(named.ceremonyId, range)
    const program = prepared === null ? new ListeningState(context) : new OneRoundState(context, task, prepared)
    const ahead = prepared === null ? null : { carried: oneRoundTranscript(sid, prepared), slots: prepared }
    const first = this.#ceremony(context, task, program, ahead)
    return new OneRoundSigning({
      first,
      prepared: prepared !== null,
      makeSecond: () => this.#ceremony(twoRounds, task, new SigningState(twoRounds, key, messages, random)),
      secondSid: sidWhenAsked(twoRounds),
      self,
      stageTimeoutMs,
    })
  }

  /** @param ahead of a one-round signing: its T_1 and what opens it; null if we have no slots */
  #ceremony(
    context: SignContext,
    task: SigningTask,
    program: Program<Signatures>,
    ahead?: { readonly carried: Uint8Array; readonly slots: SlotOpening } | null,
  ): Ceremony<Signatures> {
    const { identity, self, stageTimeoutMs, judge, transcripts, maxMessageBytes } = this.#settings
    const { key, indices, messages } = task
    const contextBytes = encodeContext(context)
    const opening = { keyId: key.keyIdBytes, record: key.recordBytes }
    return new Ceremony({
      context,
      contextBytes,
      identity,
      self,
      indices,
      plan: stagesOf(context),
      ...(ahead === undefined ? {} : { carried: ahead?.carried ?? null }),
      program,
      stageTimeoutMs,
      judge,
      ...(maxMessageBytes && { maxMessageBytes }),
      ...(transcripts && { recording: new Recording({ context, contextBytes, key: opening, messages, slots: ahead?.slots ?? null }) }),
    })
  }

  protected override after({ context, archive }: RunningCeremony<Signatures>, now: number): Effect[] {
    this.#openMessageBytes -= this.#messageBytes.get(context.ceremonyId) ?? 0
    this.#messageBytes.delete(context.ceremonyId)
    const owed = archive instanceof OneRoundArchive ? archive.owed() : []
    return owed.flatMap(({ to, messages }) => this.#answers.give(to, messages, now))
  }
}

/**
 * Kept after the end with what others may ask for. A function of its own, since a closure keeps all that any closure beside it uses: there, the messages and
 * the key.
 */
function sidWhenAsked(context: SignContext): () => Uint8Array {
  let made: Uint8Array | null = null
  return () => {
    made ??= sidOf(encodeContext(context))
    return made
  }
}

/** What a signing holds in memory until its end, whoever else holds it too. */
export function bytesOf(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0)
}

function report(ceremonyId: CeremonyId, ending: Ending<Signatures>): readonly InnerEvent[] {
  if (ending.status === 'failure') return [{ type: 'signingOutcome', outcome: ending }]
  const signatures = ending.result
  return [
    ...signatures.map((signature, index): InnerEvent => ({ type: 'messageSigned', ceremonyId, index, signature: copyBytes(signature) })),
    { type: 'signingOutcome', outcome: { status: 'success', ceremonyId, signatures } },
  ]
}

/** Starts signings and reports how they end. */
import { copyBytes } from '../bytes.ts'
import { Ceremony } from '../ceremony/ceremony.ts'
import type { Effect } from '../ceremony/effects.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import { stagesOf } from '../ceremony/plan.ts'
import type { Ending } from '../ceremony/program.ts'
import type { Signatures } from '../ceremony/signing/share-round.ts'
import { signerIndices } from '../ceremony/signing/signers.ts'
import { SigningState } from '../ceremony/signing/signing-state.ts'
import { Recording } from '../ceremony/transcript/recording.ts'
import { QuorateError } from '../errors.ts'
import { encodeContext, messageDigest, type SignContext } from '../wire/context.ts'
import type { CeremonyId } from '../wire/message.ts'
import { sortValidatorIds } from '../wire/validator-id.ts'
import { CeremonyManager, type Shared } from './ceremony-manager.ts'
import { type NodeSettings, participantsOf } from './node-settings.ts'
import { assertMessagesFor, type SignInstruction } from './requests.ts'

export class SigningStateManager extends CeremonyManager<Signatures> {
  readonly #settings: NodeSettings
  /** bytes of the messages of each open signing */
  readonly #messageBytes = new Map<CeremonyId, number>()
  #openMessageBytes = 0

  constructor(settings: NodeSettings, shared: Shared) {
    super(shared, report)
    this.#settings = settings
  }

  get openMessageBytes(): number {
    return this.#openMessageBytes
  }

  /**
   * @throws ERR_SUITE_MISMATCH, ERR_PROTOCOL_MISMATCH, ERR_UNKNOWN_VALIDATOR, ERR_TOO_FEW_SIGNERS, ERR_INVALID_ARGUMENT, ERR_TOO_LARGE: what only
   * the key can tell
   */
  create(instruction: SignInstruction, key: KeyMaterial): Ceremony<Signatures> {
    const { network, identity, self, random, stageTimeoutMs, judge, transcripts } = this.#settings
    const { suite, protocol, minSigners, participants: holders } = key.record
    const { expected = {} } = instruction
    if ((expected.suite ?? suite) !== suite) throw new QuorateError('ERR_SUITE_MISMATCH', { field: 'suite' })
    if ((expected.protocol ?? protocol) !== protocol) throw new QuorateError('ERR_PROTOCOL_MISMATCH', { field: 'protocol' })
    for (const [i, id] of instruction.signers.entries()) {
      if (!holders.includes(id)) throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: `signers[${i}]` })
    }
    if (instruction.signers.length < minSigners) throw new QuorateError('ERR_TOO_FEW_SIGNERS', { field: 'signers' })
    assertMessagesFor(suite, instruction.messages)
    const context: SignContext = {
      network,
      kind: 'sign',
      ceremonyId: instruction.ceremonyId,
      protocol,
      suite,
      minSigners,
      participants: participantsOf(this.#settings, sortValidatorIds(instruction.signers)),
      keyDigest: key.digest,
      mode: { type: 'two-round' },
      messages: instruction.messages.map(messageDigest),
    }
    const contextBytes = encodeContext(context)
    const opening = { keyId: key.keyIdBytes, record: key.recordBytes }
    const ceremony = new Ceremony({
      context,
      contextBytes,
      identity,
      self,
      indices: signerIndices(context, key.record),
      plan: stagesOf(context),
      program: new SigningState(context, key, instruction.messages, random),
      stageTimeoutMs,
      judge,
      ...(transcripts && { recording: new Recording({ context, contextBytes, key: opening, messages: instruction.messages }) }),
    })
    const bytes = bytesOf(instruction.messages)
    this.#messageBytes.set(instruction.ceremonyId, bytes)
    this.#openMessageBytes += bytes
    return ceremony
  }

  protected override after({ context }: Ceremony<Signatures>): Effect[] {
    this.#openMessageBytes -= this.#messageBytes.get(context.ceremonyId) ?? 0
    this.#messageBytes.delete(context.ceremonyId)
    return []
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

/** Starts preprocessings, keeps what comes of them, and reports how they end. */
import { Ceremony } from '../ceremony/ceremony.ts'
import type { Effect } from '../ceremony/effects.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import { stagesOf } from '../ceremony/plan.ts'
import { PreprocessState } from '../ceremony/preprocess/preprocess-state.ts'
import type { Preprocessed } from '../ceremony/preprocess/slots.ts'
import type { Ending } from '../ceremony/program.ts'
import type { RunningCeremony } from '../ceremony/running-ceremony.ts'
import { signerIndices } from '../ceremony/signing/signers.ts'
import { Recording } from '../ceremony/transcript/recording.ts'
import { COMMITMENT_PAIR_BYTES } from '../crypto/frost-transcript.ts'
import { encodeContext, type PreprocessContext } from '../wire/context.ts'
import type { CeremonyId } from '../wire/message.ts'
import { sortValidatorIds } from '../wire/validator-id.ts'
import { assertCarried } from './carried.ts'
import { CeremonyManager, type Shared } from './ceremony-manager.ts'
import { type NodeSettings, participantsOf } from './node-settings.ts'
import { assertSigners, type PreprocessInstruction } from './requests.ts'
import type { SlotRing } from './slot-ring.ts'

export class PreprocessManager extends CeremonyManager<Preprocessed> {
  readonly #settings: NodeSettings
  readonly #slots: SlotRing

  constructor(settings: NodeSettings, shared: Shared, slots: SlotRing) {
    super(shared, report)
    this.#settings = settings
    this.#slots = slots
  }

  /** @throws ERR_UNKNOWN_VALIDATOR, ERR_TOO_FEW_SIGNERS, ERR_PROTOCOL_MISMATCH: what only the key can tell */
  create(instruction: PreprocessInstruction, key: KeyMaterial): Ceremony<Preprocessed> {
    const { network, identity, self, random, stageTimeoutMs, judge, transcripts, maxMessageBytes } = this.#settings
    const { ceremonyId, signers, count } = instruction
    const { suite, protocol, minSigners } = key.record
    assertSigners(signers, key.record)
    const context: PreprocessContext = {
      network,
      kind: 'preprocess',
      ceremonyId,
      protocol,
      suite,
      minSigners,
      participants: participantsOf(this.#settings, sortValidatorIds(signers)),
      keyDigest: key.digest,
      count,
    }
    assertCarried(context, this.#settings)
    const contextBytes = encodeContext(context)
    const opening = { keyId: key.keyIdBytes, record: key.recordBytes }
    const ceremony = new Ceremony({
      context,
      contextBytes,
      identity,
      self,
      indices: signerIndices(context, key.record),
      plan: stagesOf(context),
      program: new PreprocessState(context, key, random),
      stageTimeoutMs,
      judge,
      ...(maxMessageBytes && { maxMessageBytes }),
      ...(transcripts && { recording: new Recording({ context, contextBytes, key: opening, messages: [] }) }),
    })
    this.#slots.open(ceremonyId, count)
    return ceremony
  }

  protected override after({ context }: RunningCeremony<Preprocessed>, _now: number, ending: Ending<Preprocessed>): Effect[] {
    const { ceremonyId } = context
    if (ending.status === 'failure') this.#slots.drop(ceremonyId)
    else this.#slots.fill(ceremonyId, ending.result)
    return []
  }
}

function report(ceremonyId: CeremonyId, ending: Ending<Preprocessed>): readonly InnerEvent[] {
  if (ending.status === 'failure') return [{ type: 'preprocessOutcome', outcome: ending }]
  const count = (ending.result.pairs[0]?.length ?? 0) / COMMITMENT_PAIR_BYTES
  return [{ type: 'preprocessOutcome', outcome: { status: 'success', ceremonyId, count } }]
}

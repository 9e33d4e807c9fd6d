/** Starts keygens and reports how they end. */
import { toHex } from '../bytes.ts'
import { Ceremony } from '../ceremony/ceremony.ts'
import type { Effect } from '../ceremony/effects.ts'
import { type KeygenResult, KeygenState } from '../ceremony/keygen/keygen-state.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import { stagesOf } from '../ceremony/plan.ts'
import type { Ending } from '../ceremony/program.ts'
import { Recording } from '../ceremony/transcript/recording.ts'
import { encodeContext, type KeygenContext } from '../wire/context.ts'
import { type CeremonyId, STAGE_NUMBER } from '../wire/message.ts'
import { assertCarried } from './carried.ts'
import { CeremonyManager, type Shared } from './ceremony-manager.ts'
import { type NodeSettings, participantsOf } from './node-settings.ts'
import type { PendingKeys } from './pending-keys.ts'
import type { KeygenInstruction } from './requests.ts'

export class KeygenManager extends CeremonyManager<KeygenResult> {
  readonly #settings: NodeSettings
  readonly #pending: PendingKeys

  constructor(settings: NodeSettings, shared: Shared, pending: PendingKeys) {
    super(shared, report)
    this.#settings = settings
    this.#pending = pending
  }

  create(instruction: KeygenInstruction): Ceremony<KeygenResult> {
    const { network, identity, self, random, stageTimeoutMs, judge, transcripts, maxMessageBytes } = this.#settings
    const { ceremonyId, protocol, suite, minSigners } = instruction
    const participants = participantsOf(this.#settings, instruction.participants)
    const context: KeygenContext = { network, kind: 'keygen', ceremonyId, protocol, suite, minSigners, participants }
    assertCarried(context, this.#settings)
    const contextBytes = encodeContext(context)
    return new Ceremony({
      context,
      contextBytes,
      identity,
      self,
      indices: participants.map((_, place) => place + 1),
      plan: stagesOf(context),
      program: new KeygenState(context, contextBytes, random),
      stageTimeoutMs,
      judge,
      ...(maxMessageBytes && { maxMessageBytes }),
      ...(transcripts && { recording: new Recording({ context, contextBytes, key: null, messages: [] }) }),
    })
  }

  /** The key may become active yet: the confirmations that came in time count, and the others are asked for. */
  protected override after({ sid, archive }: Ceremony<KeygenResult>, _now: number, ending: Ending<KeygenResult>): Effect[] {
    if (ending.status === 'success' || ending.reason !== 'unconfirmed') return []
    return this.#pending.unconfirmed(toHex(sid), archive.broadcasts(STAGE_NUMBER.sharedSecret.Confirm))
  }
}

function report(ceremonyId: CeremonyId, ending: Ending<KeygenResult>): readonly InnerEvent[] {
  if (ending.status === 'failure') return [{ type: 'keygenOutcome', outcome: ending }]
  const key = ending.result.key.info(ending.result.certificates)
  return [
    { type: 'keyReady', keyId: key.keyId },
    { type: 'keygenOutcome', outcome: { status: 'success', ceremonyId, key } },
  ]
}

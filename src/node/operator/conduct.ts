/** One ceremony as an operator conducts it: an instruction is signed and sent, and the reports of its participants are gathered until all is said. */
import { QuorateError } from '../../errors.ts'
import type { Identity } from '../../wire/identity.ts'
import { type InstructionContent, sealInstruction } from '../../wire/instruction.ts'
import type { CeremonyKind, ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import type { OperatorBus, OperatorEvent } from './contract.ts'
import { Gathering, type GatheringOptions } from './gathering.ts'
import { readReport } from './reports.ts'
import { waiting } from './waiting.ts'

export interface ConductOptions {
  readonly bus: OperatorBus
  readonly network: string
  readonly roster: Roster
  readonly identity: Identity
  readonly onEvent: (event: OperatorEvent) => void
  readonly settleMs: number
  /** how long the whole may take */
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** looks again at those of whom nothing is heard, at times; amends what it finds */
  readonly probe?: (gathering: Gathering) => Promise<void>
}

/** How often it looks whether all is said. */
const LOOK_MS = 100

/** @throws (rejects with) ERR_TOO_LARGE, ERR_BUS or ERR_ABORTED */
export async function conduct(
  content: InstructionContent,
  judgement: Pick<GatheringOptions, 'judge' | 'enough'>,
  options: ConductOptions,
): Promise<Gathering> {
  const { bus, identity, onEvent, settleMs, waitMs, signal, probe } = options
  const { kind, ceremonyId } = content
  const participants = membersOf(content)
  const { bytes } = sealInstruction(identity, content)
  if (bytes.length > bus.maxMessageBytes) {
    const message = `an instruction of ${bytes.length} bytes, and the broker carries ${bus.maxMessageBytes} (max_payload)`
    throw new QuorateError('ERR_TOO_LARGE', { field: kind === 'sign' ? 'messages' : 'participants', message })
  }
  const gathering = new Gathering({ ...judgement, kind, ceremonyId, participants, settleMs })
  await waiting<void>({ milliseconds: waitMs, signal }, (done, fail) => {
    const look = (): void => {
      if (gathering.over(performance.now())) done()
    }
    const hear = (from: string, report: Uint8Array): void => {
      for (const event of take(gathering, from, report, options)) onEvent(event)
      look()
    }
    const stop = bus.onReport(hear)
    let looking = false
    let looked = performance.now()
    const lookAgain = async (): Promise<void> => {
      for (const id of gathering.silentSince(performance.now() - settleMs / 2)) {
        const kept = await bus.lastOutcome(id)
        if (kept !== null) hear(id, kept)
      }
      if (gathering.successes.size > 0) await probe?.(gathering)
    }
    const timer = setInterval(() => {
      look()
      if (looking || performance.now() - looked < settleMs / 2) return
      looking = true
      lookAgain()
        // A broker that is away for a moment loses nobody an outcome: it is looked for again.
        .then(look, (error: unknown) => (error instanceof QuorateError && error.code === 'ERR_BUS' ? undefined : fail(error)))
        .finally(() => {
          looking = false
          looked = performance.now()
        })
    }, LOOK_MS)
    bus.instruct(bytes).then(
      () => onEvent({ type: 'instructed', kind, ceremonyId, participants }),
      (error: unknown) => {
        // It may have been sent: only the nodes can tell now, and who repeats the command would sign twice.
        const doubtful = error instanceof QuorateError && error.code === 'ERR_BUS' && error.field === 'acknowledgement'
        if (!doubtful) return fail(error)
        onEvent({ type: 'remark', text: `${error.message}; waiting for what the nodes report` })
      },
    )
    return () => {
      clearInterval(timer)
      stop()
    }
  })
  return gathering
}

export function membersOf(content: InstructionContent): readonly ValidatorId[] {
  return content.kind === 'keygen' ? content.participants : content.signers
}

function take(gathering: Gathering, sender: string, bytes: Uint8Array, options: ConductOptions): readonly OperatorEvent[] {
  const report = readReport(bytes, sender, options)
  if (report === null) return []
  const end = gathering.add(report, performance.now())
  const { from } = report
  if (report.type === 'progress' && gathering.concerns(report)) {
    const { stage, waitingFor } = report.body
    return [{ type: 'progress', from, stage, waitingFor }]
  }
  if (end === null) return []
  if (end.type === 'refused') return [{ type: 'refused', from, code: end.body.code, message: end.body.message }]
  return [{ type: 'ended', from, status: end.type === 'success' ? 'success' : 'failure' }]
}

/** That all refused, and alike: then nothing has happened, and it is as if the one command had been refused. Null where it is not so. */
export function refusedByAll(gathering: Gathering, kind: CeremonyKind): QuorateError | null {
  const refusals = [...gathering.ends.values()].flatMap((end) => (end.type === 'refused' ? [end.body] : []))
  const first = refusals[0]
  if (first === undefined || refusals.length !== gathering.ends.size || gathering.open.length > 0) return null
  if (refusals.some(({ code }) => code !== first.code)) return null
  return new QuorateError(first.code, { message: `all participants refuse this ${kind}: ${first.message}` })
}

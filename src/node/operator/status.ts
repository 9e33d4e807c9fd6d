/** Asks all nodes how they are, and what they know of a key. */
import type { ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import { sortValidatorIds } from '../../wire/validator-id.ts'
import { makeAsk } from '../ask.ts'
import type { StatusBody } from '../report-bodies.ts'
import type { NotReady, OperatorBus } from './contract.ts'
import { type ProvenKey, provenKey } from './key-proof.ts'
import { readReport } from './reports.ts'
import { waiting } from './waiting.ts'

export type Statuses = ReadonlyMap<ValidatorId, StatusBody>

export interface AskOptions {
  readonly bus: OperatorBus
  readonly network: string
  readonly roster: Roster
  /** how long an answer may take */
  readonly askMs: number
  readonly signal?: AbortSignal
}

/**
 * @param enough whether those answers do; else it waits for the whole time, or the whole roster
 * @throws (rejects with) ERR_ABORTED, and what the bus throws
 */
export async function askAll(keyId: string | null, options: AskOptions, enough: (statuses: Statuses) => boolean): Promise<Statuses> {
  const { bus, askMs, roster, signal } = options
  const statuses = new Map<ValidatorId, StatusBody>()
  const { ask, bytes } = makeAsk(keyId)
  await waiting<void>({ milliseconds: askMs, signal }, (done) =>
    bus.ask(bytes, (from, answer) => {
      const report = readReport(answer, from, options)
      if (report?.type !== 'status' || report.body.nonce !== ask.nonce || statuses.has(from)) return
      statuses.set(from, report.body)
      if (statuses.size === roster.size || enough(statuses)) done()
    }),
  )
  return statuses
}

/** A key and who of its participants can sign with it now. */
export interface KeyStatus {
  /** null: no answer proves it */
  readonly key: ProvenKey | null
  readonly ready: readonly ValidatorId[]
  readonly notReady: readonly NotReady[]
  /** why tellings of the key were not believed */
  readonly unproven: readonly string[]
  readonly statuses: Statuses
}

export async function askAboutKey(keyId: string, options: AskOptions): Promise<KeyStatus> {
  let key: ProvenKey | null = null
  const unproven = new Map<ValidatorId, string>()
  const look = (statuses: Statuses): void => {
    for (const [from, { key: told }] of statuses) {
      if (key !== null || told === null || told === undefined || unproven.has(from)) continue
      const proof = told.state === 'active' ? provenKey(told, keyId, options) : 'it is pending there'
      if (typeof proof === 'string') unproven.set(from, `${from} tells of the key, but ${proof}`)
      else key = proof
    }
  }
  const statuses = await askAll(keyId, options, (soFar) => {
    look(soFar)
    return key?.participants.every((id) => soFar.has(id)) ?? false
  })
  const found = key as ProvenKey | null
  const notReady = (found?.participants ?? []).flatMap((validator): NotReady[] => {
    const reasons = found === null ? [] : whyNot(statuses.get(validator), found)
    return reasons.length === 0 ? [] : [{ validator, reasons }]
  })
  const left = new Set(notReady.map(({ validator }) => validator))
  const ready = (found?.participants ?? []).filter((id) => !left.has(id))
  return { key, ready, notReady, unproven: [...unproven.values()], statuses }
}

function whyNot(status: StatusBody | undefined, key: ProvenKey): readonly string[] {
  if (status === undefined) return NO_ANSWER
  if (!status.ready) return reasonsOf(status)
  if (status.key === null || status.key === undefined) return ['it does not have the key']
  if (status.key.state !== 'active') return ['the key is pending there']
  return status.key.groupPublicKey === Buffer.from(key.groupPublicKey).toString('hex') ? [] : ['it tells of another key under this id']
}

export const NO_ANSWER = ['it did not answer']

const reasonsOf = ({ reasons }: StatusBody): readonly string[] => (reasons.length === 0 ? ['it gives no reason'] : reasons)

export function notReadyOf(ids: readonly ValidatorId[], statuses: Statuses): readonly NotReady[] {
  return sortValidatorIds(ids).flatMap((validator): NotReady[] => {
    const status = statuses.get(validator)
    if (status === undefined) return [{ validator, reasons: NO_ANSWER }]
    return status.ready ? [] : [{ validator, reasons: reasonsOf(status) }]
  })
}

export const wordsOf = (notReady: readonly NotReady[]): string =>
  notReady.map(({ validator, reasons }) => `${validator} (${reasons.join('; ')})`).join(', ')

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

/** When answers do. */
export interface Enough {
  /** nothing better can come */
  readonly all: (statuses: Statuses) => boolean
  /** it could be done with these: those that are about to answer still have a moment */
  readonly some?: (statuses: Statuses) => boolean
}

/** Who was not ready is asked again: a node finds within a second that the streams are there, which the first command of all has just made. */
const AGAIN_MS = 500
/** Well above what an answer takes, and short enough for a node that is away not to hold up every signing. */
const MOMENT_MS = 300

/**
 * Asks at times until there is enough, or time is up. The newest answer of a node counts.
 *
 * @throws (rejects with) ERR_ABORTED, and what the bus throws
 */
export async function askAll(keyId: string | null, options: AskOptions, { all, some }: Enough): Promise<Statuses> {
  const { bus, askMs, signal } = options
  const statuses = new Map<ValidatorId, StatusBody>()
  const { ask, bytes } = makeAsk(keyId)
  await waiting<void>({ milliseconds: askMs, signal }, (done, fail) => {
    const hear = (from: string, answer: Uint8Array): void => {
      const report = readReport(answer, from, options)
      if (report?.type !== 'status' || report.body.nonce !== ask.nonce) return
      statuses.set(from, report.body)
      if (all(statuses)) done()
    }
    let stop = bus.ask(bytes, hear)
    const again = setInterval(() => {
      stop()
      try {
        stop = bus.ask(bytes, hear)
      } catch (error) {
        fail(error)
      }
    }, AGAIN_MS)
    const began = performance.now()
    const look = setInterval(() => {
      if (performance.now() - began >= MOMENT_MS && some?.(statuses) === true) done()
    }, MOMENT_MS / 10)
    return () => {
      clearInterval(again)
      clearInterval(look)
      stop()
    }
  })
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

/** @param wanted who shall sign; null: as many as the key needs */
export async function askAboutKey(keyId: string, wanted: readonly ValidatorId[] | null, options: AskOptions): Promise<KeyStatus> {
  let key: ProvenKey | null = null
  const unproven = new Map<ValidatorId, string>()
  // Each costs a signature a participant to look at.
  const seen = new WeakSet<object>()
  const proven = (statuses: Statuses): ProvenKey | null => {
    for (const [from, { key: told }] of statuses) {
      if (key !== null || told === null || told === undefined || seen.has(told)) continue
      seen.add(told)
      const proof = told.state === 'active' ? provenKey(told, keyId, options) : 'it is pending there'
      if (typeof proof === 'string') unproven.set(from, `${from} tells of the key, but ${proof}`)
      else key = proof
    }
    return key
  }
  const able = (statuses: Statuses, known: ProvenKey): readonly ValidatorId[] =>
    known.participants.filter((id) => whyNot(statuses.get(id), known).length === 0)
  const statuses = await askAll(keyId, options, {
    all: (soFar) => {
      const known = proven(soFar)
      // Nobody of the whole roster has it: nor will anybody have it in a moment.
      if (known === null)
        return soFar.size === options.roster.size && [...soFar.values()].every(({ ready, key: told }) => ready && told === null)
      return able(soFar, known).length === known.participants.length
    },
    some: (soFar) => {
      const known = proven(soFar)
      if (known === null) return false
      const ready = able(soFar, known)
      return wanted === null ? ready.length >= known.minSigners : wanted.every((id) => ready.includes(id))
    },
  })
  const known = proven(statuses)
  if (known === null) return { key: null, ready: [], notReady: [], unproven: [...unproven.values()], statuses }
  const ready = able(statuses, known)
  const others = known.participants.filter((id) => !ready.includes(id))
  const notReady = others.map((validator) => ({ validator, reasons: whyNot(statuses.get(validator), known) }))
  return { key: known, ready, notReady, unproven: [...unproven.values()], statuses }
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

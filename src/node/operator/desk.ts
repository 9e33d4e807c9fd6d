/** What key generation, preprocessing and signing by an operator have in common: asking, numbering, choosing, conducting, and telling of a failure. */
import type { Failure } from '../../ceremony/outcome.ts'
import { assertSigners } from '../../client/requests.ts'
import { QuorateError } from '../../errors.ts'
import type { ContextParticipant } from '../../wire/context.ts'
import type { Identity } from '../../wire/identity.ts'
import type { InstructionContent } from '../../wire/instruction.ts'
import type { CeremonyId, ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import { assertValidatorIds, sortValidatorIds } from '../../wire/validator-id.ts'
import { nextCeremonyId } from './ceremony-number.ts'
import { chooseSigners } from './choose.ts'
import { type ConductOptions, conduct, refusedByAll } from './conduct.ts'
import type { OperatorBus, OperatorEvent } from './contract.ts'
import type { Gathering, GatheringOptions } from './gathering.ts'
import type { ProvenKey } from './key-proof.ts'
import { mergeFailure } from './merge.ts'
import { type AskOptions, askAboutKey, type KeyStatus, type Statuses, wordsOf } from './status.ts'

export interface OperatorOptions {
  readonly network: string
  /** as the broker has it; who reports those as missing that nothing came from */
  readonly name: string
  readonly identity: Identity
  readonly roster: Roster
  readonly bus: OperatorBus
  readonly onEvent?: (event: OperatorEvent) => void
  /** how long nodes may take to say that they are ready; default 3,000 */
  readonly askMs?: number
  /** how long a participant may be silent once the ceremony of another has failed; default 5,000 */
  readonly settleMs?: number
}

export interface Terms {
  /** how long nodes may take up the instruction; default 60,000 */
  readonly expiresMs?: number
  /** how long outcomes are waited for; default 180,000 */
  readonly waitMs?: number
  /** default: the time, or above what was used */
  readonly ceremonyId?: CeremonyId
  readonly signal?: AbortSignal
}

const DEFAULTS = { askMs: 3_000, settleMs: 5_000, expiresMs: 60_000, waitMs: 180_000 }

type Uncommon<Content> = Content extends unknown ? Omit<Content, 'network' | 'operator' | 'expires'> : never
/** An instruction but for what all have from this operator. */
export type Order = Uncommon<InstructionContent>

export class Desk {
  readonly network: string
  readonly roster: Roster
  readonly #options: OperatorOptions
  #before: CeremonyId = 0n

  constructor(options: OperatorOptions) {
    this.#options = options
    this.network = options.network
    this.roster = options.roster
  }

  tell(event: OperatorEvent): void {
    this.#options.onEvent?.(event)
  }

  asking({ signal }: Pick<Terms, 'signal'>): AskOptions {
    const { bus, askMs = DEFAULTS.askMs } = this.#options
    return { bus, network: this.network, roster: this.roster, askMs, ...(signal && { signal }) }
  }

  /** Sorted, and all of the roster. @throws ERR_INVALID_ARGUMENT, ERR_DUPLICATE_VALIDATOR, ERR_UNKNOWN_VALIDATOR, ERR_TOO_LARGE */
  members(ids: readonly ValidatorId[], field: string): readonly ValidatorId[] {
    assertValidatorIds(ids, field)
    const stranger = ids.findIndex((id) => !this.roster.has(id))
    if (stranger >= 0)
      throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: `${field}[${stranger}]`, message: `${ids[stranger]} is not in the roster` })
    return sortValidatorIds(ids)
  }

  seats(ids: readonly ValidatorId[]): readonly ContextParticipant[] {
    return ids.map((id) => ({ id, publicKey: this.roster.get(id) ?? new Uint8Array() }))
  }

  /** @throws (rejects with) what the bus throws */
  async number({ ceremonyId }: Pick<Terms, 'ceremonyId'>, statuses: Statuses): Promise<CeremonyId> {
    const last = await this.#options.bus.lastInstruction()
    this.#before = ceremonyId ?? nextCeremonyId(Date.now(), this.#before, last, statuses)
    return this.#before
  }

  /** @throws (rejects with) ERR_UNKNOWN_KEY; ERR_BUS where nobody answers, or nobody can prove the key */
  async keyStatus(
    keyId: string,
    wanted: readonly ValidatorId[] | null,
    terms: Pick<Terms, 'signal'>,
  ): Promise<KeyStatus & { readonly key: ProvenKey }> {
    await this.#options.bus.ensureStreams()
    const status = await askAboutKey(keyId, wanted, this.asking(terms))
    const { key, ready, notReady, unproven, statuses } = status
    this.tell({ type: 'asked', ready, notReady })
    for (const text of unproven) this.tell({ type: 'remark', text })
    if (key !== null) return { ...status, key }
    if (statuses.size === 0) throw notEnough('no node answers')
    if (unproven.length > 0) throw notEnough(`no node can prove the key: ${unproven.join('; ')}`)
    throw new QuorateError('ERR_UNKNOWN_KEY', {
      field: 'keyId',
      message: `none of the nodes that answer has it (${[...statuses.keys()].join(', ')})`,
    })
  }

  /**
   * Those that are named, all of which must be able; or as many as the key needs of those who are.
   *
   * @throws ERR_UNKNOWN_VALIDATOR, ERR_TOO_FEW_SIGNERS; ERR_BUS where too few are ready
   */
  choose(
    { key, ready, notReady }: KeyStatus & { readonly key: ProvenKey },
    named: readonly ValidatorId[] | undefined,
  ): readonly ValidatorId[] {
    if (named !== undefined) {
      const signers = this.members(named, 'signers')
      assertSigners(signers, key)
      const unable = notReady.filter(({ validator }) => signers.includes(validator))
      if (unable.length > 0) throw notEnough(`not ready: ${wordsOf(unable)}`)
      return signers
    }
    return this.among(key, [], ready, key.minSigners, notReady)
  }

  /** @throws ERR_BUS where too few are left */
  among(
    { minSigners }: ProvenKey,
    preferred: readonly ValidatorId[],
    able: readonly ValidatorId[],
    size: number,
    notReady: KeyStatus['notReady'] = [],
  ): readonly ValidatorId[] {
    const signers = chooseSigners(preferred, able, { least: minSigners, size })
    if (signers !== null) return signers
    const others = notReady.length === 0 ? '' : `; not ready: ${wordsOf(notReady)}`
    throw notEnough(`${minSigners} signers are needed, and ${able.length} can be instructed (${able.join(', ') || 'none'})${others}`)
  }

  /**
   * Signs and sends the instruction, and gathers what its participants report.
   *
   * @throws (rejects with) ERR_TOO_LARGE, ERR_BUS, ERR_ABORTED, or the code of a refusal in which all agree
   */
  async conduct(
    order: Order,
    judgement: Pick<GatheringOptions, 'judge' | 'enough'>,
    terms: Terms & Pick<ConductOptions, 'probe'>,
  ): Promise<Gathering> {
    const { bus, identity, settleMs = DEFAULTS.settleMs } = this.#options
    const { expiresMs = DEFAULTS.expiresMs, waitMs = DEFAULTS.waitMs, signal, probe } = terms
    const head = { network: this.network, operator: identity.publicKey, expires: BigInt(Date.now() + expiresMs) }
    const gathering = await conduct({ ...order, ...head }, judgement, {
      bus,
      network: this.network,
      roster: this.roster,
      identity,
      onEvent: (event) => this.tell(event),
      settleMs,
      waitMs,
      ...(signal && { signal }),
      ...(probe && { probe }),
    })
    const refusal = refusedByAll(gathering, order.kind)
    if (refusal !== null) throw refusal
    return gathering
  }

  /** @param sids of the ceremonies that the instruction may have come to */
  failure(gathering: Gathering, { kind, ceremonyId }: Order, sids: readonly Uint8Array[]): Failure {
    const { failure, remarks } = mergeFailure(gathering, { kind, ceremonyId, sids, roster: this.roster, operator: this.#options.name })
    for (const text of remarks) this.tell({ type: 'remark', text })
    return failure
  }

  /** Of a success that not all share: what the others said by then, and whom they have proven guilty all the same. */
  dissent(gathering: Gathering, order: Order, sids: readonly Uint8Array[]): void {
    if (![...gathering.ends.values()].some(({ type }) => type !== 'success')) return
    for (const { validator, fault } of this.failure(gathering, order, sids).blamed) {
      this.tell({ type: 'remark', text: `${validator} is proven to have broken the rules (${fault})` })
    }
  }

  ensureStreams(): Promise<unknown> {
    return this.#options.bus.ensureStreams()
  }
}

/** Nothing was sent, and the same may work later. */
export function notEnough(message: string): QuorateError {
  return new QuorateError('ERR_BUS', { message })
}

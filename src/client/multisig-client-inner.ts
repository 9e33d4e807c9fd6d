/**
 * High-level keygen and signing without I/O: takes instructions, messages, results and the time, and says what to do. A whole network of these
 * runs in one thread under a seeded scheduler.
 */

import type { Ceremony } from '../ceremony/ceremony.ts'
import type { Computed, DropReason, Effect } from '../ceremony/effects.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import { QuorateError } from '../errors.ts'
import type { CeremonyId, Envelope, EnvelopeHeader } from '../wire/message.ts'
import { EARLY_BODY_BYTES } from '../wire/sizes.ts'
import { CeremonyIds } from './ceremony-ids.ts'
import type { CeremonyManager } from './ceremony-manager.ts'
import { EarlyMessages } from './early-messages.ts'
import { KeygenManager } from './keygen-manager.ts'
import type { NodeSettings } from './node-settings.ts'
import type { KeygenInstruction, SignInstruction } from './requests.ts'
import { SigningStateManager } from './signing-state-manager.ts'

/** Ids are spent in steps of one or a few; a step like this uses up more than a thousand signings a second in a month. */
const NOTABLE_JUMP = 2n ** 32n

export class MultisigClientInner {
  readonly #settings: NodeSettings
  readonly #keygens: KeygenManager
  readonly #signings: SigningStateManager
  readonly #ids: CeremonyIds
  readonly #early: EarlyMessages

  /** @param mark the highest ceremony id that an earlier process of this identity may have used */
  constructor(settings: NodeSettings, mark: CeremonyId) {
    this.#settings = settings
    this.#keygens = new KeygenManager(settings)
    this.#signings = new SigningStateManager(settings)
    this.#ids = new CeremonyIds(settings.ceremonyIdWindow, mark)
    this.#early = new EarlyMessages({ ...settings.early, peers: settings.roster.size - 1, window: settings.ceremonyIdWindow })
  }

  get open(): number {
    return this.#keygens.open + this.#signings.open
  }

  get earlyBytes(): number {
    return this.#early.bytes
  }

  openIds(): readonly CeremonyId[] {
    return [...this.#keygens.ids(), ...this.#signings.ids()]
  }

  /**
   * @param waiting instructions that will start later and count already
   * @throws ERR_CEREMONY_ID_USED, ERR_CEREMONY_ID_WINDOW, ERR_TOO_MANY_CEREMONIES: before anything was sent or the id spent
   */
  assertMayStart(id: CeremonyId, waiting = 0): void {
    this.#ids.assertUnused(id)
    if (this.open + waiting >= this.#settings.maxOpenCeremonies) throw new QuorateError('ERR_TOO_MANY_CEREMONIES', { field: 'ceremonyId' })
  }

  /**
   * @returns the key id that a success would have, and the first effects
   * @throws as assertMayStart
   */
  keygen(instruction: KeygenInstruction, now: number): { readonly sid: Uint8Array; readonly effects: Effect[] } {
    this.assertMayStart(instruction.ceremonyId)
    const ceremony = this.#keygens.create(instruction)
    return { sid: ceremony.sid, effects: this.#start(this.#keygens, ceremony, now) }
  }

  /** @throws as assertMayStart, and what the key has against the instruction; the caller has checked that the key is active */
  sign(instruction: SignInstruction, key: KeyMaterial, now: number): Effect[] {
    this.assertMayStart(instruction.ceremonyId)
    return this.#start(this.#signings, this.#signings.create(instruction, key), now)
  }

  /** Whether a message is worth the verification of its signature: null, or why it is dropped. Changes nothing. */
  admit(header: EnvelopeHeader, bodyBytes: number, frameBytes: number): DropReason | null {
    const { ceremonyId } = header
    const manager = this.#managerOf(ceremonyId)
    if (manager !== null) return manager.admit(header, bodyBytes)
    if (this.#ids.has(ceremonyId)) return 'late'
    if (header.stage !== 1) return 'stage'
    return bodyBytes > EARLY_BODY_BYTES ? 'size' : this.#early.admit(frameBytes)
  }

  /** A message whose author's signature and body digest were verified against the roster. */
  message(envelope: Envelope, now: number): Effect[] {
    const refused = this.admit(envelope.header, envelope.body.length, envelope.bytes.length)
    if (refused !== null) return [{ type: 'dropped', reason: refused }]
    const manager = this.#managerOf(envelope.header.ceremonyId)
    if (manager !== null) return manager.message(envelope)
    return this.#early.hold(envelope, now).map((reason): Effect => ({ type: 'dropped', reason }))
  }

  /** Whether the result of this request is still wanted; secrets in one that is not are its receiver's to wipe. */
  awaits(id: CeremonyId, token: number): boolean {
    return this.#managerOf(id)?.awaits(id, token) ?? false
  }

  computed(id: CeremonyId, token: number, computed: Computed): Effect[] {
    return this.#managerOf(id)?.computed(id, token, computed) ?? []
  }

  stored(id: CeremonyId, token: number, ok: boolean): Effect[] {
    return this.#managerOf(id)?.stored(id, token, ok) ?? []
  }

  /** Ends what is past its deadline and forgets early messages that nobody instructed for. Never touches a key. */
  cleanup(now: number): Effect[] {
    this.#early.expire(now)
    return [...this.#keygens.cleanup(now), ...this.#signings.cleanup(now)]
  }

  abort(id: CeremonyId): Effect[] {
    return this.#managerOf(id)?.abort(id) ?? []
  }

  nextDeadline(): number {
    return Math.min(this.#keygens.nextDeadline(), this.#signings.nextDeadline())
  }

  #managerOf(id: CeremonyId): KeygenManager | SigningStateManager | null {
    if (this.#keygens.has(id)) return this.#keygens
    return this.#signings.has(id) ? this.#signings : null
  }

  #start<Result>(manager: CeremonyManager<Result>, ceremony: Ceremony<Result>, now: number): Effect[] {
    const { ceremonyId } = ceremony.context
    const ahead = this.#ids.use(ceremonyId)
    const effects = manager.start(ceremony, this.#early.take(ceremonyId), now)
    return ahead > NOTABLE_JUMP ? [{ type: 'idsJumped', ceremonyId }, ...effects] : effects
  }
}

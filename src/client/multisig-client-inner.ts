/**
 * High-level keygen and signing without I/O: takes instructions, messages, results and the time, and says what to do. A whole network of these
 * runs in one thread under a seeded scheduler.
 */

import { toHex } from '../bytes.ts'
import type { Computed, DropReason, Effect } from '../ceremony/effects.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import type { Answers, RunningCeremony } from '../ceremony/running-ceremony.ts'
import { QuorateError } from '../errors.ts'
import { type CeremonyId, type Envelope, type EnvelopeHeader, FIRST_STAGE, STAGE_NUMBER, type ValidatorId } from '../wire/message.ts'
import type { AnswerContent, RequestContent, SignedAnswer, SignedRequest } from '../wire/request.ts'
import { EARLY_BODY_BYTES, EARLY_SHARE_BYTES, MAX_CONFIRM_OK_ENVELOPE } from '../wire/sizes.ts'
import { AnswerBudget } from './answer-budget.ts'
import { CeremonyIds } from './ceremony-ids.ts'
import type { CeremonyManager, CeremonyProgress } from './ceremony-manager.ts'
import { EarlyMessages } from './early-messages.ts'
import { KeygenManager } from './keygen-manager.ts'
import type { NodeSettings } from './node-settings.ts'
import { PendingKeys, type RecalledKey } from './pending-keys.ts'
import { PreprocessManager } from './preprocess-manager.ts'
import type { KeygenInstruction, PreprocessInstruction, SignInstruction } from './requests.ts'
import { Resends } from './resends.ts'
import { bytesOf, SigningStateManager } from './signing-state-manager.ts'
import { SlotRing } from './slot-ring.ts'
import { Tails } from './tails.ts'

/** Ids are spent in steps of one or a few; a step like this uses up more than a thousand signings a second in a month. */
const NOTABLE_JUMP = 2n ** 32n

/** What requests may cost this node in a stage timeout, for one asker and in all. */
const ANSWER_BYTES_PER_ASKER = 8 << 20
const ANSWER_BYTES_TOTAL = 64 << 20
/** Stage timeouts that a tail lives. */
const TAIL_LIFE = 2

/** What a peer sent; before `deliver` its author's signature is verified. */
export type Message =
  | { readonly type: 'envelope'; readonly envelope: Envelope }
  | { readonly type: 'request'; readonly request: SignedRequest }
  | { readonly type: 'answer'; readonly answer: SignedAnswer }

export class MultisigClientInner {
  readonly #settings: NodeSettings
  readonly #resends: Resends
  readonly #tails: Tails
  readonly #answers: AnswerBudget
  readonly #pending: PendingKeys
  readonly #keygens: KeygenManager
  readonly #signings: SigningStateManager
  readonly #preprocessings: PreprocessManager
  readonly #slots: SlotRing
  readonly #ids: CeremonyIds
  readonly #early: EarlyMessages

  /** @param mark the highest ceremony id that an earlier process of this identity may have used */
  constructor(settings: NodeSettings, mark: CeremonyId) {
    const { stageTimeoutMs, tailBytes, ceremonyIdWindow } = settings
    this.#settings = settings
    this.#resends = new Resends(settings)
    this.#tails = new Tails({ bytesTotal: tailBytes, lifeMs: TAIL_LIFE * stageTimeoutMs })
    this.#answers = new AnswerBudget({
      bytesPerAsker: ANSWER_BYTES_PER_ASKER,
      bytesTotal: ANSWER_BYTES_TOTAL,
      windowMs: stageTimeoutMs,
      askers: settings.roster.size,
    })
    this.#pending = new PendingKeys(settings, this.#answers)
    const shared = { resends: this.#resends, tails: this.#tails }
    this.#keygens = new KeygenManager(settings, shared, this.#pending)
    this.#slots = new SlotRing(settings.slotBytes)
    this.#signings = new SigningStateManager(settings, shared, this.#slots, this.#answers)
    this.#preprocessings = new PreprocessManager(settings, shared, this.#slots)
    this.#ids = new CeremonyIds(ceremonyIdWindow, mark)
    this.#early = new EarlyMessages({ ...settings.early, peers: settings.roster.size - 1, window: ceremonyIdWindow })
  }

  get open(): number {
    return this.#keygens.open + this.#signings.open + this.#preprocessings.open
  }

  get earlyBytes(): number {
    return this.#early.bytes
  }

  /** what is kept of ended ceremonies */
  get tailBytes(): number {
    return this.#tails.bytes
  }

  /** nonces made ahead, with what belongs to them */
  get slotBytes(): number {
    return this.#slots.bytes
  }

  /** keys that wait for certificates */
  get pendingKeys(): number {
    return this.#pending.count
  }

  openIds(): readonly CeremonyId[] {
    return [...this.#keygens.ids(), ...this.#signings.ids(), ...this.#preprocessings.ids()]
  }

  /** What is under way, by ceremony id. */
  progress(): readonly CeremonyProgress[] {
    const all = [...this.#keygens.progress(), ...this.#signings.progress(), ...this.#preprocessings.progress()]
    return all.sort((a, b) => (a.ceremonyId < b.ceremonyId ? -1 : 1))
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
   * A signing has up to 1,000 messages of 1 MiB, so counting ceremonies bounds nothing.
   *
   * @param waiting bytes of signings that will start later and count already
   * @throws ERR_TOO_LARGE for messages that never have room, ERR_TOO_MANY_CEREMONIES for those that have none now
   */
  assertRoomFor(messages: readonly Uint8Array[], waiting = 0): void {
    const { maxOpenMessageBytes: most } = this.#settings
    const bytes = bytesOf(messages)
    if (bytes > most) throw new QuorateError('ERR_TOO_LARGE', { field: 'messages', message: `more than ${most} bytes in all` })
    if (this.#signings.openMessageBytes + waiting + bytes > most) {
      throw new QuorateError('ERR_TOO_MANY_CEREMONIES', { field: 'messages', message: 'open signings hold too many bytes of messages' })
    }
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

  /** @throws as assertMayStart, assertRoomFor, and what the key has against the instruction; the caller has checked that the key is active */
  sign(instruction: SignInstruction, key: KeyMaterial, now: number): Effect[] {
    this.assertMayStart(instruction.ceremonyId)
    this.assertRoomFor(instruction.messages)
    return this.#start(this.#signings, this.#signings.create(instruction, key), now)
  }

  /** @throws as assertMayStart, and what the key has against the instruction; the caller has checked that the key is active */
  preprocess(instruction: PreprocessInstruction, key: KeyMaterial, now: number): Effect[] {
    this.assertMayStart(instruction.ceremonyId)
    return this.#start(this.#preprocessings, this.#preprocessings.create(instruction, key), now)
  }

  /** Whether a message is worth the verification of its signature: null, or why it is dropped. Changes nothing. */
  admit(header: EnvelopeHeader, bodyBytes: number, frameBytes: number): DropReason | null {
    const { ceremonyId } = header
    const manager = this.#managerOf(ceremonyId)
    if (manager !== null) return manager.admit(header, bodyBytes)
    // A confirmation for a key that is pending here is a certificate, however late.
    if (this.#pending.awaits(header)) return frameBytes > MAX_CONFIRM_OK_ENVELOPE ? 'size' : null
    if (this.#ids.has(ceremonyId)) return this.#tails.get(ceremonyId)?.answersLate?.(header) === true ? null : 'late'
    const most = earlyBytes(header)
    if (most === null) return 'stage'
    return bodyBytes > most ? 'size' : this.#early.admit(frameBytes)
  }

  /** A message whose author's signature and body digest were verified against the roster. */
  message(envelope: Envelope, now: number): Effect[] {
    const { header } = envelope
    const refused = this.admit(header, envelope.body.length, envelope.bytes.length)
    if (refused !== null) return dropped(refused)
    const manager = this.#managerOf(header.ceremonyId)
    if (manager !== null) return manager.message(envelope, now)
    if (this.#pending.awaits(header)) return this.#pending.late(envelope)
    const owed = this.#tails.get(header.ceremonyId)?.answerLate?.(header)
    return owed === undefined ? this.#early.hold(envelope, now).flatMap(dropped) : this.#answers.give(header.from, owed, now)
  }

  /** A message whose author's signature was verified. */
  deliver(message: Message, now: number): Effect[] {
    switch (message.type) {
      case 'envelope':
        return this.message(message.envelope, now)
      case 'request':
        return this.request(message.request, now)
      case 'answer':
        return this.answer(message.answer)
    }
  }

  /** Whether an envelope in our own name, whose signature was verified, is another's: what we once sent may come back, also from an earlier process. */
  disowns(envelope: Envelope): boolean {
    const { ceremonyId } = envelope.header
    const archive = this.#archiveOf(ceremonyId)
    return archive === null ? !this.#ids.has(ceremonyId) : !archive.sentBySelf(envelope)
  }

  /** Whether a request is worth the verification of its signature. */
  admitRequest({ from, wanted }: RequestContent, now: number): DropReason | null {
    if (wanted.type === 'resend') {
      const archive = this.#archiveOf(wanted.ceremonyId)
      if (archive === null) return this.#ids.has(wanted.ceremonyId) ? 'late' : 'ceremony'
      // Another sid, a stranger, something that we do not have, or once too often.
      return archive.answers(wanted, from) ? null : 'ceremony'
    }
    // Not finished here either: the asker hears of the confirmations as they are sent.
    if (this.#keygens.has(wanted.ceremonyId)) return 'stage'
    return this.#pending.refuses(toHex(wanted.keyId), from, now)
  }

  /** A request whose signature was verified. */
  request(request: SignedRequest, now: number): Effect[] {
    const { from, wanted } = request
    const refused = this.admitRequest(request, now)
    if (refused !== null) return dropped(refused)
    if (wanted.type === 'certificates') return this.#pending.request(toHex(wanted.keyId), from, now)
    const answers = this.#archiveOf(wanted.ceremonyId)?.answer(wanted, from) ?? []
    return this.#answers.give(from, answers, now)
  }

  /** Whether an answer is worth the verification of its signature: only if it was asked for. */
  admitAnswer({ from, keyId }: AnswerContent): DropReason | null {
    return this.#pending.expects(toHex(keyId), from) ? null : 'late'
  }

  /** Certificates from a peer whose signature was verified. */
  answer(answer: SignedAnswer): Effect[] {
    return this.#pending.answer(answer)
  }

  /** A peer has announced itself. */
  ready(validator: ValidatorId, now: number): Effect[] {
    return this.#pending.ready(validator, now)
  }

  /** An instruction named a key that is not active here. */
  wanted(keyId: KeyId, now: number): Effect[] {
    return this.#pending.wanted(keyId, now)
  }

  /** What the store has of a key, as an effect asked, or for each of its keys at start; null for none. */
  recalled(keyId: KeyId, found: RecalledKey | null, now: number): Effect[] {
    return this.#pending.recalled(keyId, found, now)
  }

  /** The store's answer to the effect `activate`. */
  activated(keyId: KeyId, ok: boolean, now: number): Effect[] {
    return this.#pending.activated(keyId, ok, now)
  }

  /** A key became active otherwise. */
  active(keyId: KeyId): void {
    this.#pending.active(keyId)
  }

  /** Whether the result of this request is still wanted; secrets in one that is not are its receiver's to wipe. */
  awaits(id: CeremonyId, token: number): boolean {
    return this.#managerOf(id)?.awaits(id, token) ?? false
  }

  computed(id: CeremonyId, token: number, computed: Computed, now: number): Effect[] {
    return this.#managerOf(id)?.computed(id, token, computed, now) ?? []
  }

  stored(id: CeremonyId, token: number, ok: boolean, now: number): Effect[] {
    return this.#managerOf(id)?.stored(id, token, ok, now) ?? []
  }

  /** Ends what is past its deadline, asks for what is missing, and forgets what nobody will ask for. Never touches a key. */
  cleanup(now: number): Effect[] {
    this.#early.expire(now)
    this.#tails.expire(now)
    const ended = [this.#keygens, this.#signings, this.#preprocessings].flatMap((manager) => manager.cleanup(now))
    return [...ended, ...this.#resends.due(now), ...this.#pending.due(now)]
  }

  abort(id: CeremonyId, now: number): Effect[] {
    return this.#managerOf(id)?.abort(id, now) ?? []
  }

  nextDeadline(): number {
    const clocks = [this.#keygens, this.#signings, this.#preprocessings, this.#resends, this.#pending, this.#tails]
    return Math.min(...clocks.map((clock) => clock.nextDeadline()))
  }

  /** Nothing secret is held from now on but what open ceremonies have. */
  close(): void {
    this.#slots.close()
  }

  #managerOf(id: CeremonyId): KeygenManager | SigningStateManager | PreprocessManager | null {
    const managers = [this.#signings, this.#preprocessings, this.#keygens]
    return managers.find((manager) => manager.has(id)) ?? null
  }

  /** Of a ceremony that is open, or has not been over for long. */
  #archiveOf(id: CeremonyId): Answers | null {
    return this.#managerOf(id)?.archive(id) ?? this.#tails.get(id)
  }

  #start<Result>(manager: CeremonyManager<Result>, ceremony: RunningCeremony<Result>, now: number): Effect[] {
    const { ceremonyId } = ceremony.context
    const ahead = this.#ids.use(ceremonyId)
    const effects = manager.start(ceremony, this.#early.take(ceremonyId), now)
    // A store without a mark has nothing to use up.
    return ahead > NOTABLE_JUMP && ahead < ceremonyId ? [{ type: 'idsJumped', ceremonyId }, ...effects] : effects
  }
}

/** The largest body that is held of a message before its instruction; null: none. Only a first message is, which in the one-round mode has number 2. */
function earlyBytes({ kind, stage }: EnvelopeHeader): number | null {
  if (stage === FIRST_STAGE) return EARLY_BODY_BYTES
  return kind === 'sign' && stage === STAGE_NUMBER.oneRoundFrost.SignatureShare ? EARLY_SHARE_BYTES : null
}

function dropped(reason: DropReason): Effect[] {
  return [{ type: 'dropped', reason }]
}

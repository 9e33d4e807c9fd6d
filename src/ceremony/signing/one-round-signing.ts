/**
 * A signing that names slots of a preprocessing. Its first ceremony is the one-round form; its second, under a sid of its own, the same signing in two
 * rounds with fresh nonces, which begins when our slots are used or unknown, or when a peer says so by beginning it. From then on the second is what we
 * ask for and time out in; but the first goes on hearing, and if all its shares come, it has the result.
 */
import { equalBytes } from '../../bytes.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, FIRST_STAGE, type StageName, type ValidatorId } from '../../wire/message.ts'
import type { Ceremony } from '../ceremony.ts'
import type { Computed, DropReason, Effect } from '../effects.ts'
import type { Ending } from '../program.ts'
import type { RunningCeremony } from '../running-ceremony.ts'
import { OneRoundArchive } from './one-round-archive.ts'
import type { Signatures } from './signature-shares.ts'

export interface OneRoundOptions {
  /** in the one-round form; without nonces it only listens */
  readonly first: Ceremony<Signatures>
  /** whether our slots are there; else the second begins at once */
  readonly prepared: boolean
  /** the same signing in two rounds: made when first needed, at most once */
  readonly makeSecond: () => Ceremony<Signatures>
  /** its sid, which may be asked for without it */
  readonly secondSid: () => Uint8Array
  readonly self: ValidatorId
  readonly stageTimeoutMs: number
}

export class OneRoundSigning implements RunningCeremony<Signatures> {
  readonly archive: OneRoundArchive
  readonly #options: OneRoundOptions
  #second: Ceremony<Signatures> | null = null
  /** whether the second has begun */
  #fallenBack = false
  /** when all shares of the first were there */
  #decidedAt: number | null = null
  #ending: Ending<Signatures> | null = null

  constructor(options: OneRoundOptions) {
    this.#options = options
    const { first, self, secondSid } = options
    const participants = first.context.participants.map(({ id }) => id)
    this.archive = new OneRoundArchive({ self, participants, sid: first.sid, first: first.archive, secondSid })
  }

  get context(): Ceremony<Signatures>['context'] {
    return this.#options.first.context
  }

  get sid(): Uint8Array {
    return this.#active().sid
  }

  get ending(): Ending<Signatures> | null {
    return this.#ending
  }

  get awaited(): number {
    return this.#ending === null ? this.#active().awaited : 0
  }

  get stage(): StageName {
    return this.#active().stage
  }

  missing(): ReturnType<RunningCeremony<Signatures>['missing']> {
    return this.#active().missing()
  }

  transcripts(): readonly Uint8Array[] {
    const { first } = this.#options
    return [...first.transcripts(), ...(this.#fallenBack ? this.#other().transcripts() : [])]
  }

  get deadline(): number {
    const { deadline } = this.#active()
    // All shares may have come long after the first ceremony's own time: our computation has a stage timeout from then on.
    return this.#decidedAt === null ? deadline : Math.max(deadline, this.#decidedAt + this.#options.stageTimeoutMs)
  }

  start(now: number): Effect[] {
    const { first, prepared } = this.#options
    const effects = this.#ofFirst(first.start(now))
    return this.#settle(prepared ? effects : [...effects, ...this.#fallBack(now)], now)
  }

  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    if (this.#ending !== null) return 'late'
    if (!this.#isOfSecond(header)) return this.#hears(header).admit(header, bodyBytes)
    // Only its beginning and its end tell that there is such a ceremony; all else would come from nowhere.
    if (!this.#fallenBack && header.stage !== FIRST_STAGE && header.stage !== ABORT_STAGE) return 'stage'
    // With all shares there, whoever begins the second will be given them, and nothing else of it matters.
    if (this.#decidedAt !== null && header.stage !== FIRST_STAGE) return 'late'
    return this.#other().admit(header, bodyBytes)
  }

  message(envelope: Envelope, now: number): Effect[] {
    const { header, body } = envelope
    const refused = this.admit(header, body.length)
    if (refused !== null) return [{ type: 'dropped', reason: refused }]
    if (!this.#isOfSecond(header)) {
      const heard = this.#hears(header)
      const effects = heard.message(envelope)
      return this.#settle(heard === this.#options.first ? this.#ofFirst(effects) : this.#ofSecond(effects), now)
    }
    this.archive.hear(header)
    if (this.#decidedAt !== null) return [{ type: 'dropped', reason: 'late' }]
    const begun = this.#fallenBack ? [] : this.#fallBack(now)
    return this.#settle([...begun, ...this.#ofSecond(this.#other().message(envelope))], now)
  }

  awaits(token: number): boolean {
    return this.#ofToken(token).awaits(token >> 1)
  }

  computed(token: number, computed: Computed, now: number): Effect[] {
    return this.#settle(this.#mark(token, this.#ofToken(token).computed(token >> 1, computed)), now)
  }

  stored(token: number, ok: boolean, now: number): Effect[] {
    return this.#settle(this.#mark(token, this.#ofToken(token).stored(token >> 1, ok)), now)
  }

  tick(now: number): Effect[] {
    if (this.#ending !== null || now < this.deadline) return []
    const { first } = this.#options
    const active = this.#active()
    const effects = active.tick(now)
    return this.#settle(active === first ? this.#ofFirst(effects) : this.#ofSecond(effects), now)
  }

  abort(now: number): Effect[] {
    if (this.#ending !== null) return []
    const active = this.#active()
    const effects = active.abort()
    return this.#settle(active === this.#options.first ? this.#ofFirst(effects) : this.#ofSecond(effects), now)
  }

  /** What is asked for and times out. */
  #active(): Ceremony<Signatures> {
    return this.#fallenBack && this.#decidedAt === null ? this.#other() : this.#options.first
  }

  #other(): Ceremony<Signatures> {
    this.#second ??= this.#options.makeSecond()
    return this.#second
  }

  #isOfSecond(header: EnvelopeHeader): boolean {
    const { first } = this.#options
    // Most messages are the first's: the second is not even made for them.
    if (header.kind !== 'sign' || equalBytes(header.sid, first.sid)) return false
    return equalBytes(header.sid, this.#options.secondSid())
  }

  /** Who judges a message that is not the second's: a sid that is nobody's was an instruction of another kind. */
  #hears(header: EnvelopeHeader): Ceremony<Signatures> {
    const { first } = this.#options
    return equalBytes(header.sid, first.sid) ? first : this.#active()
  }

  #fallBack(now: number): Effect[] {
    this.#fallenBack = true
    this.archive.fallBack(this.#other().archive)
    return this.#ofSecond(this.#other().start(now))
  }

  /** After every step: whether one of the two has the result, or has failed for both. What the second still computes changes nothing once the first is decided. */
  #settle(effects: Effect[], now: number): Effect[] {
    const { first } = this.#options
    if (this.#ending !== null) return effects
    if (first.decided) this.#decidedAt ??= now
    const ending = first.ending ?? (this.#fallenBack && this.#decidedAt === null ? this.#other().ending : null)
    if (ending === null) return effects
    this.#ending = ending
    this.archive.finish(ending.status === 'success' && this.#decidedAt !== null ? 'signed-in-one-round' : 'otherwise')
    first.discard(ending)
    if (this.#fallenBack) this.#other().discard(ending)
    return effects
  }

  /** Both number their requests from 1. */
  #mark(token: number, effects: Effect[]): Effect[] {
    return (token & 1) === 0 ? this.#ofFirst(effects) : this.#ofSecond(effects)
  }

  #ofToken(token: number): Ceremony<Signatures> {
    return (token & 1) === 0 ? this.#options.first : this.#other()
  }

  #ofFirst(effects: Effect[]): Effect[] {
    return effects.map((effect) => ('token' in effect ? { ...effect, token: effect.token * 2 } : effect))
  }

  #ofSecond(effects: Effect[]): Effect[] {
    return effects.map((effect) => ('token' in effect ? { ...effect, token: effect.token * 2 + 1 } : effect))
  }
}

/**
 * The corrupted nodes of a run, acting as one: they hold real identity keys, see every frame on the bus, and run the honest machine underneath,
 * whose messages their strategies alter on the way to each honest node, sign again, withhold or add to. What an honest node should have seen so
 * far is known to the coalition, so that a lie can carry the transcript digest of the very node that it is told to.
 */
import { copyBytes, equalBytes, toHex } from '../../src/bytes.ts'
import type { Job, JobArgs, JobResult } from '../../src/crypto/jobs/contract.ts'
import { nextTranscript } from '../../src/crypto/transcript.ts'
import type { Kernel, Suite } from '../../src/kernel/contract.ts'
import { signedBodyDigest } from '../../src/wire/body-digest.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import type { Identity } from '../../src/wire/identity.ts'
import { type Envelope, type EnvelopeHeader, MAX_STAGE, type ValidatorId } from '../../src/wire/message.ts'
import type { Dice } from './dice.ts'
import type { CeremonyFacts } from './facts.ts'
import { type Delivery, NETWORK, type SimulatedNetwork } from './network.ts'

/** A message before its author signs it; `original` are the bytes of the machine's own, while nothing is changed. */
export interface Draft {
  readonly header: Omit<EnvelopeHeader, 'bodyDigest'>
  readonly body: Uint8Array
  readonly original?: Uint8Array
  /** the digest in the header is part of the lie */
  readonly digestStays?: boolean
  readonly delayMs?: number
  /** sent as it is, envelope or not */
  readonly raw?: Uint8Array
}

/** What one strategy does in one ceremony. */
export interface Act {
  /** what an honest node gets in the place of this message; the draft itself: no change */
  send?(draft: Draft, to: ValidatorId): readonly Draft[]
  /** what an honest node gets in the place of a frame that is no envelope: a request, or an answer to one */
  frame?(bytes: Uint8Array, to: ValidatorId): readonly Uint8Array[]
  /** what the machine underneath gets as the result of a job */
  compute?(job: Job, result: unknown): unknown
  /** once, when the ceremony is instructed */
  start?(): void
}

export interface NamedAct {
  readonly name: string
  readonly act: Act
}

/** What the strategies of a node need of its machine's secrets, copied before they are wiped. */
export interface Puppet {
  readonly dealing?: JobResult<'dealCommitments'>
  readonly dealt?: JobArgs<'dealCommitments'>
  readonly sharing?: { readonly args: JobArgs<'dealShares'>; readonly sharedPoints: Uint8Array }
  readonly signing?: JobArgs<'signShares'>
}

/** One message that a strategy altered, withheld or added. */
export interface Applied {
  readonly name: string
  readonly author: ValidatorId
  readonly ceremonyId: bigint
  readonly to: ValidatorId
  readonly stage: number
}

export interface Forgery {
  readonly suite: Suite
  /** 33 bytes */
  readonly groupPublicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export interface CoalitionOptions {
  readonly kernel: Kernel
  readonly identities: ReadonlyMap<ValidatorId, Identity>
  readonly members: readonly ValidatorId[]
  readonly ceremonies: ReadonlyMap<bigint, CeremonyFacts>
  readonly dice: Dice
  /** whether altered messages carry the digest that their recipient expects, or the machine's own */
  readonly aligned: boolean
  /** what the network does to a message between honest nodes */
  readonly carry: (delivery: Delivery) => readonly Delivery[]
  readonly trace?: (line: string) => void
}

export class Coalition {
  readonly options: CoalitionOptions
  /** every envelope that anybody sent, in order, a broadcast once */
  readonly heard = new Set<Envelope>()
  readonly applied: Applied[] = []
  /** signatures that it made by itself, on messages of its own */
  readonly forgeries: Forgery[] = []
  readonly #acts = new Map<string, NamedAct[]>()
  readonly #puppets = new Map<string, Puppet>()
  readonly #decoded = new WeakMap<Uint8Array, Envelope | { readonly header: null }>()
  /** body digests by node, sid and stage, and author: what each was sent first */
  readonly #seen = new Map<string, Map<ValidatorId, Uint8Array>>()
  readonly #waiting = new Map<string, ((envelope: Envelope) => void)[]>()
  #network: SimulatedNetwork | null = null

  constructor(options: CoalitionOptions) {
    this.options = options
  }

  /** The network exists after its options, of which the coalition is one. */
  enter(network: SimulatedNetwork): void {
    this.#network = network
  }

  get network(): SimulatedNetwork {
    if (this.#network === null) throw new Error('the coalition has no network yet')
    return this.#network
  }

  has(id: ValidatorId): boolean {
    return this.options.members.includes(id)
  }

  assign(author: ValidatorId, ceremonyId: bigint, named: NamedAct): void {
    const key = `${author} ${ceremonyId}`
    this.#acts.set(key, [...(this.#acts.get(key) ?? []), named])
  }

  puppet(author: ValidatorId, ceremonyId: bigint): Puppet {
    return this.#puppets.get(`${author} ${ceremonyId}`) ?? {}
  }

  /** For `NetworkOptions.intercept`. */
  readonly intercept = (delivery: Delivery): readonly Delivery[] => {
    const envelope = this.#decode(delivery.bytes)
    if (envelope === null) return this.has(delivery.from) ? this.#reframe(delivery) : this.options.carry(delivery)
    const sentByUs = this.has(delivery.from)
    if (!sentByUs || this.has(delivery.to)) this.#note(delivery.to, envelope.header, envelope.body)
    this.#note(delivery.from, envelope.header, envelope.body)
    this.#remember(envelope)
    if (sentByUs && !this.has(delivery.to) && envelope.header.from !== delivery.from) {
      // What a machine forwards has its author's signature. What another of us said for our own machines is not for others to hear.
      return this.has(envelope.header.from) ? [] : [delivery]
    }
    if (sentByUs) return this.has(delivery.to) ? [delivery] : this.#deceive(delivery, envelope)
    return this.has(delivery.to) ? [this.#translate(delivery, envelope)] : this.options.carry(delivery)
  }

  /** For `NetworkOptions.compute`. */
  readonly compute = (id: ValidatorId, job: Job, honest: unknown, ceremonyId: bigint): unknown => {
    if (!this.has(id)) return honest
    this.#watch(`${id} ${ceremonyId}`, job, honest)
    let result = honest
    for (const { name, act } of this.#acts.get(`${id} ${ceremonyId}`) ?? []) {
      const changed = act.compute === undefined ? result : act.compute(job, result)
      if (changed !== result) {
        this.options.trace?.(`    ${name}: ${id} alters the result of ${job.name}`)
        this.applied.push({ name, author: id, ceremonyId, to: id, stage: 0 })
      }
      result = changed
    }
    return result
  }

  /** Calls `then` with this author's broadcast of a stage: at once, or when it is first sent. */
  await(sid: Uint8Array, stage: number, author: ValidatorId, then: (envelope: Envelope) => void): void {
    const key = `${toHex(sid)} ${stage} ${author}`
    const known = [...this.heard].find(({ header }) => header.stage === stage && header.from === author && equalBytes(header.sid, sid))
    if (known !== undefined) then(known)
    else this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), then])
  }

  /** Sends something that no machine said. */
  inject(name: string, author: ValidatorId, to: ValidatorId, ceremonyId: bigint, draft: Draft): void {
    const bytes = this.#seal(author, draft, to)
    if (bytes === null) return
    this.#count(name, author, ceremonyId, to, draft.header.stage)
    this.network.after(draft.delayMs ?? this.options.dice.below(50), () => this.network.deliver(to, bytes))
  }

  /** The digest that this node carries in a message of this stage, as far as the coalition can tell. */
  transcriptOf(node: ValidatorId, ceremony: CeremonyFacts, sid: Uint8Array, stage: number): Uint8Array | undefined {
    let transcript = sid
    for (const earlier of ceremony.broadcastStages) {
      if (earlier >= stage) break
      const authors = this.#seen.get(`${node} ${toHex(sid)} ${earlier}`)
      const digests = ceremony.participants.map((id) => authors?.get(id))
      if (digests.some((digest) => digest === undefined)) return undefined
      transcript = nextTranscript(sid, earlier, transcript, digests as Uint8Array[])
    }
    return transcript
  }

  #reframe(delivery: Delivery): Delivery[] {
    const acts = this.has(delivery.to)
      ? []
      : [...this.#acts].filter(([key]) => key.startsWith(`${delivery.from} `)).flatMap(([, named]) => named)
    let frames: readonly Uint8Array[] = [delivery.bytes]
    for (const { act } of acts) frames = frames.flatMap((bytes) => act.frame?.(bytes, delivery.to) ?? [bytes])
    return frames.map((bytes) => ({ ...delivery, bytes }))
  }

  #deceive(delivery: Delivery, envelope: Envelope): Delivery[] {
    const { from, to } = delivery
    const { bodyDigest: _, ...header } = envelope.header
    const start: Draft = { header, body: envelope.body, original: delivery.bytes }
    let drafts: readonly Draft[] = [start]
    for (const { name, act } of this.#acts.get(`${from} ${header.ceremonyId}`) ?? []) {
      if (act.send === undefined) continue
      const before = drafts
      drafts = before.flatMap((draft) => attempt(act, draft, to))
      const same = drafts.length === before.length && drafts.every((draft, i) => draft === before[i])
      if (!same) this.#count(name, from, header.ceremonyId, to, header.stage)
    }
    return drafts.flatMap((draft): Delivery[] => {
      const bytes = this.#seal(from, draft, to)
      return bytes === null ? [] : [{ from, to, bytes, ...(draft.delayMs === undefined ? {} : { delayMs: draft.delayMs }) }]
    })
  }

  #seal(author: ValidatorId, draft: Draft, to: ValidatorId): Uint8Array | null {
    if (draft.raw !== undefined) return draft.raw
    const identity = this.options.identities.get(author)
    const ceremony = this.options.ceremonies.get(draft.header.ceremonyId)
    const { sid, stage } = draft.header
    const expected =
      this.options.aligned && draft.digestStays !== true && stage <= MAX_STAGE && ceremony !== undefined
        ? this.transcriptOf(to, ceremony, sid, stage)
        : undefined
    const header = expected === undefined ? draft.header : { ...draft.header, previousTranscript: expected }
    if (header.from === author) this.#note(to, header, draft.body)
    if (draft.original !== undefined && equalBytes(header.previousTranscript, draft.header.previousTranscript)) return draft.original
    if (identity === undefined || header.from === header.to) return null
    return sealEnvelope(identity, NETWORK, header, draft.body).bytes
  }

  /** An honest node's message as a corrupted machine would expect it: what others were told in its name must not stop it. */
  #translate(delivery: Delivery, envelope: Envelope): Delivery {
    const { header } = envelope
    const ceremony = this.options.ceremonies.get(header.ceremonyId)
    if (ceremony === undefined || header.stage > MAX_STAGE) return delivery
    const expected = this.transcriptOf(delivery.to, ceremony, header.sid, header.stage)
    if (expected === undefined || equalBytes(expected, header.previousTranscript)) return delivery
    return { ...delivery, believed: { ...envelope, header: { ...header, previousTranscript: expected } } }
  }

  #note(node: ValidatorId, header: Draft['header'], body: Uint8Array): void {
    if (header.to !== null || header.stage > MAX_STAGE) return
    const key = `${node} ${toHex(header.sid)} ${header.stage}`
    const authors = this.#seen.get(key) ?? new Map<ValidatorId, Uint8Array>()
    this.#seen.set(key, authors)
    if (!authors.has(header.from)) authors.set(header.from, signedBodyDigest(header, body))
  }

  #remember(envelope: Envelope): void {
    if (this.heard.has(envelope)) return
    this.heard.add(envelope)
    const { sid, stage, from } = envelope.header
    const key = `${toHex(sid)} ${stage} ${from}`
    const waiting = this.#waiting.get(key) ?? []
    this.#waiting.delete(key)
    for (const then of waiting) then(envelope)
  }

  #count(name: string, author: ValidatorId, ceremonyId: bigint, to: ValidatorId, stage: number): void {
    this.applied.push({ name, author, ceremonyId, to, stage })
    this.options.trace?.(`    ${name}: ${author} deceives ${to} in stage ${stage} of ${ceremonyId}`)
  }

  #watch(key: string, job: Job, result: unknown): void {
    const puppet = this.#puppets.get(key) ?? {}
    if (job.name === 'dealCommitments') {
      const dealt = { ...job.args, coefficients: copyBytes(job.args.coefficients), encryptionSecret: copyBytes(job.args.encryptionSecret) }
      this.#puppets.set(key, { ...puppet, dealt, dealing: result as JobResult<'dealCommitments'> })
    } else if (job.name === 'dealShares') {
      const { sharedPoints } = result as JobResult<'dealShares'>
      this.#puppets.set(key, { ...puppet, sharing: { args: job.args, sharedPoints: copyBytes(sharedPoints) } })
    } else if (job.name === 'signShares') {
      const signing = { ...job.args, share: copyBytes(job.args.share), nonces: copyBytes(job.args.nonces) }
      this.#puppets.set(key, { ...puppet, signing })
    }
  }

  #decode(bytes: Uint8Array): Envelope | null {
    const known = this.#decoded.get(bytes)
    if (known !== undefined) return known.header === null ? null : known
    try {
      const envelope = decodeEnvelope(copyBytes(bytes), NETWORK)
      this.#decoded.set(bytes, envelope)
      return envelope
    } catch {
      // A request, an answer, or nothing at all.
      this.#decoded.set(bytes, { header: null })
      return null
    }
  }
}

/** A strategy expects a message of the machine's; after another strategy it may find something that it can make nothing of. */
function attempt(act: Act, draft: Draft, to: ValidatorId): readonly Draft[] {
  try {
    return act.send?.(draft, to) ?? [draft]
  } catch (error) {
    if (draft.original !== undefined) throw error
    return [draft]
  }
}

/**
 * The node's side of an operator's work: answers asks, tells whom its ceremonies wait for, what it refused and how ceremonies ended, each signed with the
 * node's identity. It only watches: a report that is lost or cannot be made changes no ceremony.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../bytes.ts'
import type { KeyInfo } from '../ceremony/key-info.ts'
import type { Blame, Failure, InnerEvent, KeygenOutcome, PreprocessOutcome, SignOutcome } from '../ceremony/outcome.ts'
import type { MultisigClient } from '../client/index.ts'
import type { KeyStore } from '../keystore/contract.ts'
import type { Identity } from '../wire/identity.ts'
import type { CeremonyId, CeremonyKind, ValidatorId } from '../wire/message.ts'
import { REPORT_OVERHEAD, type ReportType, sealReport } from '../wire/report.ts'
import { type Ask, readAsk } from './ask.ts'
import type { EvidenceFiles } from './evidence-files.ts'
import { type BlameBody, type KeyBody, MAX_KEYS_TOLD, type OutcomeBody, type RefusedBody, type StatusBody } from './report-bodies.ts'

/** The broker's side of it. */
export interface ReportChannel {
  readonly maxMessageBytes: number
  /** resolves once the broker has it for operators that come later */
  publishOutcome(bytes: Uint8Array): Promise<void>
  publishProgress(bytes: Uint8Array): void
  /** the answer, or null: none. Returns what ends it. */
  onAsk(handler: (operator: string, bytes: Uint8Array) => Promise<Uint8Array | null>): () => void
}

export interface ReporterOptions {
  readonly network: string
  readonly self: ValidatorId
  readonly identity: Identity
  readonly client: Pick<MultisigClient, 'events' | 'ceremonies' | 'key'>
  readonly keyStore: Pick<KeyStore, 'list' | 'highestCeremonyId'>
  readonly channel: ReportChannel
  readonly evidence: EvidenceFiles
  /** why this node is not ready; empty: it is */
  readonly reasons: () => readonly string[]
  readonly version: string
  /** what could not be reported or kept */
  readonly onIssue: (message: string, error: unknown) => void
  /** default 500 */
  readonly progressMs?: number
}

/** What waits for the same is told again at times, so that an operator who listens knows that the node lives. */
const REPEAT_MS = 2_000
/** Ceremonies that one tick tells of: each costs a signature. */
const MAX_TOLD = 64
/** An answer costs a signature and perhaps a look into the store. */
const MAX_ASKS_PER_SECOND = 50

export class Reporter {
  readonly #options: ReporterOptions
  readonly #stop = new AbortController()
  readonly #stopAsks: () => void
  readonly #timer: NodeJS.Timeout
  readonly #told = new Map<CeremonyId, { readonly words: string; readonly at: number }>()
  readonly #listening: Promise<void>
  /** outcomes on their way, and evidence that is being written: one after the other */
  readonly #sending = new Set<Promise<void>>()
  #writing: Promise<unknown> = Promise.resolve()
  #asks = { second: 0, count: 0 }

  /** Listens from now on: nothing that the client begins after this is missed. */
  constructor(options: ReporterOptions) {
    this.#options = options
    this.#listening = this.#listen(options.client.events({ signal: this.#stop.signal }))
    this.#stopAsks = options.channel.onAsk((_, bytes) => this.#answer(bytes))
    this.#timer = setInterval(() => this.#tellProgress(), options.progressMs ?? 500)
    this.#timer.unref()
  }

  /** Call it after the client is closed: what the client told by then is reported. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopAsks()
    this.#stop.abort()
    await this.#listening
    await Promise.all(this.#sending)
  }

  async #listen(events: AsyncIterable<InnerEvent>): Promise<void> {
    for await (const event of events) {
      if (event.type === 'keygenOutcome') this.#report(event.outcome, 'keygen', keygenBody)
      else if (event.type === 'signingOutcome') this.#report(event.outcome, 'sign', signBody)
      else if (event.type === 'preprocessOutcome') this.#report(event.outcome, 'preprocess', preprocessBody)
      else if (event.type === 'instructionRefused') this.#refused(event)
    }
  }

  #refused({ ceremonyId, code, field, message }: Extract<InnerEvent, { readonly type: 'instructionRefused' }>): void {
    const body: RefusedBody = { code, ...(field !== undefined && { field }), message }
    this.#send(ceremonyId, () => this.#publish('refused', ceremonyId, body))
  }

  #report<Success extends { readonly ceremonyId: CeremonyId; readonly status: 'success' }>(
    outcome: Success | Failure,
    kind: CeremonyKind,
    bodyOf: (success: Success) => OutcomeBody,
  ): void {
    const { ceremonyId } = outcome
    this.#told.delete(ceremonyId)
    this.#send(ceremonyId, async () => {
      if (outcome.status === 'success') await this.#publish('outcome', ceremonyId, bodyOf(outcome))
      else await this.#publishFailure(outcome, kind)
    })
  }

  #send(ceremonyId: CeremonyId, work: () => Promise<void>): void {
    const sending = work()
      .catch((error: unknown) => this.#options.onIssue(`what became of ceremony ${ceremonyId} could not be reported`, error))
      .finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }

  async #publishFailure({ ceremonyId, reason, stage, blamed, missing }: Failure, kind: CeremonyKind): Promise<void> {
    const files = await this.#keep(ceremonyId, blamed)
    const told = blamed.map(
      ({ validator, fault, evidence }, i): BlameBody => ({ validator, fault, sha256: toHex(sha256(evidence)), file: files[i] ?? null }),
    )
    const body: OutcomeBody = { status: 'failure', kind, reason, stage, blamed: told, missing: [...missing] }
    let room = this.#options.channel.maxMessageBytes - REPORT_OVERHEAD - new TextEncoder().encode(JSON.stringify(body)).length
    // As much of the evidence as can travel, the smallest first; in hexadecimal, and with what is around it no longer than the hash and name it replaces.
    const bySize = [...blamed.entries()].sort(([, a], [, b]) => a.evidence.length - b.evidence.length)
    for (const [i, { validator, fault, evidence }] of bySize) {
      room -= 2 * evidence.length
      if (room < 0) break
      told[i] = { validator, fault, evidence: toHex(evidence) }
    }
    await this.#options.channel.publishOutcome(this.#seal('outcome', ceremonyId, body))
  }

  /** Files in the order of the blames; undefined where one could not be written. */
  async #keep(ceremonyId: CeremonyId, blamed: readonly Blame[]): Promise<readonly (string | undefined)[]> {
    const { evidence, onIssue } = this.#options
    const kept = this.#writing.then(async () => {
      const files: (string | undefined)[] = []
      for (const [i, blame] of blamed.entries()) {
        files.push(
          await evidence.write(ceremonyId, i + 1, blame).catch((error: unknown) => {
            onIssue(`evidence against ${blame.validator} in ceremony ${ceremonyId} is lost`, error)
            return undefined
          }),
        )
      }
      return files
    })
    this.#writing = kept
    return kept
  }

  #tellProgress(): void {
    const now = performance.now()
    const open = this.#options.client.ceremonies().filter(({ instructedBy }) => instructedBy !== 'application')
    for (const { kind, ceremonyId, stage, waitingFor } of open.slice(0, MAX_TOLD)) {
      const words = `${stage} ${waitingFor.join()}`
      const before = this.#told.get(ceremonyId)
      if (before !== undefined && before.words === words && now - before.at < REPEAT_MS) continue
      this.#told.set(ceremonyId, { words, at: now })
      try {
        this.#options.channel.publishProgress(this.#seal('progress', ceremonyId, { kind, stage, waitingFor }))
      } catch {
        // The next tick tells the same again.
        this.#told.delete(ceremonyId)
      }
    }
    // Of ceremonies that ended; their outcome may not have come through here.
    if (this.#told.size > open.length) {
      const ids = new Set(open.map(({ ceremonyId }) => ceremonyId))
      for (const id of this.#told.keys()) if (!ids.has(id)) this.#told.delete(id)
    }
  }

  async #answer(bytes: Uint8Array): Promise<Uint8Array | null> {
    const second = Math.floor(performance.now() / 1_000)
    if (this.#asks.second !== second) this.#asks = { second, count: 0 }
    const ask = readAsk(bytes)
    if (ask === null || this.#asks.count >= MAX_ASKS_PER_SECOND) return null
    this.#asks.count += 1
    try {
      return this.#seal('status', 0n, await this.#status(ask))
    } catch (error) {
      this.#options.onIssue('an operator could not be answered', error)
      return null
    }
  }

  async #status({ nonce, keyId }: Ask): Promise<StatusBody> {
    const { keyStore, client, reasons, version } = this.#options
    const why = [...reasons()]
    const mark = await keyStore.highestCeremonyId()
    const told =
      keyId === undefined
        ? { keys: [...(await keyStore.list())].slice(0, MAX_KEYS_TOLD) }
        : { key: await client.key(keyId).then((key) => (key === null ? null : keyBody(key))) }
    return { nonce, ready: why.length === 0, reasons: why, version, highestCeremonyId: mark.toString(), ...told }
  }

  async #publish(type: ReportType, ceremonyId: CeremonyId, body: OutcomeBody | RefusedBody): Promise<void> {
    await this.#options.channel.publishOutcome(this.#seal(type, ceremonyId, body))
  }

  #seal(type: ReportType, ceremonyId: bigint, body: object): Uint8Array {
    const { network, self: from, identity } = this.#options
    return sealReport(identity, { network, from, type, ceremonyId, time: BigInt(Date.now()), body: JSON.stringify(body) }).bytes
  }
}

function keygenBody({ key }: Extract<KeygenOutcome, { readonly status: 'success' }>): OutcomeBody {
  const { keyId, groupPublicKey, suite, minSigners, participants } = key
  const body = { keyId, groupPublicKey: toHex(groupPublicKey), suite, minSigners, participants: [...participants] }
  return { status: 'success', kind: 'keygen', ...body }
}

function signBody({ signatures }: Extract<SignOutcome, { readonly status: 'success' }>): OutcomeBody {
  return { status: 'success', kind: 'sign', signatures: signatures.map(toHex) }
}

function preprocessBody({ count }: Extract<PreprocessOutcome, { readonly status: 'success' }>): OutcomeBody {
  return { status: 'success', kind: 'preprocess', count }
}

function keyBody(key: KeyInfo): KeyBody {
  const { keyId, suite, protocol, minSigners, participants, state } = key
  return {
    keyId,
    suite,
    protocol,
    minSigners,
    participants: [...participants],
    groupPublicKey: toHex(key.groupPublicKey),
    verifyingShares: hexOf(key.verifyingShares),
    state,
    keygenCeremonyId: key.keygenCeremonyId.toString(),
    certificates: hexOf(key.certificates),
  }
}

const hexOf = (bytes: ReadonlyMap<ValidatorId, Uint8Array>): Record<ValidatorId, string> =>
  Object.fromEntries([...bytes].map(([id, value]) => [id, toHex(value)]))

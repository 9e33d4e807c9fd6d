/** Listens to what a client tells of its ceremonies, for the log and the metrics. */
import type { Blame, Failure, InnerEvent, Missing } from '../ceremony/outcome.ts'
import type { MultisigClient } from '../client/index.ts'
import type { CeremonyId, CeremonyKind } from '../wire/message.ts'
import { CeremonyTimes } from './ceremony-times.ts'
import type { NodeLog } from './logs.ts'
import type { NodeMetrics } from './metrics.ts'

interface Ended {
  readonly kind: CeremonyKind
  readonly outcome: Failure | { readonly status: 'success'; readonly ceremonyId: CeremonyId }
  /** for the log's line */
  readonly result: object
}

export class NodeWatch {
  readonly #log: NodeLog
  readonly #metrics: NodeMetrics
  readonly #times: CeremonyTimes
  readonly #listening: Promise<void>

  /** Listens from now on. */
  constructor(client: Pick<MultisigClient, 'events'>, log: NodeLog, metrics: NodeMetrics) {
    this.#log = log
    this.#metrics = metrics
    this.#times = new CeremonyTimes(metrics)
    this.#listening = this.#listen(client.events())
  }

  /** When the client is closed and all that it told is written. */
  get ended(): Promise<void> {
    return this.#listening
  }

  async #listen(events: AsyncIterable<InnerEvent>): Promise<void> {
    for await (const event of events) this.#heard(event)
  }

  #heard(event: InnerEvent): void {
    switch (event.type) {
      case 'stage':
        this.#times.stage(event, performance.now())
        if (event.status === 'full') {
          const { kind, ceremonyId, stage } = event
          this.#log.debug({ kind, ceremonyId, stage }, 'stage is complete')
        }
        return
      case 'readyToKeygen':
        this.#log.debug({ peer: event.validator }, 'a validator is ready')
        return
      case 'keyReady':
        this.#log.info({ keyId: event.keyId }, 'key is active')
        return
      case 'instructionRefused': {
        const { ceremonyId, code, field, message } = event
        this.#metrics.refused(code)
        this.#log.warn({ ceremonyId, code, ...(field === undefined ? {} : { field }), reason: message }, 'instruction refused')
        return
      }
      case 'identityInUse':
        this.#metrics.alarm('identityInUse')
        this.#log.error({}, 'somebody else signs as this node: a second process with its identity, or a stolen key')
        return
      case 'unknownVersion':
        this.#metrics.alarm('unknownVersion')
        this.#log.warn({ peer: event.from, version: event.version }, 'a peer speaks another version of the protocol')
        return
      case 'messageSigned':
        return
      default:
        this.#ended(endOf(event))
    }
  }

  #ended({ kind, outcome, result }: Ended): void {
    const { ceremonyId } = outcome
    this.#times.ended(ceremonyId, performance.now())
    this.#metrics.ended(kind, outcome.status === 'success' ? 'success' : outcome)
    if (outcome.status === 'success') {
      this.#log.info({ kind, ceremonyId, ...result }, 'ceremony succeeded')
      return
    }
    const { reason, stage, blamed, missing } = outcome
    if (reason === 'internal') this.#metrics.alarm('internalError')
    this.#log.warn({ kind, ceremonyId, reason, stage, blamed: blamed.map(blameOf), missing: missing.map(missingOf) }, 'ceremony failed')
  }
}

function endOf(event: Extract<InnerEvent, { readonly outcome: unknown }>): Ended {
  const { outcome } = event
  switch (event.type) {
    case 'keygenOutcome':
      return { kind: 'keygen', outcome, result: event.outcome.status === 'success' ? { keyId: event.outcome.key.keyId } : {} }
    case 'preprocessOutcome':
      return { kind: 'preprocess', outcome, result: event.outcome.status === 'success' ? { slots: event.outcome.count } : {} }
    case 'signingOutcome':
      return { kind: 'sign', outcome, result: event.outcome.status === 'success' ? { signatures: event.outcome.signatures.length } : {} }
  }
}

const blameOf = ({ validator, fault, message }: Blame): object => ({ validator, fault, ...(message === undefined ? {} : { message }) })
const missingOf = ({ validator, reportedBy }: Missing): object => ({ validator, reportedBy })

/** A network with an adversary beside it, and the usual steps: everybody is told the same, and all that can happen happens. */
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import type { Failure } from '../../src/ceremony/outcome.ts'
import type { KeygenInstruction, SignInstruction } from '../../src/client/requests.ts'
import type { Kernel, Suite } from '../../src/kernel/contract.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { Protocol, ValidatorId } from '../../src/wire/message.ts'
import { Adversary } from './adversary.ts'
import { type NetworkOptions, SimulatedNetwork } from './network.ts'

export interface WorldOptions extends Partial<Omit<NetworkOptions, 'identities'>> {
  readonly kernel: Kernel
  readonly random: (length: number) => Uint8Array
  readonly identityOf: (id: ValidatorId) => Identity
  /** nodes a, b, c ... */
  readonly nodes: number
  /** default true; false: aborts are lost, so that every node has to find for itself what is wrong */
  readonly aborts?: boolean
  /** of the keys that it makes: default 'frost' */
  readonly protocol?: Protocol
}

export class World {
  readonly network: SimulatedNetwork
  readonly adversary: Adversary
  readonly ids: readonly ValidatorId[]
  readonly identities: ReadonlyMap<ValidatorId, Identity>
  readonly kernel: Kernel
  readonly #protocol: Protocol
  #lastId = 0n

  constructor(options: WorldOptions) {
    this.kernel = options.kernel
    this.#protocol = options.protocol ?? 'frost'
    this.ids = Array.from({ length: options.nodes }, (_, i) => String.fromCharCode(97 + i))
    this.identities = new Map(this.ids.map((id) => [id, options.identityOf(id)]))
    this.adversary = new Adversary(this.identities, options.aborts ?? true)
    this.network = new SimulatedNetwork({ intercept: this.adversary.intercept, ...options, identities: this.identities })
  }

  get honest(): readonly ValidatorId[] {
    return this.ids.filter((id) => !this.adversary.corrupted.includes(id))
  }

  nextId(): bigint {
    this.#lastId += 1n
    return this.#lastId
  }

  /** Instructs the participants at random times; nothing has happened yet when it returns. */
  startKeygen(
    suite: Suite,
    minSigners: number,
    participants: readonly ValidatorId[] = this.ids,
    protocol: Protocol = this.#protocol,
  ): bigint {
    const instruction: KeygenInstruction = { ceremonyId: this.nextId(), participants, minSigners, suite, protocol }
    for (const id of participants) this.network.later(() => this.network.keygen(id, instruction))
    return instruction.ceremonyId
  }

  startPreprocess(key: KeyInfo, signers: readonly ValidatorId[], count: number): bigint {
    const instruction = { ceremonyId: this.nextId(), keyId: key.keyId, signers, count }
    for (const id of signers) this.network.later(() => this.network.preprocess(id, instruction))
    return instruction.ceremonyId
  }

  startSigning(
    key: KeyInfo,
    signers: readonly ValidatorId[],
    messages: readonly Uint8Array[],
    preprocessed?: SignInstruction['preprocessed'],
  ): bigint {
    const named = preprocessed === undefined ? {} : { preprocessed }
    const instruction: SignInstruction = { ceremonyId: this.nextId(), keyId: key.keyId, signers, messages, ...named }
    for (const id of signers) this.network.later(() => this.network.sign(id, instruction))
    return instruction.ceremonyId
  }

  /** A key of all nodes, made without interference. */
  makeKey(suite: Suite, minSigners: number): KeyInfo {
    const ceremonyId = this.startKeygen(suite, minSigners)
    this.network.run()
    return this.keyOf(this.ids[0] ?? '', ceremonyId)
  }

  keyOf(id: ValidatorId, ceremonyId: bigint): KeyInfo {
    const outcome = this.network.outcome(id, ceremonyId)
    if (outcome.status !== 'success' || !('key' in outcome)) throw new Error(`${id} made no key: ${summary(outcome)}`)
    return outcome.key
  }

  signaturesOf(id: ValidatorId, ceremonyId: bigint): readonly Uint8Array[] {
    const outcome = this.network.outcome(id, ceremonyId)
    if (outcome.status !== 'success' || !('signatures' in outcome)) throw new Error(`${id} has no signatures: ${summary(outcome)}`)
    return outcome.signatures
  }

  failureOf(id: ValidatorId, ceremonyId: bigint): Failure {
    const outcome = this.network.outcome(id, ceremonyId)
    if (outcome.status !== 'failure') throw new Error(`${id} did not fail`)
    return outcome
  }

  /** When a node reported the end of a ceremony, in virtual milliseconds. */
  endOf(id: ValidatorId, ceremonyId: bigint): number {
    for (const { at, effect } of this.network.node(id).log) {
      if (effect.type !== 'event') continue
      const { event } = effect
      if ((event.type === 'keygenOutcome' || event.type === 'signingOutcome') && event.outcome.ceremonyId === ceremonyId) return at
    }
    throw new Error(`${id} reported no end of ${ceremonyId}`)
  }

  /** When a node was instructed: its first effect is to reserve the id. */
  startOf(id: ValidatorId, ceremonyId: bigint): number {
    const entry = this.network.node(id).log.find(({ effect }) => effect.type === 'store' && effect.ceremonyId === ceremonyId)
    if (entry === undefined) throw new Error(`${id} did not start ${ceremonyId}`)
    return entry.at
  }
}

/** A failure in words, for the message of a failing test. */
export function summary(outcome: { readonly status: string } | Failure): string {
  if (!('reason' in outcome)) return outcome.status
  const blamed = outcome.blamed.map(({ validator, fault, message }) => `${validator} ${fault}${message === undefined ? '' : ` ${message}`}`)
  const missing = outcome.missing.map(({ validator }) => validator)
  return `${outcome.reason} in ${outcome.stage}, blamed [${blamed.join(', ')}], missing [${missing.join(', ')}]`
}

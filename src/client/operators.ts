/**
 * Signed instructions of operators: which of them this node obeys. Everything else that comes under their subject changes nothing; what an operator
 * did sign and the node refuses, is told.
 */
import { equalBytes, toHex } from '../bytes.ts'
import type { DropReason } from '../ceremony/effects.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import { QuorateError } from '../errors.ts'
import { decodeInstruction, MAX_INSTRUCTION_BYTES, type SignedInstruction, verifyInstruction } from '../wire/instruction.ts'
import type { CeremonyId, ValidatorId } from '../wire/message.ts'
import type { KeygenRequest, PreprocessRequest, SignRequest } from './requests.ts'
import { warn } from './warn.ts'

/** Obeyed instructions that a repetition is known by: a bus keeps them for minutes, and an id that is forgotten here is still used. */
const REMEMBERED = 8_192

/** An operator's instruction that stands for longer than this is a slip: whoever has it could bring it up when nobody thinks of it any more. */
const MAX_AHEAD_MS = 86_400_000n

interface Obeyed {
  readonly operator: string
  readonly signature: Uint8Array
}

/** As the application would have called. */
export type Order =
  | { readonly kind: 'keygen'; readonly request: KeygenRequest }
  | { readonly kind: 'preprocess'; readonly request: PreprocessRequest }
  | { readonly kind: 'sign'; readonly request: SignRequest }

export interface OperatorsHost {
  readonly network: string
  readonly self: ValidatorId
  /** raw Ed25519 keys, each of 32 bytes */
  readonly operators: readonly Uint8Array[]
  dropped(reason: DropReason): void
  refused(event: Extract<InnerEvent, { readonly type: 'instructionRefused' }>): void
  /** resolves at the end of the ceremony; rejects with QuorateError for an instruction that is refused */
  obey(order: Order): Promise<unknown>
}

export class Operators {
  readonly #host: OperatorsHost
  readonly #keys: ReadonlySet<string>
  /** what was obeyed, by ceremony; the oldest goes first */
  readonly #obeyed = new Map<CeremonyId, Obeyed>()
  /** signatures of what came too late, which no copy mends: else each would cost a check and a report; the oldest goes first */
  readonly #refused = new Set<string>()

  constructor(host: OperatorsHost) {
    this.#host = host
    this.#keys = new Set(host.operators.map(toHex))
  }

  /** The operator's key by whose word a ceremony runs, hexadecimal; null: the application's, or long ago. */
  instructed(id: CeremonyId): string | null {
    return this.#obeyed.get(id)?.operator ?? null
  }

  receive(bytes: Uint8Array): void {
    const read = this.#read(bytes)
    if (typeof read === 'string') this.#host.dropped(read)
    else if (isParticipant(this.#host.self, read)) void this.#obey(read)
  }

  /** An instruction that an operator signed, or why it is none. Its age is another question. */
  #read(bytes: Uint8Array): DropReason | SignedInstruction {
    if (bytes.length > MAX_INSTRUCTION_BYTES) return 'size'
    const instruction = decoded(bytes)
    if (instruction === null) return 'malformed'
    if (instruction.network !== this.#host.network || !this.#keys.has(toHex(instruction.operator))) return 'signature'
    if (this.#refused.has(toHex(instruction.signature))) return 'duplicate'
    return verifyInstruction(instruction) ? instruction : 'signature'
  }

  /** Never rejects. */
  async #obey(instruction: SignedInstruction): Promise<void> {
    const { ceremonyId, operator, signature } = instruction
    const known = this.#obeyed.get(ceremonyId)
    // A bus repeats what it is not sure that we heard.
    if (known !== undefined && equalBytes(known.signature, signature)) return this.#host.dropped('duplicate')
    const mark = { operator: toHex(operator), signature }
    try {
      assertFresh(instruction, now())
      if (known === undefined) this.#remember(ceremonyId, mark)
      await this.#host.obey(orderOf(instruction))
    } catch (error) {
      if (this.#obeyed.get(ceremonyId) === mark) this.#obeyed.delete(ceremonyId)
      if (error instanceof QuorateError && error.code === 'ERR_UNAUTHORISED_INSTRUCTION') {
        this.#refused.add(toHex(signature))
        trim(this.#refused)
      }
      if (error instanceof QuorateError) this.#host.refused(refusalOf(ceremonyId, error))
      else warn(`an instruction for ceremony ${ceremonyId} could not be followed`, error)
    }
  }

  #remember(id: CeremonyId, mark: Obeyed): void {
    this.#obeyed.set(id, mark)
    trim(this.#obeyed)
  }
}

function trim<T>(remembered: { readonly size: number; keys(): Iterator<T>; delete(oldest: T): boolean }): void {
  while (remembered.size > REMEMBERED) {
    const oldest = remembered.keys().next()
    if (oldest.done === true) return
    remembered.delete(oldest.value)
  }
}

function decoded(bytes: Uint8Array): SignedInstruction | null {
  try {
    return decodeInstruction(bytes)
  } catch (error) {
    if (error instanceof QuorateError) return null
    throw error
  }
}

function isParticipant(self: ValidatorId, instruction: SignedInstruction): boolean {
  return (instruction.kind === 'keygen' ? instruction.participants : instruction.signers).includes(self)
}

/** Milliseconds since 1970 as the clock had it when the process started, counted on by the monotonic clock: a clock that is set changes nothing. */
function now(): bigint {
  return BigInt(Math.floor(performance.timeOrigin + performance.now()))
}

/** @throws ERR_UNAUTHORISED_INSTRUCTION */
function assertFresh({ expires }: SignedInstruction, time: bigint): void {
  if (expires > time + MAX_AHEAD_MS) {
    throw new QuorateError('ERR_UNAUTHORISED_INSTRUCTION', { field: 'expires', message: 'is more than a day ahead' })
  }
  if (time < expires) return
  throw new QuorateError('ERR_UNAUTHORISED_INSTRUCTION', { field: 'expires', message: `expired ${(time - expires) / 1000n} s ago` })
}

function orderOf(instruction: SignedInstruction): Order {
  const { ceremonyId } = instruction
  switch (instruction.kind) {
    case 'keygen': {
      const { protocol, suite, minSigners, participants } = instruction
      return { kind: 'keygen', request: { ceremonyId, protocol, suite, minSigners, participants } }
    }
    case 'preprocess': {
      const { keyId, signers, count } = instruction
      return { kind: 'preprocess', request: { ceremonyId, keyId, signers, count } }
    }
    case 'sign': {
      const { keyId, signers, messages, mode } = instruction
      const preprocessed = mode.type === 'two-round' ? {} : { preprocessed: { ceremonyId: mode.ceremonyId, firstSlot: mode.firstSlot } }
      return { kind: 'sign', request: { ceremonyId, keyId, signers, messages, ...preprocessed } }
    }
  }
}

function refusalOf(
  ceremonyId: CeremonyId,
  { code, field, message }: QuorateError,
): Extract<InnerEvent, { readonly type: 'instructionRefused' }> {
  return { type: 'instructionRefused', ceremonyId, code, ...(field !== undefined && { field }), message }
}

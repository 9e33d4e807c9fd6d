/** Where an audit brings its accusations: evidence is made of each, and only what would convince a stranger counts. */
import { equalBytes } from '../../bytes.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import { compareValidatorIds } from '../../wire/validator-id.ts'
import { makeEvidence, parseEvidence } from '../evidence/container.ts'
import { judgeEvidence } from '../evidence/verify.ts'
import type { Blame, Fault } from '../outcome.ts'
import { type ProvenFault, required } from '../step.ts'
import type { Transcript } from './file.ts'

/** Bytes of evidence after which no further faults are tried of a validator that is convicted already: a spoilt batch has a piece for every message. */
const ENOUGH_EVIDENCE = 1 << 26

export class Court {
  readonly #kernel: Kernel
  readonly #roster: Roster
  readonly #transcript: Transcript
  /** one for each validator, fault and message */
  readonly #convictions = new Map<string, Blame>()
  #bytes = 0

  constructor(kernel: Kernel, roster: Roster, transcript: Transcript) {
    this.#kernel = kernel
    this.#roster = roster
    this.#transcript = transcript
  }

  /** By validator; of one validator in the order in which they were found. */
  get convictions(): readonly Blame[] {
    return [...this.#convictions.values()].sort((a, b) => compareValidatorIds(a.validator, b.validator))
  }

  /** Whether it is proven. */
  accuse({ place, fault, parts, message }: ProvenFault): boolean {
    const { context, contextBytes } = this.#transcript
    const accused = required(context.participants[place]).id
    if (this.#convictions.has(nameOf(accused, fault, message))) return true
    if (this.#bytes >= ENOUGH_EVIDENCE && this.convictions.some(({ validator }) => validator === accused)) return false
    const made = typeof parts === 'function' ? parts() : parts
    return this.hear(makeEvidence({ fault, accused, context: contextBytes, ...made }))
  }

  /** Evidence, whoever made it; about another ceremony it proves nothing here. */
  hear(evidence: Uint8Array): boolean {
    const verdict = judgeEvidence(this.#kernel, evidence, this.#roster)
    if (!verdict.valid || !equalBytes(verdict.sid, this.#transcript.sid)) return false
    const { validator, fault } = verdict
    const position = parseEvidence(evidence).message?.position
    const name = nameOf(validator, fault, position)
    const blame = { validator, fault, evidence, ...(position === undefined ? {} : { message: position }) }
    if (this.#convictions.has(name)) return true
    this.#convictions.set(name, blame)
    this.#bytes += evidence.length
    return true
  }
}

function nameOf(validator: ValidatorId, fault: Fault, message: number | undefined): string {
  return `${validator} ${fault} ${message}`
}

/**
 * One signing ceremony of a key: picks the protocol that the key is pinned to and runs its stages. The message is inside the sid, so it is
 * fixed before the first commitment.
 */
import type { RandomSource } from '../../crypto/random-scalars.ts'
import type { SignContext } from '../../wire/context.ts'
import type { KeyMaterial } from '../key-material.ts'
import { frostPlan, isStinsonStrobl, shapeOf, stinsonStroblPlan } from '../plan.ts'
import type { Program, Runtime } from '../program.ts'
import type { Step } from '../step.ts'
import { FrostStages } from './frost-stages.ts'
import type { Signatures } from './signature-shares.ts'
import { signerIndices } from './signers.ts'
import { StroblStages } from './strobl-stages.ts'

export class SigningState implements Program<Signatures> {
  readonly #context: SignContext
  readonly #key: KeyMaterial
  readonly #messages: readonly Uint8Array[]
  readonly #random: RandomSource
  #stages: FrostStages | StroblStages | null = null

  constructor(context: SignContext, key: KeyMaterial, messages: readonly Uint8Array[], random: RandomSource) {
    this.#context = context
    this.#key = key
    this.#messages = messages
    this.#random = random
  }

  begin(runtime: Runtime): Step<Signatures> {
    const context = this.#context
    const shape = shapeOf(context)
    const options = { key: this.#key, indices: signerIndices(context, this.#key.record), messages: this.#messages, random: this.#random }
    this.#stages = isStinsonStrobl(context)
      ? new StroblStages({ ...options, context, plan: stinsonStroblPlan(shape) }, runtime)
      : new FrostStages({ ...options, plan: frostPlan(shape) }, runtime)
    return this.#stages.begin()
  }

  wipe(): void {
    this.#stages?.wipe()
  }
}

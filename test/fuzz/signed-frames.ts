/** Requests and answers under valid signatures, with whatever can stand in them. */
import { QuorateError } from '../../src/errors.ts'
import { type Envelope, STAGE_NUMBER, type ValidatorId } from '../../src/wire/message.ts'
import { sealAnswer, sealRequest, type Wanted } from '../../src/wire/request.ts'
import * as layouts from './layouts.ts'
import { IDS, identityOf, NETWORK } from './lockstep.ts'
import { mutate, type Specimen, specimen } from './mutate.ts'
import type { Prng } from './prng.ts'
import { type Recording, SUBJECT } from './recording.ts'

export class SignedFrames {
  readonly #messages: readonly Envelope[]
  readonly #confirmations: readonly Specimen[]

  constructor({ messages }: Recording) {
    this.#messages = messages
    const oks = messages.filter(({ header }) => header.kind === 'keygen' && header.stage === STAGE_NUMBER.sharedSecret.Confirm)
    this.#confirmations = oks.map(({ bytes }) => specimen(bytes, layouts.envelopeOf(layouts.confirm)))
  }

  /** Null where the choice has no encoding. */
  make(from: ValidatorId, random: Prng): Uint8Array | null {
    try {
      const answers = this.#confirmations.length > 0 && random.oneIn(2)
      return answers ? this.#answer(from, random) : this.#request(from, random)
    } catch (error) {
      if (error instanceof QuorateError) return null
      throw error
    }
  }

  #request(from: ValidatorId, random: Prng): Uint8Array {
    const { kind, ceremonyId, sid, stage } = random.pick(this.#messages).header
    const changed = {
      ceremonyId: random.oneIn(8) ? ceremonyId + 1n : ceremonyId,
      sid: random.oneIn(8) ? random.bytes(32) : sid,
      stage: random.oneIn(3) ? random.pick([1, 2, 3, 4, 5, 15, 0x41, 0x42, 0x44, 0x7f]) : stage,
    }
    const wanted: Wanted = random.oneIn(3)
      ? { type: 'certificates', ceremonyId: changed.ceremonyId, keyId: changed.sid }
      : { type: 'resend', kind: random.oneIn(8) ? 'preprocess' : kind, ...changed, author: random.pick([...IDS, 'stranger']) }
    const network = random.oneIn(16) ? 'elsewhere' : NETWORK
    return sealRequest(identityOf(from), { network, from, to: random.pick([SUBJECT, null]), wanted }).bytes
  }

  #answer(from: ValidatorId, random: Prng): Uint8Array {
    const count = random.below(this.#confirmations.length + 2)
    const certificates = Array.from({ length: count }, () => {
      const one = random.pick(this.#confirmations)
      return random.oneIn(3) ? mutate(one, this.#confirmations, random) : one.bytes
    })
    const keyId = random.oneIn(8) ? random.bytes(32) : random.pick(this.#messages).header.sid
    return sealAnswer(identityOf(from), { network: NETWORK, from, to: SUBJECT, keyId, certificates }).bytes
  }
}

/** What proves that a share of a Stinson-Strobl signature is bad: its envelope, and openings of all that its author signed with it. */
import type { Envelope } from '../../wire/message.ts'
import { STAGE_NUMBER } from '../../wire/message.ts'
import type { EvidenceParts, TranscriptOpening } from '../evidence/container.ts'
import type { RevealedDealings } from '../revealed-dealings.ts'
import { required } from '../step.ts'

export interface LocalSigRecord {
  /** opens the key digest in the sid */
  readonly key: { readonly keyId: Uint8Array; readonly record: Uint8Array }
  /** open the message digests in the sid */
  readonly messages: readonly Uint8Array[]
  /** T_2 */
  readonly previous: Uint8Array
  /** the signers' confirmations in order: with T_2 they give the digest that a share's envelope carries */
  readonly confirms: readonly Envelope[]
  readonly dealings: RevealedDealings
}

export class LocalSigEvidence {
  readonly #record: LocalSigRecord
  readonly #openings: readonly TranscriptOpening[]

  constructor(record: LocalSigRecord) {
    const { previous, confirms, dealings } = record
    this.#record = record
    const entries = confirms.map(({ header }) => ({ type: 'digest', digest: header.bodyDigest }) as const)
    this.#openings = [{ stage: STAGE_NUMBER.stinsonStrobl.Confirm, previous, entries }, dealings.opening(() => true)]
  }

  /** @param share the signer's envelope of stage `LocalSig` */
  parts(position: number, share: Envelope): EvidenceParts {
    const { key, messages } = this.#record
    return { envelopes: [share.bytes], openings: this.#openings, key, message: { position, bytes: required(messages[position]) } }
  }
}

/** What proves that a signature share is bad: its envelope, and openings of all that its author signed with it. */
import { ItemTree } from '../../crypto/item-tree.ts'
import { isItemised } from '../../wire/body-digest.ts'
import { type Envelope, STAGE_NUMBER } from '../../wire/message.ts'
import type { EvidenceParts, OpeningEntry } from '../evidence/container.ts'
import { required } from '../step.ts'

export interface SigningRecord {
  readonly sid: Uint8Array
  /** opens the key digest in the sid */
  readonly key: { readonly keyId: Uint8Array; readonly record: Uint8Array }
  /** open the message digests in the sid */
  readonly messages: readonly Uint8Array[]
  /** the signers' nonce commitments in order: they open the transcript digest that a share's envelope carries */
  readonly commitments: readonly Envelope[]
}

export class ShareEvidence {
  readonly #record: SigningRecord
  readonly #openers: readonly Opener[]

  constructor(record: SigningRecord) {
    this.#record = record
    this.#openers = record.commitments.map(openerOf)
  }

  /** @param share the signer's envelope of stage `SignatureShare` */
  parts(position: number, share: Envelope): EvidenceParts {
    const { sid, key, messages } = this.#record
    return {
      envelopes: [share.bytes],
      openings: [{ stage: STAGE_NUMBER.frost.NonceCommitments, previous: sid, entries: this.#openers.map((open) => open(position)) }],
      key,
      message: { position, bytes: required(messages[position]) },
    }
  }
}

/** Shows one signer's commitments to a message such that the digest in its signed header follows from them. */
type Opener = (position: number) => OpeningEntry

function openerOf({ header, body }: Envelope): Opener {
  if (!isItemised(header, body.length)) return () => ({ type: 'body', body })
  const tree = new ItemTree(body)
  return (position) => ({ type: 'item', ...tree.open(position) })
}

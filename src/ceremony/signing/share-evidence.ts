/** What proves that a signature share is bad: its envelope, and openings of all that its author signed with it. */
import { ItemTree } from '../../crypto/item-tree.ts'
import { isItemised, signedBodyDigest } from '../../wire/body-digest.ts'
import { type Envelope, FIRST_STAGE, STAGE_NUMBER } from '../../wire/message.ts'
import type { EvidenceParts, OpeningEntry } from '../evidence/container.ts'
import { required } from '../step.ts'

/** Where pairs of nonce commitments stand, or in a one-round signing would stand. */
const STAGE_OF_PAIRS = { kind: 'sign', stage: FIRST_STAGE } as const

export interface SigningRecord {
  /** the digest below the pairs: the sid, or in a one-round signing the preprocess digest */
  readonly previous: Uint8Array
  /** opens the key digest in the sid */
  readonly key: { readonly keyId: Uint8Array; readonly record: Uint8Array }
  /** open the message digests in the sid */
  readonly messages: readonly Uint8Array[]
  /** the signers' nonce pairs in order: they open the transcript digest that a share's envelope carries */
  readonly pairs: readonly Uint8Array[]
}

/** The body digest of a signer's pairs in stage 1 of a signing. */
export function pairsDigest(pairs: Uint8Array): Uint8Array<ArrayBuffer> {
  return signedBodyDigest(STAGE_OF_PAIRS, pairs)
}

export class ShareEvidence {
  readonly #record: SigningRecord
  readonly #openers: readonly Opener[]

  constructor(record: SigningRecord) {
    this.#record = record
    this.#openers = record.pairs.map(openerOf)
  }

  /** @param share the signer's envelope of stage `SignatureShare` */
  parts(position: number, share: Envelope): EvidenceParts {
    const { previous, key, messages } = this.#record
    return {
      envelopes: [share.bytes],
      openings: [{ stage: STAGE_NUMBER.frost.NonceCommitments, previous, entries: this.#openers.map((open) => open(position)) }],
      key,
      message: { position, bytes: required(messages[position]) },
    }
  }
}

/** Shows one signer's commitments to a message such that their digest follows from them. */
type Opener = (position: number) => OpeningEntry

function openerOf(body: Uint8Array): Opener {
  if (!isItemised(STAGE_OF_PAIRS, body.length)) return () => ({ type: 'body', body })
  const tree = new ItemTree(body)
  return (position) => ({ type: 'item', ...tree.open(position) })
}

/** The digest of a body that stands in its author's signed header. */
import { ITEM_BYTES, itemsDigest } from '../crypto/item-tree.ts'
import { bodyDigest } from '../crypto/transcript.ts'
import { type EnvelopeHeader, FIRST_STAGE } from './message.ts'

/**
 * Whether a body's items can be shown singly. The nonce commitments of a batch can (stage 1 of signing and preprocessing, one pair an item), so
 * that evidence about one message need not hold the commitments to all. Known from the header and the length alone: stage 1 is verified before
 * its ceremony is known.
 */
export function isItemised({ kind, stage }: Pick<EnvelopeHeader, 'kind' | 'stage'>, bodyBytes: number): boolean {
  return kind !== 'keygen' && stage === FIRST_STAGE && bodyBytes > ITEM_BYTES
}

export function signedBodyDigest(header: Pick<EnvelopeHeader, 'kind' | 'stage'>, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return isItemised(header, body.length) ? itemsDigest(body) : bodyDigest(body)
}

/**
 * A view: what its author accepted at broadcast stage `k`, header by header, and a header that carries another digest of it.
 * Two views of one stage, laid side by side, show who said two things.
 *
 * Layout: T_(k-1) 32 | accepted: u16 n, each u16 length || header || signature, in index order | differing: u16 length || header || signature
 */
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { decodeWith, encodeWith, fixedBytes, listOf, record } from './codec.ts'
import { decodeSignedHeader, type SignedHeader, signedHeaderBytes } from './signed-header.ts'
import { maxViewBytes } from './sizes.ts'

export interface ViewBody {
  /** T_(k-1): the digest before stage k */
  readonly previous: Uint8Array
  /** one a participant, in index order: what the author accepted at stage k */
  readonly accepted: readonly SignedHeader[]
  /** of a later stage, or of somebody's view of stage k: carries another T_k than the view's own header */
  readonly differing: SignedHeader
}

interface RawView {
  readonly previous: Uint8Array
  readonly accepted: readonly Uint8Array[]
  readonly differing: Uint8Array
}

const coder = (participants: number) =>
  record<RawView>({
    previous: fixedBytes(DIGEST_BYTES),
    accepted: listOf(signedHeaderBytes, participants, participants),
    differing: signedHeaderBytes,
  })

/** @throws ERR_INVALID_ARGUMENT */
export function encodeView({ previous, accepted, differing }: ViewBody): Uint8Array<ArrayBuffer> {
  return encodeWith(coder(accepted.length), { previous, accepted: accepted.map(({ bytes }) => bytes), differing: differing.bytes })
}

/**
 * Structure only: exactly n headers that decode. Whether they are signed, of this stage and by whom is judged elsewhere.
 *
 * @param participants n of the ceremony
 * @param network the label of the ceremony's context
 * @throws ERR_MALFORMED
 */
export function decodeView(bytes: Uint8Array, participants: number, network: string): ViewBody {
  const { previous, accepted, differing } = decodeWith(coder(participants), bytes, maxViewBytes(participants))
  return {
    previous,
    accepted: accepted.map((header) => decodeSignedHeader(header, network)),
    differing: decodeSignedHeader(differing, network),
  }
}

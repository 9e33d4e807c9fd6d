/**
 * An abort: why its author's ceremony failed. With evidence, so that a fault shown to one node convinces all; or a reason, and whom it missed.
 *
 * Layout: u8 1 | u16 count, each evidence as u32 length || bytes; or u8 2 | reason u8 | u16 count, each id
 */
import * as P from 'micro-packed'
import { invalidArgument } from '../errors.ts'
import { bytes32, decodeWith, encodeWith, listOf, named, oneOf, record, validatorId } from './codec.ts'
import { MAX_PARTICIPANTS, type ValidatorId } from './message.ts'
import { MAX_BODY_BYTES, MAX_EVIDENCE_BYTES } from './sizes.ts'
import { sortValidatorIds } from './validator-id.ts'

const REASON_NUMBER = {
  timeout: 1,
  dispute: 2,
  unconfirmed: 3,
  'instructed-differently': 4,
  degenerate: 5,
  aborted: 6,
  /** also a store that failed */
  internal: 7,
} as const

export type AbortReason = keyof typeof REASON_NUMBER

export type AbortBody =
  | { readonly type: 'evidence' /** 1..n pieces */; readonly evidence: readonly Uint8Array[] }
  /** sorted, distinct, without the author */
  | { readonly type: 'reason'; readonly reason: AbortReason; readonly missing: readonly ValidatorId[] }

const evidenceBytes = P.validate(bytes32, (bytes) => {
  if (bytes.length > MAX_EVIDENCE_BYTES) throw new Error('is larger than any evidence')
  return bytes
})

const coder = (participants: number) =>
  oneOf<AbortBody>({
    evidence: [1, record({ evidence: listOf(evidenceBytes, 1, participants) })],
    reason: [2, record({ reason: named(REASON_NUMBER), missing: listOf(validatorId, 0, participants - 1) })],
  })

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function encodeAbort(body: AbortBody): Uint8Array<ArrayBuffer> {
  return encodeWith(coder(MAX_PARTICIPANTS), body, checkOrder)
}

/**
 * Structure only: whether evidence is proven, and the missing are participants, is judged elsewhere.
 *
 * @param participants n of the ceremony
 * @throws ERR_MALFORMED
 */
export function decodeAbort(bytes: Uint8Array, participants: number): AbortBody {
  return decodeWith(coder(participants), bytes, MAX_BODY_BYTES, checkOrder)
}

function checkOrder(body: AbortBody): void {
  if (body.type !== 'reason') return
  const sorted = sortValidatorIds(body.missing)
  const ascending = new Set(sorted).size === sorted.length && body.missing.every((id, i) => id === sorted[i])
  if (!ascending) throw invalidArgument('missing', 'must be sorted and distinct')
}

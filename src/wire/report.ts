/**
 * What a node tells operators: whether it is ready, whom a ceremony waits for, that it refused an instruction, how a ceremony ended. Signed with the
 * node's identity key under a tag of its own, so that a broker cannot make one up; no part of any ceremony, never evidence.
 *
 * Layout: version u8 | frame u8 = 6 | scheme u8 | network u8+ascii | from id | type u8 | ceremonyId u64, 0 for a status | time u64 | body u32+UTF-8 | signature 64
 */
import * as P from 'micro-packed'
import { TAGS } from '../crypto/tags.ts'
import { invalidArgument } from '../errors.ts'
import { ascii, malformed, named, prefixed, record, validatorId } from './codec.ts'
import { IDENTITY_SCHEME, type Identity, SIGNATURE_BYTES, verifyIdentitySignature } from './identity.ts'
import { FRAME, type ValidatorId, WIRE_VERSION } from './message.ts'
import type { Roster } from './roster.ts'
import { openSigned, type Signed, type SignedForm, sealSigned, signedHash } from './signed-frame.ts'

const REPORT_NUMBER = { status: 1, progress: 2, refused: 3, outcome: 4 } as const
export type ReportType = keyof typeof REPORT_NUMBER

export interface ReportContent {
  /** the network label, as in every sid */
  readonly network: string
  readonly from: ValidatorId
  readonly type: ReportType
  /** what it is about; 0n exactly for a status */
  readonly ceremonyId: bigint
  /** milliseconds since 1970-01-01T00:00:00Z by the node's clock: nothing depends on it */
  readonly time: bigint
  /** JSON; its reader trusts none of its shape */
  readonly body: string
}

export type SignedReport = Signed<ReportContent>

/** A thousand signatures of 65 bytes in hexadecimal, or a failure that names everybody, are well below it; evidence is cut by the node where it is above. */
export const MAX_REPORT_BODY_BYTES = 1 << 26
export const MAX_REPORT_BYTES = 3 + 256 + 65 + 1 + 8 + 8 + 4 + MAX_REPORT_BODY_BYTES + SIGNATURE_BYTES
/** What a report has around its body at most. */
export const REPORT_OVERHEAD = MAX_REPORT_BYTES - MAX_REPORT_BODY_BYTES

/** u32 length || UTF-8, in the one form that a text has: a byte order mark is kept, and whatever is no UTF-8 refused. */
const utf8: P.CoderType<string> = P.wrap({
  encodeStream: (w, value: string) => {
    if (typeof value !== 'string' || /\p{Surrogate}/u.test(value)) throw w.err('must be well-formed text')
    const bytes = new TextEncoder().encode(value)
    P.U32BE.encodeStream(w, bytes.length)
    w.bytes(bytes)
  },
  decodeStream: (r) => {
    const bytes = r.bytes(P.U32BE.decodeStream(r))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  },
})

const form: SignedForm<ReportContent> = {
  tag: TAGS.report,
  coder: prefixed(
    [WIRE_VERSION, FRAME.report, IDENTITY_SCHEME],
    record<ReportContent>({
      network: ascii,
      from: validatorId,
      type: named(REPORT_NUMBER),
      ceremonyId: P.U64BE,
      time: P.U64BE,
      body: utf8,
    }),
  ),
  maxBytes: MAX_REPORT_BYTES,
  check: ({ type, ceremonyId }) => {
    if ((type === 'status') !== (ceremonyId === 0n)) throw invalidArgument('ceremonyId', 'must be 0 exactly for a status')
  },
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function sealReport(identity: Identity, content: ReportContent): SignedReport {
  return sealSigned(form, identity, content)
}

/** Of this network and signed by the validator that it names. @throws ERR_MALFORMED for everything else, with the first thing that is wrong as `field` */
export function openReport(bytes: Uint8Array, expected: { readonly network: string; readonly roster: Roster }): SignedReport {
  const report = openSigned(form, bytes)
  if (report.network !== expected.network) throw malformed('network', 'is another')
  const publicKey = expected.roster.get(report.from)
  if (publicKey === undefined) throw malformed('from', 'is not in the roster')
  if (!verifyIdentitySignature(publicKey, signedHash(form, report), report.signature))
    throw malformed('signature', 'is not made by this validator')
  return report
}

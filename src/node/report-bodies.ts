/**
 * What the JSON in a node's signed report says, by its type. A reader takes none of it for more than the word of this one node, so it is read strictly:
 * what does not have this shape is no report. Bytes are lowercase hex, ids of ceremonies decimal strings.
 */
import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../errors.ts'
import { MAX_BATCH, MAX_PARTICIPANTS } from '../wire/message.ts'
import { isValidatorId } from '../wire/validator-id.ts'

/** Reasons, lists of keys and further words of a node that tell people something. */
const MAX_TEXT = 1_024
const MAX_REASONS = 64
/** Ids that a status lists: a store with more is asked about one key at a time. */
export const MAX_KEYS_TOLD = 1_000
/** Faults that one outcome tells: every participant with every message, at the most. */
const MAX_BLAMED = MAX_PARTICIPANTS * MAX_BATCH

const validator = z.string().refine(isValidatorId)
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const someHex = z.string().regex(/^(?:[0-9a-f]{2})*$/)
const decimal = z.string().regex(/^(?:0|[1-9][0-9]{0,19})$/)
const text = z.string().max(MAX_TEXT)
const count = (max: number) => z.int().min(0).max(max)
const suite = z.enum(['secp256k1-sha256', 'bip340', 'evm'])
const protocol = z.enum(['frost', 'stinson-strobl'])
const kind = z.enum(['keygen', 'preprocess', 'sign'])
const stage = z.enum([
  'Preprocess',
  'HashCommitment',
  'Commitments',
  'SecretShare',
  'Confirm',
  'NonceCommitments',
  'SignatureShare',
  'LocalSig',
])
const reason = z.enum(['fault', 'dispute', 'timeout', 'unconfirmed', 'instructed-differently', 'degenerate', 'aborted', 'internal'])
const fault = z.enum([
  'bad-hash-opening',
  'bad-commitment-count',
  'bad-point',
  'bad-proof',
  'bad-share',
  'false-complaint',
  'bad-signature-share',
  'bad-certificate',
  'equivocation',
  'bad-view',
  'malformed',
])

const keyBody = z.strictObject({
  keyId: hex(32),
  suite,
  protocol,
  minSigners: z.int().min(1).max(MAX_PARTICIPANTS),
  participants: z.array(validator).min(1).max(MAX_PARTICIPANTS),
  groupPublicKey: hex(33),
  verifyingShares: z.record(z.string(), hex(33)),
  state: z.enum(['pending', 'active']),
  keygenCeremonyId: decimal,
  certificates: z.record(z.string(), someHex),
})

export const statusBody = z.strictObject({
  /** of the ask that it answers */
  nonce: hex(16),
  ready: z.boolean(),
  /** why not */
  reasons: z.array(text).max(MAX_REASONS),
  version: text,
  highestCeremonyId: decimal,
  /** ids of the first keys in the store; `key` instead where the ask names one, null: this node does not have it */
  keys: z.array(hex(32)).max(MAX_KEYS_TOLD).optional(),
  key: keyBody.nullable().optional(),
})

export const progressBody = z.strictObject({ kind, stage, waitingFor: z.array(validator).max(MAX_PARTICIPANTS) })

export const refusedBody = z.strictObject({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  field: text.optional(),
  message: text,
})

const evidenceHere = z.strictObject({ validator, fault, evidence: someHex })
/** Too large for the broker: by its SHA-256, in a file on the node; null where it could not be written. */
const evidenceThere = z.strictObject({ validator, fault, sha256: hex(32), file: text.nullable() })

const failureBody = z.strictObject({
  status: z.literal('failure'),
  kind,
  reason,
  stage,
  blamed: z.array(z.union([evidenceHere, evidenceThere])).max(MAX_BLAMED),
  missing: z.array(z.strictObject({ validator, reportedBy: validator })).max(MAX_PARTICIPANTS * MAX_PARTICIPANTS),
})

export const outcomeBody = z.union([
  z.strictObject({
    status: z.literal('success'),
    kind: z.literal('keygen'),
    keyId: hex(32),
    groupPublicKey: hex(33),
    suite,
    minSigners: z.int().min(1).max(MAX_PARTICIPANTS),
    participants: z.array(validator).min(1).max(MAX_PARTICIPANTS),
  }),
  z.strictObject({ status: z.literal('success'), kind: z.literal('sign'), signatures: z.array(someHex).min(1).max(MAX_BATCH) }),
  z.strictObject({ status: z.literal('success'), kind: z.literal('preprocess'), count: count(MAX_BATCH) }),
  failureBody,
])

export type KeyBody = z.infer<typeof keyBody>
export type StatusBody = z.infer<typeof statusBody>
export type ProgressBody = z.infer<typeof progressBody>
export type RefusedBody = z.infer<typeof refusedBody>
export type OutcomeBody = z.infer<typeof outcomeBody>
export type FailureBody = z.infer<typeof failureBody>
export type BlameBody = FailureBody['blamed'][number]

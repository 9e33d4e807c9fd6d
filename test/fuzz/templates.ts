/**
 * What a corrupted node could send in a recorded ceremony, to be changed: its own messages, and those that no honest node sends there - complaints,
 * views, aborts - put together from what the others signed.
 */
import { copyBytes } from '../../src/bytes.ts'
import { encodeAbort } from '../../src/wire/abort.ts'
import { decodeCommitments, encodeConfirm } from '../../src/wire/bodies.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, STAGE_NUMBER, type ValidatorId, VIEW_STAGE_BASE } from '../../src/wire/message.ts'
import { signedHeaderOf } from '../../src/wire/signed-header.ts'
import { encodeView } from '../../src/wire/view.ts'
import type { Grammar } from './grammar.ts'
import * as layouts from './layouts.ts'
import { identityOf, NETWORK } from './lockstep.ts'
import { type Recording, SUBJECT } from './recording.ts'

type Unsigned = Omit<EnvelopeHeader, 'bodyDigest'>

export function seal(header: Unsigned, body: Uint8Array): Envelope {
  return sealEnvelope(identityOf(header.from), NETWORK, header, body)
}

/** @param evidence pieces for an abort */
export function templatesOf(recording: Recording, author: ValidatorId, evidence: readonly Uint8Array[]): readonly Envelope[] {
  const own = recording.messages.filter(({ header }) => header.from === author && (header.to === null || header.to === SUBJECT))
  return [...own, ...viewsOf(recording, author), ...abortsOf(recording, author, evidence), ...complaintsOf(recording, author)]
}

export function layoutOf({ kind, stage }: Pick<EnvelopeHeader, 'kind' | 'stage'>): Grammar {
  if (stage === ABORT_STAGE) return layouts.abort
  if (stage > VIEW_STAGE_BASE) return layouts.view
  const { sharedSecret, frost } = STAGE_NUMBER
  if (kind === 'sign') return stage === frost.NonceCommitments ? layouts.nonceCommitments : layouts.signatureShares
  switch (stage) {
    case sharedSecret.HashCommitment:
      return layouts.hashCommitment
    case sharedSecret.Commitments:
      return layouts.commitments
    case sharedSecret.SecretShare:
      return layouts.encryptedShares
    default:
      return layouts.confirm
  }
}

/** The stages whose digest the next message carries; the digest of stage k by k. */
function digestsOf({ messages }: Recording): ReadonlyMap<number, Uint8Array> {
  const broadcast = [...new Set(messages.filter(({ header }) => header.to === null).map(({ header }) => header.stage))].sort(
    (x, y) => x - y,
  )
  return new Map(
    broadcast.flatMap((stage) => {
      const later = messages.find(({ header }) => header.stage > stage)
      return later === undefined ? [] : [[stage, later.header.previousTranscript] as const]
    }),
  )
}

function viewsOf(recording: Recording, author: ValidatorId): readonly Envelope[] {
  const digests = digestsOf(recording)
  return [...digests].flatMap(([stage, digest]) => {
    const accepted = recording.participants.flatMap((id) => {
      const found = recording.messages.find(({ header }) => header.from === id && header.stage === stage)
      return found === undefined ? [] : [found]
    })
    const next = recording.messages.find(({ header }) => header.from === author && header.stage > stage)
    const [first] = accepted
    if (first === undefined || next === undefined || accepted.length !== recording.participants.length) return []
    // The author's own lie is what differs, so that nobody else is to blame for anything.
    const { bodyDigest: _, ...header } = next.header
    const differing = signedHeaderOf(seal({ ...header, previousTranscript: new Uint8Array(32) }, next.body))
    const previous = first.header.previousTranscript
    const body = encodeView({ previous, accepted: accepted.map(signedHeaderOf), differing })
    return [seal({ ...header, to: null, stage: VIEW_STAGE_BASE + stage, previousTranscript: digest }, body)]
  })
}

function abortsOf(recording: Recording, author: ValidatorId, evidence: readonly Uint8Array[]): readonly Envelope[] {
  const first = recording.messages.find(({ header }) => header.from === author)
  if (first === undefined) return []
  const { bodyDigest: _, ...rest } = first.header
  const header = { ...rest, to: null, stage: ABORT_STAGE, previousTranscript: rest.sid }
  const missing = recording.participants.filter((id) => id !== author && id !== SUBJECT)
  return [
    seal(header, encodeAbort({ type: 'reason', reason: 'timeout', missing })),
    seal(header, encodeAbort({ type: 'reason', reason: 'degenerate', missing: [] })),
    ...evidence.map((piece) => seal(header, encodeAbort({ type: 'evidence', evidence: [piece] }))),
  ]
}

/** About each other dealer, with a proof that proves nothing. */
function complaintsOf({ messages }: Recording, author: ValidatorId): readonly Envelope[] {
  const { Commitments, SecretShare, Confirm } = STAGE_NUMBER.sharedSecret
  const confirm = messages.find(({ header }) => header.kind === 'keygen' && header.from === author && header.stage === Confirm)
  const commitments = messages.find(({ header }) => header.from === author && header.stage === Commitments)
  if (confirm === undefined || commitments === undefined) return []
  const { encryptionKey, proofs } = decodeCommitments(commitments.body)
  const { bodyDigest: _, ...header } = confirm.header
  const proof = new Uint8Array(160)
  proof.set(encryptionKey)
  proof.set(proofs, 64)
  const against = messages.filter((message) => message.header.stage === SecretShare && message.header.to === author)
  return against.map(({ bytes }) => {
    const complaint = { envelope: copyBytes(bytes), sharedPoint: encryptionKey, proof }
    return seal(header, encodeConfirm({ type: 'complaints', complaints: [complaint] }))
  })
}

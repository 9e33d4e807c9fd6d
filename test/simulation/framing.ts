/**
 * Evidence against honest nodes, composed at leisure: of everything that was ever said, under every fault, with and without openings, and of
 * containers that somebody else's fault filled. None may convince anybody.
 */
import { equalBytes } from '../../src/bytes.ts'
import {
  type Evidence,
  type EvidenceParts,
  makeEvidence,
  parseEvidence,
  type TranscriptOpening,
} from '../../src/ceremony/evidence/container.ts'
import type { Fault } from '../../src/ceremony/outcome.ts'
import { bodyDigest } from '../../src/crypto/transcript.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import { type Envelope, MAX_STAGE, type ValidatorId } from '../../src/wire/message.ts'
import { signedHeaderOf } from '../../src/wire/signed-header.ts'
import type { Dice } from './dice.ts'
import type { CeremonyFacts } from './facts.ts'

export const ALL_FAULTS: readonly Fault[] = [
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
]

/** Everything that was said in a ceremony, by whom. */
export class Archive {
  readonly #envelopes: readonly Envelope[]
  readonly ceremony: CeremonyFacts

  constructor(ceremony: CeremonyFacts, heard: Iterable<Envelope>) {
    this.ceremony = ceremony
    this.#envelopes = [...heard].filter(({ header }) => header.ceremonyId === ceremony.ceremonyId && equalBytes(header.sid, ceremony.sid))
  }

  of(author: ValidatorId, stage?: number): Envelope[] {
    return this.#envelopes.filter(({ header }) => header.from === author && (stage === undefined || header.stage === stage))
  }

  /** A stage opened with one of the bodies that each participant said, whichever; null if somebody said nothing. */
  opening(dice: Dice, stage: number, previous: Uint8Array): TranscriptOpening | null {
    const entries = this.ceremony.participants.map((id) => {
      const said = this.of(id, stage).filter(({ header }) => header.to === null)
      return said.length === 0 ? null : ({ type: 'body', body: dice.pick(said).body } as const)
    })
    return entries.every((entry) => entry !== null) ? { stage, previous, entries } : null
  }

  /** What the digest in a share of a Stinson-Strobl signature stands over, and then what it was computed from. */
  localSigOpenings(dice: Dice, accused: ValidatorId): TranscriptOpening[] {
    const [confirm] = this.of(accused, 4)
    const confirmed = confirm === undefined ? null : this.opening(dice, 4, confirm.header.previousTranscript)
    if (confirmed === null) return []
    const entries = confirmed.entries.map((entry) =>
      entry.type === 'body' ? ({ type: 'digest', digest: bodyDigest(entry.body) } as const) : entry,
    )
    return [{ ...confirmed, entries }, ...this.openings(dice, accused)]
  }

  /** What the digest of the stage after this one stands over. */
  openings(dice: Dice, accused: ValidatorId): TranscriptOpening[] {
    const broadcasts = this.of(accused).filter(({ header }) => header.stage > 1 && header.stage <= MAX_STAGE)
    if (broadcasts.length === 0) return []
    const first = this.opening(dice, 1, this.ceremony.sid)
    if (!this.ceremony.secretSharing) return first === null ? [] : [first]
    const [revealed] = this.of(accused, 2)
    const second = revealed === undefined ? null : this.opening(dice, 2, revealed.header.previousTranscript)
    return second === null ? [] : [second]
  }
}

/** A confirmation with complaints about a dealer: as an accomplice would have signed it. */
function complaintAbout(archive: Archive, dice: Dice, accused: ValidatorId, accomplices: readonly Envelope[]): Uint8Array[] {
  const confirms = accomplices.filter(({ header }) => header.stage === 4)
  const [share] = dice.shuffled(archive.of(accused, 3))
  if (share === undefined) return confirms.map(({ bytes }) => bytes)
  const body = encodeConfirm({
    type: 'complaints',
    complaints: [
      { envelope: share.bytes, sharedPoint: dice.bytes(64), proof: new Uint8Array([...dice.bytes(128), ...new Uint8Array(32)]) },
    ],
  })
  return [...confirms.map(({ bytes }) => bytes), body]
}

/** One attempt on one honest node, by random choice among what may fit. */
export function compose(
  archive: Archive,
  dice: Dice,
  accused: ValidatorId,
  fault: Fault,
  proven: readonly Uint8Array[],
): Uint8Array | null {
  const { contextBytes: context, key, messages } = archive.ceremony
  const said = dice.shuffled(archive.of(accused))
  const [first, second] = said
  if (first === undefined) return null
  const make = (parts: EvidenceParts): Uint8Array => makeEvidence({ fault, accused, context, ...parts })
  // A proof of somebody's real fault, with another name on it.
  if (proven.length > 0 && dice.chance(0.25)) {
    const evidence: Evidence = { ...parseEvidence(dice.pick(proven)), accused }
    return makeEvidence(dice.chance(0.5) ? { ...evidence, fault } : evidence)
  }
  const envelopes = said.map(({ bytes }) => bytes)
  // In a signing it says which index the accused has.
  const known = key === null ? {} : { key: { keyId: key.keyIdBytes, record: key.recordBytes } }
  switch (fault) {
    case 'malformed':
    case 'bad-commitment-count':
    case 'bad-point':
      return make({ envelopes: [dice.chance(0.9) ? first.bytes : dice.flipped(first.bytes)] })
    case 'bad-proof': {
      const [reveal = first] = dice.chance(0.5) ? archive.of(accused, 2) : []
      return make({ envelopes: [reveal.bytes], ...known })
    }
    case 'bad-hash-opening': {
      const [commitment] = archive.of(accused, 1)
      const reveals = archive.of(accused, 2)
      const reveal = reveals.length === 0 ? second : dice.pick(reveals)
      return commitment === undefined || reveal === undefined ? null : make({ envelopes: [commitment.bytes, reveal.bytes], ...known })
    }
    case 'equivocation': {
      if (second === undefined) return null
      const same = said.filter(({ header }) => header.stage === first.header.stage)
      return make({ headers: [first, same[1] ?? second].map((envelope) => signedHeaderOf(envelope).bytes) })
    }
    case 'bad-view': {
      const paired = dice.chance(0.5) && second !== undefined
      return make(paired ? { headers: [first, second].map((envelope) => signedHeaderOf(envelope).bytes) } : { envelopes: [first.bytes] })
    }
    case 'bad-share':
    case 'false-complaint': {
      const accomplices = archive.ceremony.participants.flatMap((id) => (id === accused ? [] : archive.of(id)))
      const confirms = fault === 'bad-share' ? complaintAbout(archive, dice, accused, accomplices) : envelopes
      return confirms.length === 0 ? null : make({ envelopes: [dice.pick(confirms)], openings: archive.openings(dice, accused), ...known })
    }
    case 'bad-certificate':
      return make({ envelopes: [dice.pick([...archive.of(accused, 4), first]).bytes], openings: archive.openings(dice, accused) })
    case 'bad-signature-share': {
      if (key === null) return make({ envelopes: [first.bytes] })
      const position = dice.below(messages.length)
      const bytes = messages[position] ?? new Uint8Array()
      const { secretSharing, shareStage } = archive.ceremony
      const [share = first] = archive.of(accused, shareStage)
      return make({
        envelopes: [share.bytes],
        openings: secretSharing ? archive.localSigOpenings(dice, accused) : archive.openings(dice, accused),
        ...known,
        message: { position, bytes },
      })
    }
  }
}

/** The layouts of docs/protocol.md, from the frames down to the parts of evidence. */
import { choice, fixed, type Grammar, list, nothing, rest, sequence, sized, uint } from './grammar.ts'

const u8 = uint(1)
const u16 = uint(2)
const u32 = uint(4)
const u64 = uint(8)
const text = sized(1)
const id = sized(1)
/** an id, or one zero byte: as bytes the same */
const recipient = sized(1)
const digest = fixed(32)
const scalar = fixed(32)
const point = fixed(64)
const signature = fixed(64)
const compressed = fixed(33)

const header = [u8, u8, u8, u8, u64, digest, u8, id, recipient, digest, digest]

export const signedHeader = sequence(...header, signature)
export const envelopeOf = (body: Grammar | null): Grammar => sequence(...header, signature, sized(4, body))

export const ready = sequence(u8, u8, u8, text, id, fixed(16), signature)

const participant = sequence(id, u8, fixed(32))
const contextHead = [text, u64, u8, u8, u16, list(2, participant)]
export const context = choice({
  1: sequence(...contextHead),
  2: sequence(...contextHead, digest, u16),
  3: sequence(...contextHead, digest, choice({ 1: nothing, 2: sequence(u64, u16) }), list(2, sequence(u32, digest))),
})

export const keyRecord = sequence(u8, u8, u16, compressed, list(2, sequence(id, compressed)))

export const hashCommitment = digest
export const commitments = sequence(digest, point, u16, u16, rest(32))
export const encryptedShares = rest(16)
export const nonceCommitments = rest(64)
export const signatureShares = rest(32)
const secretShareEnvelope = envelopeOf(encryptedShares)
export const confirm = choice({
  1: digest,
  2: list(2, sequence(sized(4, secretShareEnvelope), point, point, point, scalar)),
})

/** Evidence holds bodies of any stage, and what precedes them says which; changed in pieces of 32 bytes. */
const anyBody = rest(32)

export const view = sequence(digest, list(2, sized(2, signedHeader)), sized(2, signedHeader))

const opening = sequence(
  u8,
  digest,
  list(
    2,
    choice({
      0: digest,
      1: sized(4, anyBody),
      2: sequence(u32, sized(1), list(1, digest)),
    }),
  ),
)
export const evidence = sequence(
  u8,
  u8,
  id,
  sized(4, context),
  list(2, sized(4, envelopeOf(anyBody))),
  list(1, sized(2, signedHeader)),
  list(1, opening),
  choice({ 0: nothing, 1: sequence(digest, sized(4, keyRecord)) }),
  choice({ 0: nothing, 1: sequence(u16, sized(4)) }),
)

export const abort = choice({ 1: list(2, sized(4, evidence)), 2: sequence(u8, list(2, id)) })

const requestHead = [u8, u8, u8, text, id, recipient]
export const request = sequence(...requestHead, choice({ 1: sequence(u8, u64, digest, u8, id), 2: sequence(u64, digest) }), signature)
export const answer = sequence(...requestHead, digest, list(2, sized(4, envelopeOf(confirm))), signature)

export const keyMaterial = sequence(u8, sized(4, context), sized(4, keyRecord), digest, scalar, sized(4, envelopeOf(confirm)))
export const certificates = list(2, sized(4, envelopeOf(confirm)))

/** The text in front is of 21 bytes. */
export const transcript = sequence(
  fixed(21),
  sized(4, context),
  choice({ 0: nothing, 1: sequence(digest, sized(4, keyRecord)) }),
  list(2, sized(4)),
  list(2, sized(4, envelopeOf(anyBody))),
)

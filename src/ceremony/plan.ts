/**
 * The stages of each ceremony, known from its context alone: order, delivery, size caps and decoders. The runtime uses them to refuse and to
 * decode; `verifyEvidence` uses the same decoders to judge a body offline, so that the two cannot disagree.
 */
import { QuorateError } from '../errors.ts'
import {
  type CommitmentsBody,
  type ConfirmBody,
  decodeCommitments,
  decodeConfirm,
  decodeEncryptedShares,
  decodeHashCommitment,
  decodeNonceCommitments,
  decodeSignatureShares,
} from '../wire/bodies.ts'
import { type CeremonyContext, positionsOf, type SignContext } from '../wire/context.ts'
import { type Delivery, STAGE_NUMBER, type StageName } from '../wire/message.ts'
import { type BodyShape, maxBodyBytes } from '../wire/sizes.ts'
import type { Decoded, StagePlan } from './stage.ts'

/** What the sizes and meanings of bodies depend on. */
export type CeremonyShape = Omit<BodyShape, 'stage'>

export interface SharedSecretPlan {
  readonly hashCommitment: StagePlan<Uint8Array>
  readonly commitments: StagePlan<CommitmentsBody>
  readonly secretShare: StagePlan<Uint8Array>
  readonly confirm: StagePlan<ConfirmBody>
}

export interface StinsonStroblPlan extends SharedSecretPlan {
  readonly localSig: StagePlan<Uint8Array>
}

export interface FrostPlan {
  readonly nonceCommitments: StagePlan<Uint8Array>
  readonly signatureShare: StagePlan<Uint8Array>
}

export interface PreprocessPlan {
  readonly preprocess: StagePlan<Uint8Array>
  readonly confirm: StagePlan<ConfirmBody>
}

/** Turns a decoder that throws ERR_MALFORMED into a verdict on the author. */
function decoding<Body>(decode: (body: Uint8Array) => Body): (body: Uint8Array) => Decoded<Body> {
  return (body) => {
    try {
      return { ok: true, body: decode(body) }
    } catch (error) {
      if (error instanceof QuorateError && error.code === 'ERR_MALFORMED') return { ok: false, fault: 'malformed' }
      throw error
    }
  }
}

function stage<Body>(
  shape: CeremonyShape,
  name: StageName,
  number: number,
  delivery: Delivery,
  decode: (body: Uint8Array) => Decoded<Body>,
): StagePlan<Body> {
  return { name, number, delivery, maxBodyBytes: maxBodyBytes({ ...shape, stage: name }), decode }
}

export function sharedSecretPlan(shape: CeremonyShape): SharedSecretPlan {
  const { positions, minSigners } = shape
  const number = STAGE_NUMBER.sharedSecret
  return {
    hashCommitment: stage(shape, 'HashCommitment', number.HashCommitment, 'broadcast', decoding(decodeHashCommitment)),
    commitments: stage(shape, 'Commitments', number.Commitments, 'broadcast', (body) => {
      const decoded = decoding(decodeCommitments)(body)
      if (!decoded.ok) return decoded
      // Exactly t coefficients a position, before anything else looks at them: more would raise the threshold, fewer lower it.
      // defence: coefficient-count
      const expected = decoded.body.positions === positions && decoded.body.coefficients === minSigners
      return expected ? decoded : { ok: false, fault: 'bad-commitment-count' }
    }),
    secretShare: stage(
      shape,
      'SecretShare',
      number.SecretShare,
      'private',
      decoding((body) => decodeEncryptedShares(body, positions)),
    ),
    confirm: stage(
      shape,
      'Confirm',
      number.Confirm,
      'broadcast',
      decoding((body) => decodeConfirm(body, shape)),
    ),
  }
}

/** SharedSecret for the nonces, then the shares of the signatures. */
export function stinsonStroblPlan(shape: CeremonyShape): StinsonStroblPlan {
  const decode = decoding((body) => decodeSignatureShares(body, shape.positions))
  return { ...sharedSecretPlan(shape), localSig: stage(shape, 'LocalSig', STAGE_NUMBER.stinsonStrobl.LocalSig, 'broadcast', decode) }
}

export function frostPlan(shape: CeremonyShape): FrostPlan {
  const { positions } = shape
  const number = STAGE_NUMBER.frost
  return {
    nonceCommitments: stage(
      shape,
      'NonceCommitments',
      number.NonceCommitments,
      'broadcast',
      decoding((body) => decodeNonceCommitments(body, positions)),
    ),
    signatureShare: stage(
      shape,
      'SignatureShare',
      number.SignatureShare,
      'broadcast',
      decoding((body) => decodeSignatureShares(body, positions)),
    ),
  }
}

export function preprocessPlan(shape: CeremonyShape): PreprocessPlan {
  const number = STAGE_NUMBER.preprocess
  return {
    preprocess: stage(
      shape,
      'Preprocess',
      number.Preprocess,
      'broadcast',
      decoding((body) => decodeNonceCommitments(body, shape.positions)),
    ),
    confirm: stage(
      shape,
      'Confirm',
      number.Confirm,
      'broadcast',
      decoding((body) => decodeConfirm(body, shape)),
    ),
  }
}

export function shapeOf(context: CeremonyContext): CeremonyShape {
  const { kind, participants, minSigners } = context
  return { kind, participants: participants.length, minSigners, positions: positionsOf(context) }
}

export function isStinsonStrobl(context: CeremonyContext): context is SignContext & { readonly protocol: 'stinson-strobl' } {
  return context.kind === 'sign' && context.protocol === 'stinson-strobl'
}

export function isOneRound(context: CeremonyContext): boolean {
  return context.kind === 'sign' && context.mode.type === 'one-round'
}

/** The first four stages of a ceremony that begins with SharedSecret; null for the others. */
export function sharedSecretOf(context: CeremonyContext): SharedSecretPlan | null {
  return context.kind === 'keygen' || isStinsonStrobl(context) ? sharedSecretPlan(shapeOf(context)) : null
}

/** All stages of a ceremony in order. */
export function stagesOf(context: CeremonyContext): readonly StagePlan[] {
  if (context.kind === 'keygen') return Object.values(sharedSecretPlan(shapeOf(context)))
  if (context.kind === 'preprocess') return Object.values(preprocessPlan(shapeOf(context)))
  if (isStinsonStrobl(context)) return Object.values(stinsonStroblPlan(shapeOf(context)))
  const plan = frostPlan(shapeOf(context))
  // The nonces of the one-round mode are there: what is left is the second stage, under its own number.
  return context.mode.type === 'one-round' ? [plan.signatureShare] : Object.values(plan)
}

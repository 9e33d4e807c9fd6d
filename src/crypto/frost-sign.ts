/** FROST round two (RFC 9591 section 5.2): from the list of commitments to one share a position. */
import { assertBytes, concatAll, itemOf, wipe } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, type Kernel, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { bindingFactors } from './frost-binding.ts'
import { challenges, groupCommitments, isDegenerate, multipliers, nonceSigns } from './frost-challenge.ts'
import { ownLagrange } from './frost-lagrange.ts'
import { NONCE_PAIR_BYTES } from './frost-nonces.ts'
import { checkTranscript, readCommitments } from './frost-transcript.ts'
import type { SigningTranscript } from './jobs/contract.ts'

export type PreparedSigning =
  | {
      readonly status: 'ready'
      /** signers x positions x 32 */
      readonly factors: Batch
      /** positions x 64: R */
      readonly groupCommitments: Batch
      /** positions x 32 */
      readonly challenges: Batch
    }
  /** places in `signers` whose commitments hold a point that is off the curve or the identity */
  | { readonly status: 'bad-points'; readonly culprits: readonly number[] }
  /** some R is the identity: nobody can be blamed for that */
  | { readonly status: 'degenerate' }

/** What every signer and every verifier of the batch computes from public values alone. */
export function prepareSigning(kernel: Kernel, transcript: SigningTranscript): PreparedSigning {
  checkTranscript(transcript)
  const { suite, groupPublicKey, messages } = transcript
  const read = readCommitments(kernel, transcript)
  if (read.status !== 'read') return read
  const { hiding, binding, compressed } = read.points
  const factors = bindingFactors(kernel, transcript, compressed)
  const commitments = groupCommitments(kernel, hiding, binding, factors, messages.length)
  if (isDegenerate(commitments)) return { status: 'degenerate' }
  return {
    status: 'ready',
    factors,
    groupCommitments: commitments,
    challenges: challenges(kernel, suite, commitments, groupPublicKey, messages),
  }
}

export type SignedBatch =
  | { readonly status: 'signed'; readonly signatureShares: Batch; readonly groupCommitments: Batch; readonly challenges: Batch }
  | Exclude<PreparedSigning, { readonly status: 'ready' }>

/** Our own secrets for one batch. */
export interface SigningSecrets {
  /** our own key index, one of the transcript's signers */
  readonly index: number
  /** secret */
  readonly share: Scalar
  /** secret, positions x 64: hiding || binding */
  readonly nonces: Batch
}

/** z = +-(d + rho e) +- lambda c x at every position. The caller has made sure that its own entry in the transcript is what these nonces commit to. */
export function signBatch(kernel: Kernel, transcript: SigningTranscript, { index, share, nonces }: SigningSecrets): SignedBatch {
  const { suite, groupPublicKey, signers, messages } = transcript
  const positions = messages.length
  const place = signers.indexOf(index)
  if (place < 0) throw invalidArgument('index', 'must be one of the signers')
  assertBytes(share, 'share', SCALAR_BYTES)
  assertBytes(nonces, 'nonces', positions * NONCE_PAIR_BYTES)
  const prepared = prepareSigning(kernel, transcript)
  if (prepared.status !== 'ready') return prepared
  const hiding = everySecond(nonces, 0)
  const binding = everySecond(nonces, 1)
  try {
    const signatureShares = kernel.signatureShares({
      hiding,
      binding,
      bindingFactors: prepared.factors.slice(place * positions * SCALAR_BYTES, (place + 1) * positions * SCALAR_BYTES),
      negate: nonceSigns(suite, prepared.groupCommitments),
      multipliers: multipliers(kernel, suite, groupPublicKey, ownLagrange(kernel, signers, index), prepared.challenges),
      share,
    })
    return { status: 'signed', signatureShares, groupCommitments: prepared.groupCommitments, challenges: prepared.challenges }
  } finally {
    wipe(hiding, binding)
  }
}

/** The first or the second scalar of each pair. */
function everySecond(pairs: Batch, offset: 0 | 1): Uint8Array<ArrayBuffer> {
  const count = pairs.length / NONCE_PAIR_BYTES
  return concatAll(Array.from({ length: count }, (_, i) => itemOf(pairs, 2 * i + offset, SCALAR_BYTES)))
}

/** A group of n with t signers, all nonces and all shares: what one signer holds and receives. */
import type { Kernel } from 'quorate/kernel'
import { multipliers, nonceSigns } from '../../src/crypto/frost-challenge.ts'
import { ownLagrange } from '../../src/crypto/frost-lagrange.ts'
import { prepareSigning } from '../../src/crypto/frost-sign.ts'
import type { SigningTranscript } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { bytes, scalars } from '../context.ts'
import { concat, type Group, integersTo, present } from '../groups.ts'
import { split } from '../peers/contract.ts'

export interface SigningInputs {
  readonly group: Group
  readonly transcript: SigningTranscript
  /** place of the signer whose work is measured, in the order of the transcript's signers */
  readonly place: number
  /** one a signer */
  readonly secretShares: readonly Uint8Array[]
  /** one a signer, messages x 64: hiding || binding */
  readonly nonces: readonly Uint8Array[]
  /** signers x 33 */
  readonly verifyingShares: Uint8Array
  /** t x 64, the group's polynomial in the exponent */
  readonly polynomial: Uint8Array
  /** one a signer, messages x 32, all good */
  readonly signatureShares: readonly Uint8Array[]
}

export function makeSigningInputs(kernel: Kernel, group: Group, messages = 1): SigningInputs {
  const { n, t, name } = group
  // The last t of n: the Lagrange coefficients of large indices.
  const signers = integersTo(t).map((i) => n - t + i)
  const coefficients = scalars(`frost/${name}/coefficients`, t)
  const polynomial = kernel.baseMulVar(coefficients)
  const values = kernel.evaluatePolynomial(coefficients, signers)
  const secretShares = signers.map((_, i) => values.slice(32 * i, 32 * (i + 1)))
  const nonces = signers.map((index) => scalars(`frost/${name}/nonces/${index}`, 2 * messages))
  const transcript: SigningTranscript = {
    suite: 'secp256k1-sha256',
    groupPublicKey: kernel.compress(polynomial.slice(0, 64)),
    signers,
    commitments: nonces.map((pair) => kernel.baseMulVar(pair)),
    messages: integersTo(messages).map((i) => bytes(`frost/${name}/message/${i}`, 32)),
  }
  return {
    group,
    transcript,
    place: t - 1,
    secretShares,
    nonces,
    verifyingShares: kernel.compress(kernel.baseMulVar(values)),
    polynomial,
    signatureShares: sharesOfAll(kernel, transcript, secretShares, nonces),
  }
}

/** What is the same for all signers is computed once: a batch among 67 would take a minute otherwise. */
function sharesOfAll(
  kernel: Kernel,
  transcript: SigningTranscript,
  secretShares: readonly Uint8Array[],
  nonces: readonly Uint8Array[],
): Uint8Array[] {
  const { suite, groupPublicKey, signers } = transcript
  const prepared = prepareSigning(kernel, transcript)
  if (prepared.status !== 'ready') throw new Error(`signing ended as ${prepared.status}`)
  const { challenges, groupCommitments } = prepared
  const factors = split(prepared.factors, challenges.length)
  return signers.map((index, place) => {
    const scalarsOf = split(present(nonces[place]), 32)
    return kernel.signatureShares({
      hiding: concat(scalarsOf.filter((_, i) => i % 2 === 0)),
      binding: concat(scalarsOf.filter((_, i) => i % 2 === 1)),
      bindingFactors: present(factors[place]),
      negate: nonceSigns(suite, groupCommitments),
      multipliers: multipliers(kernel, suite, groupPublicKey, ownLagrange(kernel, signers, index), challenges),
      share: present(secretShares[place]),
    })
  })
}

export interface SignedShare {
  readonly share: Uint8Array
  readonly groupCommitments: Uint8Array
  readonly challenges: Uint8Array
}

export function signAt(kernel: Kernel, transcript: SigningTranscript, place: number, share: Uint8Array, nonces: Uint8Array): SignedShare {
  const index = present(transcript.signers[place])
  const signed = runJob(kernel, { name: 'signShares', args: { ...transcript, index, share, nonces } })
  if (signed.status !== 'signed') throw new Error(`signing ended as ${signed.status}`)
  return { share: signed.signatureShares, groupCommitments: signed.groupCommitments, challenges: signed.challenges }
}

/** Shares of which some are wrong by one. */
export function spoil(kernel: Kernel, { signatureShares }: SigningInputs, isBad: (place: number) => boolean): Uint8Array[] {
  const one = new Uint8Array(32)
  one[31] = 1
  return signatureShares.map((share, place) => (isBad(place) ? kernel.scalarAdd(share, one) : share))
}

export const placesOf = (places: readonly number[]): Uint8Array => concat(places.map((place) => Uint8Array.of(place)))

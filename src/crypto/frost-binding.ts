/**
 * Binding factors (RFC 9591 sections 4.3 and 4.4): rho_i = H1(Y || H4(message) || H5(list of commitments) || i). They tie every share to the
 * whole list, the message and the key, which is what makes concurrent signing safe (eprint 2020/945).
 */
import { concatAll, concatBytes, itemOf } from '../bytes.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, SCALAR_BYTES } from '../kernel/contract.ts'
import type { SigningTranscript } from './jobs/contract.ts'
import { evenPoint } from './point-encoding.ts'
import { hashesOf, reduceWide, rulesOf, WIDE_BYTES } from './suites/index.ts'

const PAIR_BYTES = 2 * COMPRESSED_BYTES

/** An identifier as a scalar: 32 bytes, big-endian. */
export function encodeIdentifier(index: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(SCALAR_BYTES)
  new DataView(out.buffer).setUint16(SCALAR_BYTES - 2, index)
  return out
}

/** binding_factor_input_prefix of section 4.4 for one position, as its three parts. */
function inputPrefix(transcript: SigningTranscript, identifiers: readonly Uint8Array[], compressed: Batch, position: number): Uint8Array[] {
  const { suite, groupPublicKey, messages } = transcript
  const { h4, h5 } = hashesOf(suite)
  const list = identifiers.flatMap((identifier, signer) => [
    identifier,
    itemOf(compressed, signer * messages.length + position, PAIR_BYTES),
  ])
  // BIP-340 knows a key by x alone: the point with even y stands in the hash, whatever the parity of the key as given.
  const key = rulesOf(suite).evenPoints ? evenPoint(groupPublicKey) : groupPublicKey
  return [key, h4(messages[position] ?? new Uint8Array()), h5(concatAll(list))]
}

/** rho_input of every signer at one position, in the order of `signers`: the bytes that the vectors of RFC 9591 appendix E print. */
export function bindingFactorInputs(transcript: SigningTranscript, compressed: Batch, position: number): Uint8Array[] {
  const identifiers = transcript.signers.map(encodeIdentifier)
  const prefix = inputPrefix(transcript, identifiers, compressed, position)
  return identifiers.map((identifier) => concatBytes(...prefix, identifier))
}

/**
 * @param compressed signers x positions x 66, D || E
 * @returns signers x positions x 32
 */
export function bindingFactors(kernel: Kernel, transcript: SigningTranscript, compressed: Batch): Batch {
  const { suite, signers, messages } = transcript
  const { h1 } = hashesOf(suite)
  const identifiers = signers.map(encodeIdentifier)
  const wide = new Uint8Array(signers.length * messages.length * WIDE_BYTES)
  for (let position = 0; position < messages.length; position++) {
    const prefix = inputPrefix(transcript, identifiers, compressed, position)
    identifiers.forEach((identifier, signer) => {
      wide.set(h1.hash(...prefix, identifier), (signer * messages.length + position) * WIDE_BYTES)
    })
  }
  return reduceWide(kernel, wide)
}

/** Round two, the check of one share, and aggregation. */
import { assertBytes, concatAll, wipe } from '../bytes.ts'
import { checkSignature } from '../crypto/check-signature.ts'
import { aggregateBatch } from '../crypto/frost-aggregate.ts'
import { findBadShares, judgeShare } from '../crypto/frost-blame.ts'
import { prepareSigning, signBatch } from '../crypto/frost-sign.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { type Kernel, type Point33, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { decompressAll, readIdentifier, readObject, readShare, readSigning, readSuite, type SigningInput } from './arguments.ts'
import { checkNonces, committedTo, takeNonces } from './nonces.ts'
import type { FrostNonces, FrostShare, FrostSigning, FrostSuite } from './types.ts'

/** The list as a whole is unusable although every entry is well formed. */
function unusable(status: 'bad-points' | 'degenerate'): QuorateError {
  switch (status) {
    case 'bad-points':
      return invalidArgument('commitments', 'must be points of secp256k1')
    case 'degenerate':
      return invalidArgument('commitments', 'must not sum to the identity')
  }
}

/** See `sign` in index.ts. */
export function signWith(kernel: Kernel, a: FrostSigning & { share: FrostShare; nonces: FrostNonces }): Scalar {
  const fields = readObject(a, 'input')
  const { keys, transcript } = readSigning(kernel, a.keys, fields.commitments, fields.message)
  const { identifier, secretShare } = readShare(a.share)
  const nonces = checkNonces(fields.nonces, keys.suite, identifier)
  const secrets = takeNonces(nonces)
  try {
    // RFC 9591 section 5.2: our own entry must be in the list as we made it. From here on the nonces are gone, whatever happens.
    const own = transcript.commitments[transcript.signers.indexOf(identifier)]
    if (own === undefined || !committedTo(nonces, kernel.compress(own))) {
      throw invalidArgument('commitments', 'must hold our own commitment unaltered')
    }
    const result = signBatch(kernel, transcript, { index: identifier, share: secretShare, nonces: secrets })
    if (result.status !== 'signed') throw unusable(result.status)
    return result.signatureShares
  } finally {
    wipe(secrets)
  }
}

function verifyingShareOf({ keys }: SigningInput, identifier: number): Point33 {
  const point = keys.verifyingShares.get(identifier)
  if (point === undefined) throw invalidArgument('identifier', 'is not an identifier of the key')
  return point
}

/** See `verifyShare` in index.ts. */
export function verifyShareWith(kernel: Kernel, a: FrostSigning & { identifier: number; signatureShare: Scalar }): boolean {
  const fields = readObject(a, 'input')
  const input = readSigning(kernel, a.keys, fields.commitments, fields.message)
  const identifier = readIdentifier(fields.identifier, 'identifier')
  const { signatureShare } = fields
  assertBytes(signatureShare, 'signatureShare', SCALAR_BYTES)
  const place = input.transcript.signers.indexOf(identifier)
  if (place < 0) throw invalidArgument('identifier', 'has no commitment in the list')
  const verifyingShare = decompressAll(kernel, [verifyingShareOf(input, identifier)], () => `keys.verifyingShares[${identifier}]`)
  const verdict = judgeShare(kernel, input.transcript, place, verifyingShare, signatureShare)
  switch (verdict) {
    case 'valid':
      return true
    case 'invalid':
      return false
    case 'bad-points':
    case 'degenerate':
      throw unusable(verdict)
  }
}

/** One share for each commitment, and no other, in the order of the signers. */
function readShares(value: unknown, signers: readonly number[]): Uint8Array[] {
  if (!(value instanceof Map)) throw invalidArgument('signatureShares', 'must be a Map from identifier to share')
  const entries: ReadonlyMap<unknown, unknown> = value
  if (entries.size !== signers.length) {
    throw invalidArgument('signatureShares', `must have one entry for each of ${signers.length} commitments, has ${entries.size}`)
  }
  return signers.map((signer) => {
    const share = entries.get(signer)
    if (share === undefined) throw invalidArgument('signatureShares', `has no entry for ${signer}`)
    assertBytes(share, `signatureShares[${signer}]`, SCALAR_BYTES)
    return share
  })
}

/** See `aggregate` in index.ts. */
export function aggregateWith(kernel: Kernel, a: FrostSigning & { signatureShares: ReadonlyMap<number, Scalar> }): Uint8Array {
  const fields = readObject(a, 'input')
  const input = readSigning(kernel, a.keys, fields.commitments, fields.message)
  const { keys, transcript } = input
  const signatureShares = readShares(fields.signatureShares, transcript.signers)
  const prepared = prepareSigning(kernel, transcript)
  if (prepared.status !== 'ready') throw unusable(prepared.status)
  const { groupCommitments, challenges } = prepared
  const { suite, groupPublicKey } = keys
  const { signatures, valid } = aggregateBatch(kernel, { suite, groupPublicKey, groupCommitments, challenges, signatureShares })
  if (valid[0] === 1) return signatures
  const points = transcript.signers.map((identifier) => verifyingShareOf(input, identifier))
  decompressAll(kernel, points, (i) => `keys.verifyingShares[${transcript.signers[i]}]`)
  const bad = findBadShares(kernel, transcript, { verifyingShares: concatAll(points), signatureShares, groupCommitments })
  const culprits = bad.flatMap(({ signer }) => transcript.signers[signer] ?? [])
  // Shares that all hold, yet sum to no signature: the verifying shares are not those of the group key.
  if (culprits.length === 0) throw invalidArgument('keys', 'group key and verifying shares do not belong together')
  throw new QuorateError('ERR_BAD_SIGNATURE_SHARE', { culprits })
}

/** See `verify` in index.ts. */
export function verifyWith(
  kernel: Kernel,
  a: { suite: FrostSuite; groupPublicKey: Uint8Array; message: Uint8Array; signature: Uint8Array },
): boolean {
  const suite = readSuite(readObject(a, 'input').suite, 'suite')
  return checkSignature(kernel, { suite, groupPublicKey: a.groupPublicKey, message: a.message, signature: a.signature })
}

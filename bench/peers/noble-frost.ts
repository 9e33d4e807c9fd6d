/** FROST signing of @noble/curves at one node. `aggregate` verifies the signature, and judges each share when that fails. */
import { secp256k1_FROST } from '@noble/curves/secp256k1.js'
import { concat, present } from '../groups.ts'
import { placesOf, type SigningInputs } from '../suites/frost-inputs.ts'
import { type PeerCeremonies, type Prepared, pointBytes, split } from './contract.ts'

const { Identifier } = secp256k1_FROST
type PublicPackage = Parameters<typeof secp256k1_FROST.aggregate>[0]
type CommitmentList = Parameters<typeof secp256k1_FROST.aggregate>[1]

interface NobleInputs {
  readonly identifiers: readonly string[]
  readonly key: PublicPackage
  readonly commitments: CommitmentList
  readonly message: Uint8Array
}

/** @param position of the message in the batch */
function convert({ group, transcript, verifyingShares, polynomial }: SigningInputs, position = 0): NobleInputs {
  const identifiers = transcript.signers.map((index) => Identifier.fromNumber(index))
  const shares = split(verifyingShares, 33)
  const commitments = transcript.commitments.map((pair, place) => {
    const [hiding = new Uint8Array(), binding = new Uint8Array()] = split(pair, 64)
      .slice(2 * position)
      .map(pointBytes)
    return { identifier: present(identifiers[place]), hiding, binding }
  })
  return {
    identifiers,
    key: {
      signers: { min: group.t, max: group.n },
      commitments: split(polynomial, 64).map(pointBytes),
      verifyingShares: Object.fromEntries(identifiers.map((identifier, place) => [identifier, present(shares[place])])),
    },
    commitments,
    message: present(transcript.messages[position]),
  }
}

function byIdentifier(identifiers: readonly string[], shares: readonly Uint8Array[]): Record<string, Uint8Array> {
  return Object.fromEntries(identifiers.map((identifier, place) => [identifier, present(shares[place])]))
}

function secretOf({ transcript, place, secretShares }: SigningInputs) {
  return { identifier: Identifier.fromNumber(present(transcript.signers[place])), signingShare: present(secretShares[place]) }
}

/** It wipes the nonces that it is given: each call gets a copy. */
function signer(inputs: SigningInputs, position = 0): () => Uint8Array {
  const { key, commitments, message } = convert(inputs, position)
  const secret = secretOf(inputs)
  const nonces = present(split(present(inputs.nonces[inputs.place]), 64)[position])
  return () => {
    const pair = { hiding: nonces.slice(0, 32), binding: nonces.slice(32) }
    return secp256k1_FROST.signShare(secret, key, pair, commitments, message)
  }
}

function aggregator(inputs: SigningInputs, shares: readonly Uint8Array[], position = 0): () => Uint8Array {
  const { identifiers, key, commitments, message } = convert(inputs, position)
  const named = byIdentifier(
    identifiers,
    shares.map((batch) => present(split(batch, 32)[position])),
  )
  return () => secp256k1_FROST.aggregate(key, commitments, message, named)
}

const prepared = (run: () => Uint8Array): Prepared => ({ items: 1, run, result: run })

export const nobleSigning: Omit<PeerCeremonies, 'dkg'> = {
  sign: (inputs) => prepared(signer(inputs)),
  aggregate: (inputs) => prepared(aggregator(inputs, inputs.signatureShares)),
  signAndAggregate: (inputs) => {
    const sign = signer(inputs)
    const aggregate = aggregator(inputs, inputs.signatureShares)
    return prepared(() => {
      sign()
      return aggregate()
    })
  },
  signMessages: (inputs, messages) => {
    const steps = Array.from({ length: messages }, (_, i) => [signer(inputs, i), aggregator(inputs, inputs.signatureShares, i)] as const)
    const secret = secretOf(inputs)
    const run = (): Uint8Array =>
      concat(
        steps.map(([sign, aggregate]) => {
          // It draws its own nonces; those of the inputs sign, so that all end with the same signature.
          secp256k1_FROST.commit(secret)
          sign()
          return aggregate()
        }),
      )
    return { items: messages, run, result: run }
  },
  blame: (inputs, shares) => {
    const aggregate = aggregator(inputs, shares)
    const { identifiers } = convert(inputs)
    return prepared(() => {
      try {
        aggregate()
      } catch (error) {
        if (error instanceof Error && 'cheaters' in error && Array.isArray(error.cheaters)) {
          return placesOf(error.cheaters.map((name: unknown) => identifiers.indexOf(String(name))))
        }
        throw error
      }
      throw new Error('noble accepts a wrong share')
    })
  },
}

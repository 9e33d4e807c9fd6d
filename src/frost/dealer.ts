/** A trusted dealer (RFC 9591 appendix C): one party makes the key and hands out the shares. For tests, migration and interoperation. */
import { assertBytes, concatBytes, copyBytes, itemOf, wipe } from '../bytes.ts'
import { isZero } from '../crypto/group-order.ts'
import { type RandomSource, randomScalars } from '../crypto/random-scalars.ts'
import { invalidArgument } from '../errors.ts'
import { readDistinctIndices } from '../kernel/arguments.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, SCALAR_BYTES } from '../kernel/contract.ts'
import { readMinSigners, readObject, readSecretScalar, readSuite } from './arguments.ts'
import type { FrostPublic, FrostShare, FrostSuite } from './types.ts'

export interface DealerRequest {
  suite: FrostSuite
  minSigners: number
  identifiers: readonly number[]
  coefficients?: Batch
}

function readCoefficients(value: unknown, minSigners: number): Uint8Array<ArrayBuffer> {
  assertBytes(value, 'coefficients', minSigners * SCALAR_BYTES)
  for (let i = 0; i < minSigners; i++) readSecretScalar(itemOf(value, i, SCALAR_BYTES), `coefficients[${i}]`)
  return copyBytes(value)
}

/** See `trustedDealer` in index.ts. */
export function dealWith(kernel: Kernel, random: RandomSource, a: DealerRequest): { keys: FrostPublic; shares: readonly FrostShare[] } {
  const fields = readObject(a, 'input')
  const suite = readSuite(fields.suite, 'suite')
  const identifiers = Array.from(readDistinctIndices(fields.identifiers, 'identifiers'))
  const minSigners = readMinSigners(fields.minSigners, 'minSigners', identifiers.length)
  const coefficients =
    fields.coefficients === undefined ? randomScalars(random, minSigners) : readCoefficients(fields.coefficients, minSigners)
  const secrets: Uint8Array[] = [coefficients]
  try {
    const values = kernel.evaluatePolynomial(coefficients, identifiers)
    secrets.push(values)
    identifiers.forEach((_, i) => {
      // Only chosen coefficients get here. A zero share has no verifying share that could be encoded.
      if (isZero(itemOf(values, i, SCALAR_BYTES))) throw invalidArgument('coefficients', 'must not give a zero share')
    })
    const keyAndShares = concatBytes(coefficients.subarray(0, SCALAR_BYTES), values)
    secrets.push(keyAndShares)
    const points = kernel.compress(kernel.baseMul(keyAndShares))
    const pointAt = (i: number) => copyBytes(itemOf(points, i, COMPRESSED_BYTES))
    return {
      keys: {
        suite,
        minSigners,
        groupPublicKey: pointAt(0),
        verifyingShares: new Map(identifiers.map((identifier, i) => [identifier, pointAt(i + 1)])),
      },
      shares: identifiers.map((identifier, i) => ({ identifier, secretShare: copyBytes(itemOf(values, i, SCALAR_BYTES)) })),
    }
  } finally {
    wipe(...secrets)
  }
}

/**
 * The DKG of @noble/curves' FROST at one participant, its three rounds. It gets the same polynomials as ours, by way of its random source, so that
 * both must end with the same key. Its shares travel in the clear and nothing is committed by hash first: it does less.
 */
import { secp256k1_FROST } from '@noble/curves/secp256k1.js'
import type { Kernel } from 'quorate/kernel'
import { concat, integersTo, present } from '../groups.ts'
import type { DkgInputs } from '../suites/dkg-inputs.ts'
import { type Prepared, split, toNumber } from './contract.ts'

const { DKG, Identifier } = secp256k1_FROST
const RANDOM_BYTES = 48
type Round1 = Parameters<typeof DKG.round2>[1][number]

/** noble takes 48 random bytes a scalar, reduces them modulo q - 1 and adds 1: the bytes that give this scalar. */
function seedOf(scalar: Uint8Array): Uint8Array {
  const before = (toNumber(scalar) - 1n).toString(16).padStart(2 * RANDOM_BYTES, '0')
  return new Uint8Array(Buffer.from(before, 'hex'))
}

/** A source that gives these scalars, one after the other. */
function sourceOf(scalars: readonly Uint8Array[]): (length?: number) => Uint8Array {
  const seeds = scalars.map(seedOf)
  let next = 0
  return (length) => {
    if (length !== RANDOM_BYTES) throw new RangeError(`noble asks for ${length} bytes`)
    return present(seeds[next++])
  }
}

/** What another participant broadcasts: noble's own proof, which covers the constant term only, with all its commitments. */
function packageOf(kernel: Kernel, { group, others }: DkgInputs, place: number): Round1 {
  const { index, dealing, secrets } = present(others[place])
  const [constant = new Uint8Array()] = split(secrets.coefficients, 32)
  const { public: made } = DKG.round1(Identifier.fromNumber(index), { min: 2, max: group.n }, constant)
  return { ...made, commitment: split(kernel.compress(dealing.commitments), 33) }
}

export function nobleDkg(kernel: Kernel, inputs: DkgInputs): Prepared {
  const { group, index, own, others } = inputs
  const [constant = new Uint8Array(), ...rest] = split(own.coefficients, 32)
  const round1 = others.map((_, place) => packageOf(kernel, inputs, place))
  const round2 = others.map((other) => ({ identifier: Identifier.fromNumber(other.index), signingShare: other.share }))
  const run = () => {
    const source = sourceOf([...rest, own.proofNonces])
    const { secret } = DKG.round1(Identifier.fromNumber(index), { min: group.t, max: group.n }, constant, source)
    DKG.round2(secret, round1)
    return DKG.round3(secret, round1, round2)
  }
  return {
    items: 1,
    run,
    result: () => {
      const { public: key, secret } = run()
      const shares = integersTo(group.n).map((other) => present(key.verifyingShares[Identifier.fromNumber(other)]))
      return concat([secret.signingShare, present(key.commitments[0]), ...shares])
    },
  }
}

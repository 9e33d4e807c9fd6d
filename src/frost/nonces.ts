/** Round one, and the opaque object that its nonces leave in. */
import { assertBytes, copyBytes, equalBytes, wipe, wipeOnThrow } from '../bytes.ts'
import { makeNonces, NONCE_PAIR_BYTES } from '../crypto/frost-nonces.ts'
import { drawBytes, type RandomSource } from '../crypto/random-scalars.ts'
import { SingleUseNonces } from '../crypto/single-use-nonces.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { COMPRESSED_BYTES, type Kernel } from '../kernel/contract.ts'
import { readObject, readShare, readSuite } from './arguments.ts'
import type { FrostCommitment, FrostNonces, FrostShare, FrostSuite } from './types.ts'

const REDACTED = '<redacted>'

/** The secrets are private fields: no property, clone, inspection or JSON reaches them. */
class SigningNonces implements FrostNonces {
  readonly commitment: FrostCommitment
  readonly #suite: FrostSuite
  readonly #identifier: number
  /** D || E: what we committed to, whatever becomes of the arrays that were handed out */
  readonly #committed: Uint8Array
  readonly #nonces: SingleUseNonces

  /** @param nonces secret, hiding || binding; this object owns the array */
  constructor(suite: FrostSuite, identifier: number, nonces: Uint8Array, committed: Uint8Array) {
    this.#suite = suite
    this.#identifier = identifier
    this.#nonces = new SingleUseNonces(nonces)
    this.#committed = committed
    const [hiding, binding] = [copyBytes(committed, 0, COMPRESSED_BYTES), copyBytes(committed, COMPRESSED_BYTES)]
    this.commitment = Object.freeze({ identifier, hiding, binding })
    Object.freeze(this)
  }

  get spent(): boolean {
    return this.#nonces.spent
  }

  destroy(): void {
    this.#nonces.destroy()
  }

  toJSON(): string {
    return REDACTED
  }

  toString(): string {
    return REDACTED
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }

  /** Whether they belong to this suite and signer. Spends nothing. */
  static check(nonces: unknown, suite: FrostSuite, identifier: number): SigningNonces {
    if (!(nonces instanceof SigningNonces) || !(#nonces in nonces)) throw invalidArgument('nonces', 'must be what commit() returned')
    if (nonces.#suite !== suite) throw new QuorateError('ERR_SUITE_MISMATCH', { field: 'nonces', message: 'were made for another suite' })
    if (nonces.#identifier !== identifier) throw invalidArgument('nonces', 'were made for another share')
    return nonces
  }

  /** Taking is spending: the next call finds nothing. The caller wipes what it takes. */
  static take(nonces: SigningNonces): Uint8Array {
    return nonces.#nonces.take()
  }

  /** Whether D || E is what the nonces commit to. */
  static committedTo(nonces: SigningNonces, hidingAndBinding: Uint8Array): boolean {
    return equalBytes(nonces.#committed, hidingAndBinding)
  }
}

export const checkNonces = SigningNonces.check
export const takeNonces = SigningNonces.take
export const committedTo = SigningNonces.committedTo

/** See `commit` in index.ts. */
export function commitWith(
  kernel: Kernel,
  random: RandomSource,
  a: { suite: FrostSuite; share: FrostShare; randomness?: Uint8Array },
): FrostNonces {
  const fields = readObject(a, 'input')
  const suite = readSuite(fields.suite, 'suite')
  const { identifier, secretShare } = readShare(a.share)
  const given = fields.randomness
  if (given !== undefined) assertBytes(given, 'randomness', NONCE_PAIR_BYTES)
  const randomness = given === undefined ? drawBytes(random, NONCE_PAIR_BYTES) : copyBytes(given)
  try {
    const { nonces, commitments } = makeNonces(kernel, suite, secretShare, randomness)
    return wipeOnThrow([nonces], () => new SigningNonces(suite, identifier, nonces, kernel.compress(commitments)))
  } finally {
    wipe(randomness)
  }
}

/** Signing nonces that can be used once: consuming the handle empties it, also when two calls race. */
import { wipe } from '../bytes.ts'
import { QuorateError } from '../errors.ts'

const REDACTED = '<redacted>'

export class SingleUseNonces {
  /** a private field: no property, clone, inspection or JSON reaches it; null once used */
  #nonces: Uint8Array | null

  /** @param nonces secret, positions x 64: hiding || binding; this object owns the array */
  constructor(nonces: Uint8Array) {
    this.#nonces = nonces
  }

  /** Whether they were taken or destroyed. */
  get spent(): boolean {
    return this.#nonces === null
  }

  /**
   * Hands the array to its one user, who wipes it. Taking is spending: the next call finds nothing.
   *
   * @throws ERR_NONCE_USED the second time, and after `destroy`
   */
  take(): Uint8Array {
    const nonces = this.#nonces
    if (nonces === null) throw new QuorateError('ERR_NONCE_USED', { field: 'nonces' })
    this.#nonces = null
    return nonces
  }

  /** Overwrites them, which counts as their use. */
  destroy(): void {
    if (this.#nonces !== null) wipe(this.#nonces)
    this.#nonces = null
  }

  toJSON(): string {
    return REDACTED
  }

  toString(): string {
    return REDACTED
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `SingleUseNonces ${REDACTED}`
  }
}

/** Signing nonces that can be used once: consuming the handle destroys it, also when two calls race. */
import { wipe } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'

export class SingleUseNonces {
  #nonces: Uint8Array | null

  /** @param nonces secret, positions x 64; this object owns the array */
  constructor(nonces: Uint8Array) {
    this.#nonces = nonces
  }

  /**
   * Hands the array to its one user, who wipes it.
   *
   * @throws ERR_NONCE_USED the second time
   */
  take(): Uint8Array {
    const nonces = this.#nonces
    if (nonces === null) throw new QuorateError('ERR_NONCE_USED', { field: 'nonces' })
    this.#nonces = null
    return nonces
  }

  destroy(): void {
    if (this.#nonces !== null) wipe(this.#nonces)
    this.#nonces = null
  }

  toJSON(): string {
    return '<redacted>'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'SingleUseNonces <redacted>'
  }
}

/**
 * Verification by an implementation that is not ours: @noble/curves where it is installed (it is a development dependency), and the
 * bn.js baseline elsewhere, which shares no arithmetic with the WebAssembly kernel but is ours.
 */
import { checkSignature } from '../../crypto/check-signature.ts'
import type { Suite } from '../../index.ts'
import { createBaselineKernel } from '../../kernel/index.ts'

export interface SignatureToCheck {
  readonly suite: Suite
  /** 33 bytes */
  readonly groupPublicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export interface Verifier {
  readonly name: 'noble' | 'baseline'
  verify(item: SignatureToCheck): boolean
}

export async function loadVerifier(): Promise<Verifier> {
  try {
    const { verifyWithNoble } = await import('./noble.ts')
    return { name: 'noble', verify: verifyWithNoble }
  } catch (error) {
    if (!isMissingModule(error)) throw error
    return baselineVerifier()
  }
}

export function baselineVerifier(): Verifier {
  const kernel = createBaselineKernel()
  return { name: 'baseline', verify: (item) => checkSignature(kernel, item) }
}

function isMissingModule(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

/** Verification of one signature of any suite, over a kernel that the caller holds. All inputs are public. */
import { assertBytes } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { assertSuite } from '../kernel/arguments.ts'
import { COMPRESSED_BYTES, type Kernel, type Point33, SIGNATURE_BYTES, type Suite } from '../kernel/contract.ts'
import { evenPoint } from './point-encoding.ts'
import { noncePointOf, reduceWide, rulesOf } from './suites/index.ts'

const X_ONLY_BYTES = 32

export interface SignatureToVerify {
  readonly suite: Suite
  /** 33 bytes compressed; `bip340` also takes the 32 bytes of x alone */
  readonly groupPublicKey: Uint8Array
  readonly message: Uint8Array
  /** R (33) || z, R.x || s, or s || address(R): 65, 64 or 52 bytes */
  readonly signature: Uint8Array
}

function readKey(suite: Suite, key: unknown): Point33 {
  assertBytes(key, 'groupPublicKey')
  if (suite === 'bip340' && key.length === X_ONLY_BYTES) return evenPoint(key)
  assertBytes(key, 'groupPublicKey', COMPRESSED_BYTES)
  return key
}

/**
 * False for a wrong signature, whatever is wrong with it: value, length or encoding. A message that the suite cannot sign (`evm`: not 32 bytes)
 * has no valid signature. Messages of any length are verified otherwise. `evm` is as strict as the contracts: s and address must not be zero,
 * and a key with x above (q - 1) / 2, which is a key but none that a contract takes, has no valid signature.
 *
 * @throws ERR_INVALID_ARGUMENT with `field` when the key, the suite or a type is wrong
 */
export function checkSignature(kernel: Kernel, input: SignatureToVerify): boolean {
  if (typeof input !== 'object' || input === null) throw invalidArgument('input', 'must be an object')
  const { suite, groupPublicKey, message, signature } = input
  assertSuite(suite)
  const publicKeys = readKey(suite, groupPublicKey)
  assertBytes(message, 'message')
  assertBytes(signature, 'signature')
  const { messageBytes, accepts, challenge } = rulesOf(suite)
  const fits = signature.length === SIGNATURE_BYTES[suite] && (messageBytes === null || message.length === messageBytes)
  if (fits && accepts(publicKeys, signature)) {
    const challenges = reduceWide(kernel, challenge(noncePointOf(suite, signature), publicKeys, message))
    if (kernel.verifySignatures({ suite, publicKeys, challenges, signatures: signature })[0] === 1) return true
  }
  // Only a failure asks whose fault it is: a valid signature has shown already that the key is a point.
  if (kernel.decompress(publicKeys).valid[0] !== 1) throw invalidArgument('groupPublicKey', 'must be a point of secp256k1')
  return false
}

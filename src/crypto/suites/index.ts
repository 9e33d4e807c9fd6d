/** The three suites: what differs (`SuiteRules`), and the hash functions H1, H3, H4 and H5 that all of them have. */
import { asciiBytes, concatBytes } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { SCALAR_BYTES, type Scalar, SIGNATURE_BYTES, type Suite } from '../../kernel/contract.ts'
import { sha256 } from '../sha256.ts'
import { bip340 } from './bip340.ts'
import { MAX_MESSAGE_BYTES, type SuiteRules } from './contract.ts'
import { evm } from './evm.ts'
import { HashToField } from './hash-to-field.ts'
import { secp256k1Sha256 } from './secp256k1-sha256.ts'

export { MAX_MESSAGE_BYTES, type SuiteRules, WIDE_BYTES } from './contract.ts'
export { reduceWide } from './wide-reduction.ts'

/** H1, H3, H4, H5 of RFC 9591 section 6.5. H1 and H3 give WIDE_BYTES, to be reduced by `reduceWide`. */
export interface SuiteHashes {
  /** binding factors */
  readonly h1: HashToField
  /** nonces: secret */
  readonly h3: HashToField
  /** of the message */
  h4(message: Uint8Array): Uint8Array
  /** of the encoded list of commitments */
  h5(encodedCommitments: Uint8Array): Uint8Array
}

const RULES: Readonly<Record<Suite, SuiteRules>> = { 'secp256k1-sha256': secp256k1Sha256, bip340, evm }

function makeHashes({ contextString }: SuiteRules): SuiteHashes {
  const message = asciiBytes(`${contextString}msg`)
  const commitments = asciiBytes(`${contextString}com`)
  return {
    h1: new HashToField(`${contextString}rho`),
    h3: new HashToField(`${contextString}nonce`),
    h4: (bytes) => sha256([message, bytes]),
    h5: (bytes) => sha256([commitments, bytes]),
  }
}

const HASHES: Readonly<Record<Suite, SuiteHashes>> = {
  'secp256k1-sha256': makeHashes(secp256k1Sha256),
  bip340: makeHashes(bip340),
  evm: makeHashes(evm),
}

export function rulesOf(suite: Suite): SuiteRules {
  return RULES[suite]
}

export function hashesOf(suite: Suite): SuiteHashes {
  return HASHES[suite]
}

/** Joins the encoded R and the sum of the shares in the suite's layout. */
export function assembleSignature(suite: Suite, noncePoint: Uint8Array, scalar: Scalar): Uint8Array<ArrayBuffer> {
  return RULES[suite].scalarFirst ? concatBytes(scalar, noncePoint) : concatBytes(noncePoint, scalar)
}

/** The encoded R inside a signature of the right length, as a view. */
export function noncePointOf(suite: Suite, signature: Uint8Array): Uint8Array {
  const { scalarFirst, noncePointBytes } = RULES[suite]
  return scalarFirst ? signature.subarray(SCALAR_BYTES, SIGNATURE_BYTES[suite]) : signature.subarray(0, noncePointBytes)
}

/** Whether the suite can sign a message of this length: 32 bytes for `evm`, up to 1 MiB for the others. */
export function isMessageLength(suite: Suite, length: number): boolean {
  const { messageBytes } = RULES[suite]
  return messageBytes === null ? length <= MAX_MESSAGE_BYTES : length === messageBytes
}

/** @throws ERR_INVALID_ARGUMENT (evm: not 32 bytes), ERR_TOO_LARGE (over 1 MiB), both with `field` */
export function assertMessageLength(suite: Suite, length: number, field: string): void {
  if (isMessageLength(suite, length)) return
  const { messageBytes } = RULES[suite]
  if (messageBytes !== null) throw invalidArgument(field, `must have ${messageBytes} bytes, has ${length}`)
  throw new QuorateError('ERR_TOO_LARGE', { field, message: `must have at most ${MAX_MESSAGE_BYTES} bytes, has ${length}` })
}

/**
 * What a kernel computes: a small set of synchronous batch operations over bytes. Three back ends satisfy it (the bn.js baseline, the
 * WebAssembly module, the pool off-thread) and one conformance suite runs on all of them. May import only `errors` and `bytes`.
 */

/** 32 bytes big-endian, `< q`. Zero is refused where a share, coefficient, nonce or key is meant. */
export type Scalar = Uint8Array
/** 64 bytes `x || y`, big-endian. 64 zero bytes are the identity: legal in and out of a `Kernel` (a *sum* of honest points may be it). */
export type Point64 = Uint8Array
/** 33 bytes compressed SEC1 (0x02/0x03 || x); never the identity. */
export type Point33 = Uint8Array
/** n items laid end to end with no header: `byteLength === n * itemSize`. n = 0 is ERR_INVALID_ARGUMENT. */
export type Batch = Uint8Array
/** One byte an item: 1 valid, 0 invalid. */
export type Mask = Uint8Array
export type Suite = 'secp256k1-sha256' | 'bip340' | 'evm'

export const SCALAR_BYTES = 32
export const POINT_BYTES = 64
export const COMPRESSED_BYTES = 33
/** Shamir indices are 1..65535: two bytes, far above 1,000 participants and what RFC 9591 identifiers are used for here. */
export const MAX_INDEX = 65_535

/** Bytes of a signature by suite: R (33) || z, R.x || s, s || address(R). */
export const SIGNATURE_BYTES: Readonly<Record<Suite, number>> = { 'secp256k1-sha256': 65, bip340: 64, evm: 52 }

export interface KernelInfo {
  readonly name: 'baseline' | 'integer' | 'fma'
  readonly wasmSha256: string | null
  readonly tablesBytes: number
  readonly initMs: number
}

/** Secret: hiding, binding, share. */
export interface SignatureSharesInput {
  readonly hiding: Batch
  readonly binding: Batch | null
  readonly bindingFactors: Batch | null
  /** one byte an item, 0 or 1 */
  readonly negate: Uint8Array
  readonly multipliers: Batch
  readonly share: Scalar
}

export interface VerifySignatureSharesInput {
  readonly shares: Batch
  readonly noncePoints: Batch
  readonly verifyingShares: Batch
  readonly multipliers: Batch
}

export interface VerifySignaturesInput {
  readonly suite: Suite
  readonly publicKeys: Batch
  readonly challenges: Batch
  readonly signatures: Batch
}

/**
 * Synchronous. No suffix: the scalars may be secret (no secret-dependent branch, address or loop count). `Var`: public inputs only.
 * Wrong lengths, points off the curve and scalars >= q throw ERR_INVALID_ARGUMENT with `field` (the argument's name; `a.name` is just `name`)
 * and write nothing, except where a Mask is returned.
 */
export interface Kernel {
  readonly info: KernelInfo
  /** n x 32 -> n x 64: k_i G */
  baseMul(scalars: Batch): Batch
  /** as baseMul, public scalars */
  baseMulVar(scalars: Batch): Batch
  /** n x 64, n x 32 -> n x 64: k_i P_i */
  mul(points: Batch, scalars: Batch): Batch
  /** as mul, public scalars */
  mulVar(points: Batch, scalars: Batch): Batch
  /** n x 64, n x 32 -> 64: sum k_i P_i (+ g G when g is given) */
  msmVar(points: Batch, scalars: Batch, g?: Scalar): Point64
  /** rows x columns x 64, row-major -> columns x 64: column sums (rows = dealers, columns = coefficients) */
  sum(points: Batch, columns: number): Batch
  /** v vectors of t points, v x t x 64, C_0 first; m indices in 1..65535 -> v x m x 64, [vector][index]: sum_k C_k index^k */
  evaluateInExponent(commitments: Batch, t: number, indices: readonly number[]): Batch
  /**
   * v vectors of t points, v shares (secret), one index -> v bytes: share_i G == sum_k C_ik index^k. The vectors must be the dealers of ONE
   * polynomial sum: checks the plain sum first and then reports all valid, so errors that cancel inside a call pass; call once a batch
   * position. Costs one evaluation when all are good.
   */
  verifyShares(commitments: Batch, t: number, index: number, shares: Batch): Mask
  /** t x 32 (secret), a_0 first; m indices -> m x 32 */
  evaluatePolynomial(coefficients: Batch, indices: readonly number[]): Batch
  /** m distinct indices -> m x 32: coefficients at 0, in argument order */
  lagrange(indices: readonly number[]): Batch
  /**
   * b items -> b x 32: z = (-1)^negate_i (hiding_i + rho_i binding_i) + multiplier_i share. multiplier = lambda c with the suite's signs
   * applied (evm: -lambda c). Stinson-Strobl: binding = rho = null, multiplier = c.
   */
  signatureShares(input: SignatureSharesInput): Batch
  /** m items -> m bytes: z_i G == N_i + multiplier_i Y_i (N already holds rho and sign) */
  verifySignatureShares(input: VerifySignatureSharesInput): Mask
  /** m items -> m bytes. publicKeys m x 33; challenges m x 32; signatures m x SIGNATURE_BYTES[suite] */
  verifySignatures(input: VerifySignaturesInput): Mask
  /** n x 64 -> n bytes: in range, on the curve, not the identity */
  checkPoints(points: Batch): Mask
  /** n x 64 -> n x 33; identity throws */
  compress(points: Batch): Batch
  /** n x 33 -> n x 64 and a mask; an invalid item is 64 zero bytes */
  decompress(points: Batch): { readonly points: Batch; readonly valid: Mask }
  /** n x 32, n x 32 -> n x 32, mod q, inputs may be secret */
  scalarAdd(a: Batch, b: Batch): Batch
  scalarMul(a: Batch, b: Batch): Batch
  /** n x 32 -> n x 32; 0 throws ERR_INVALID_ARGUMENT, in constant time otherwise */
  scalarInvert(a: Batch): Batch
}

/** The operations' names: what crosses to a worker. */
export type KernelOperation = { [P in keyof Kernel]: Kernel[P] extends (...a: infer _A) => infer _R ? P : never }[keyof Kernel]

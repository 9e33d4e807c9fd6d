/** Verification of signature shares and signatures. Public values. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { equalBytes } from '../../bytes.ts'
import { checkVerifySignatureShares, checkVerifySignatures } from '../arguments.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, POINT_BYTES, SCALAR_BYTES, SIGNATURE_BYTES, type Suite } from '../contract.ts'
import { chunksOf, refused, rows } from './chunks.ts'
import type { KernelInstance } from './instance.ts'
import { refuseBadValues } from './values.ts'
import { batchWeights } from './weights.ts'

/** Items of one call: of a batch that is judged by sums, and of one that is judged singly (tables of 2.3 kB an item). */
const SUMMED_ITEMS = 1024
const SINGLE_ITEMS = 256
/** Fewer are judged singly: of signatures, decompressing the nonce points would cost what the sum saves; shares are judged when one is false. */
const SUM_SIGNATURES_FROM = 4
const SUM_SHARES_FROM = 32
const ADDRESS_BYTES = 20

export type SignatureOperations = Pick<Kernel, 'verifySignatureShares' | 'verifySignatures'>

/** The module's numbers of the suites. */
const SUITE_NUMBER: Readonly<Record<Suite, number>> = { 'secp256k1-sha256': 0, bip340: 1, evm: 2 }

export function signatureOperations(instance: KernelInstance): SignatureOperations {
  const { exports } = instance

  /** The mask of `count` items, and `extra` bytes an item after it; null when a multiplier is out of range. */
  function judge(
    what: string,
    inputs: readonly Uint8Array[],
    count: number,
    sumFrom: number,
    extra: number,
    call: (count: number, weighted: number) => number,
  ): Uint8Array<ArrayBuffer> | null {
    const weighted = count >= sumFrom
    const weights = weighted ? [batchWeights(what, count, inputs)] : []
    const out = new Uint8Array(count * (1 + extra))
    return instance.use(out.length, () => {
      instance.put(...inputs, ...weights)
      if (call(count, weighted ? 1 : 0) !== 1) return null
      instance.get(out, 0, out.length)
      return out
    })
  }

  return {
    verifySignatureShares(input) {
      const n = checkVerifySignatureShares(input)
      const columns = [
        { batch: input.shares, itemBytes: SCALAR_BYTES },
        { batch: input.noncePoints, itemBytes: POINT_BYTES },
        { batch: input.verifyingShares, itemBytes: POINT_BYTES },
        { batch: input.multipliers, itemBytes: SCALAR_BYTES },
      ]
      const out = new Uint8Array(n)
      for (const { from, count } of chunksOf(n, SUMMED_ITEMS)) {
        const inputs = columns.map((column) => rows(column, from, count))
        const mask = judge('shares', inputs, count, SUM_SHARES_FROM, 0, (m, weighted) => exports.verifySignatureShares(m, weighted))
        if (mask === null) refused(() => refuseBadValues(instance, { scalars: input.multipliers, field: 'multipliers' }))
        out.set(mask, from)
      }
      return out
    },
    verifySignatures(input) {
      const n = checkVerifySignatures(input)
      const { suite, publicKeys, challenges, signatures } = input
      const size = SIGNATURE_BYTES[suite]
      const isEvm = suite === 'evm'
      const columns = [
        { batch: publicKeys, itemBytes: COMPRESSED_BYTES },
        { batch: challenges, itemBytes: SCALAR_BYTES },
        { batch: signatures, itemBytes: size },
      ]
      const out = new Uint8Array(n)
      // An address of R is not R: nothing to sum.
      const sumFrom = isEvm ? Infinity : SUM_SIGNATURES_FROM
      for (const { from, count } of chunksOf(n, isEvm ? SINGLE_ITEMS : SUMMED_ITEMS)) {
        const inputs = columns.map((column) => rows(column, from, count))
        const call = (m: number, weighted: number) => exports.verifySignatures(m, SUITE_NUMBER[suite], weighted)
        const answer = judge(suite, inputs, count, sumFrom, isEvm ? POINT_BYTES : 0, call)
        if (answer === null) refused(() => refuseBadValues(instance, { scalars: challenges, field: 'challenges' }))
        out.set(answer.subarray(0, count), from)
        if (isEvm) refuseOtherAddresses(out.subarray(from, from + count), answer.subarray(count), inputs[2] ?? signatures)
      }
      return out
    },
  }
}

/** Clears the bits of items whose R, computed from the signature, has another address than the signature says. */
function refuseOtherAddresses(mask: Uint8Array, noncePoints: Uint8Array, signatures: Uint8Array): void {
  const size = SIGNATURE_BYTES.evm
  for (let i = 0; i < mask.length; i++) {
    const claimed = signatures.subarray(i * size + SCALAR_BYTES, (i + 1) * size)
    if (mask[i] === 1 && !equalBytes(addressOf(noncePoints.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES)), claimed)) mask[i] = 0
  }
}

/** The last 20 bytes of Keccak-256 of x || y. */
function addressOf(point: Batch): Uint8Array {
  return keccak_256(point).subarray(-ADDRESS_BYTES)
}

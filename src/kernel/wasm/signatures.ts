/** Verification of signature shares and signatures. Public values. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { equalBytes } from '../../bytes.ts'
import { checkVerifySignatureShares, checkVerifySignatures } from '../arguments.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, POINT_BYTES, SCALAR_BYTES, SIGNATURE_BYTES, type Suite } from '../contract.ts'
import { chunksOf, refused, rows, runItemwise } from './chunks.ts'
import type { KernelInstance } from './instance.ts'
import { refuseBadValues } from './values.ts'

const ITEMS = 256
const ADDRESS_BYTES = 20

export type SignatureOperations = Pick<Kernel, 'verifySignatureShares' | 'verifySignatures'>

/** The module's numbers of the suites. */
const SUITE_NUMBER: Readonly<Record<Suite, number>> = { 'secp256k1-sha256': 0, bip340: 1, evm: 2 }

export function signatureOperations(instance: KernelInstance): SignatureOperations {
  const { exports } = instance
  return {
    verifySignatureShares(input) {
      const n = checkVerifySignatureShares(input)
      return runItemwise(instance, {
        n,
        limit: ITEMS,
        inputs: [
          { batch: input.shares, itemBytes: SCALAR_BYTES },
          { batch: input.noncePoints, itemBytes: POINT_BYTES },
          { batch: input.verifyingShares, itemBytes: POINT_BYTES },
          { batch: input.multipliers, itemBytes: SCALAR_BYTES },
        ],
        outputItemBytes: 1,
        call: (count) => exports.verifySignatureShares(count),
        refuse: () => refuseBadValues(instance, { scalars: input.multipliers, field: 'multipliers' }),
      })
    },
    verifySignatures(input) {
      const n = checkVerifySignatures(input)
      const { suite, publicKeys, challenges, signatures } = input
      const size = SIGNATURE_BYTES[suite]
      const columns = [
        { batch: publicKeys, itemBytes: COMPRESSED_BYTES },
        { batch: challenges, itemBytes: SCALAR_BYTES },
        { batch: signatures, itemBytes: size },
      ]
      const out = new Uint8Array(n)
      for (const { from, count } of chunksOf(n, ITEMS)) {
        const nonces = new Uint8Array(suite === 'evm' ? count * POINT_BYTES : 0)
        const done = instance.use(count + nonces.length, () => {
          instance.put(...columns.map((column) => rows(column, from, count)))
          if (exports.verifySignatures(count, SUITE_NUMBER[suite]) !== 1) return false
          instance.get(out, from, count)
          if (suite === 'evm') instance.get(nonces, 0, nonces.length, count)
          return true
        })
        if (!done) refused(() => refuseBadValues(instance, { scalars: challenges, field: 'challenges' }))
        if (suite !== 'evm') continue
        for (let i = 0; i < count; i++) {
          const claimed = signatures.subarray((from + i) * size + SCALAR_BYTES, (from + i + 1) * size)
          if (out[from + i] === 1 && !equalBytes(addressOf(nonces.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES)), claimed))
            out[from + i] = 0
        }
      }
      return out
    },
  }
}

/** The last 20 bytes of Keccak-256 of x || y. */
function addressOf(point: Batch): Uint8Array {
  return keccak_256(point).subarray(-ADDRESS_BYTES)
}

/** Known answers, once an instance: an engine or machine that computes wrongly is refused before a secret meets it. */
import { concatBytes, equalBytes, fromHex } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { Kernel } from '../contract.ts'

/** RFC 9591, appendix E.5 (secp256k1, SHA-256): group secret key and public key. */
const SECRET = '0d004150d27c3bf2a42f312683d35fac7394b1e9e318249c1bfe7f0795a83114'
const PUBLIC_KEY = '02f37c34b66ced1fb51c34a90bdae006901f10625cc06c4f64663b0eae87d87b4f'
/** BIP-340, test vector 1; the challenge is the tagged hash of R.x, key and message, mod q. */
const BIP340_KEY = '02dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659'
const BIP340_CHALLENGE = 'cfb58e748d9648b71fdc909fb7432fc0c954da5bd75cdc9d4804d32648f9839a'
const BIP340_SIGNATURE =
  '6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a'

/** @throws ERR_KERNEL_INTEGRITY */
export function selfTest(kernel: Omit<Kernel, 'info'>): void {
  const secret = fromHex(SECRET, 'secret')
  const expect = (what: string, holds: boolean) => {
    if (!holds) throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: `the kernel's self-test failed: ${what}` })
  }
  const point = kernel.baseMul(secret)
  expect('baseMul', equalBytes(kernel.compress(point), fromHex(PUBLIC_KEY, 'publicKey')))
  expect('baseMulVar', equalBytes(kernel.baseMulVar(secret), point))
  const inverse = kernel.scalarInvert(secret)
  const generator = kernel.mul(point, inverse)
  expect('mul', equalBytes(kernel.mul(generator, secret), point))
  expect('mulVar', equalBytes(kernel.mulVar(generator, secret), point))
  expect('msmVar', equalBytes(kernel.msmVar(point, inverse), generator))
  const [vectors, expected] = exponentAnswers(kernel, point, generator, secret)
  expect('evaluateInExponent', equalBytes(kernel.evaluateInExponent(vectors, 3, [13]), expected))
  const one = kernel.scalarMul(secret, inverse)
  expect('scalarMul', equalBytes(kernel.baseMul(one), generator))
  const valid = kernel.verifySignatures({
    suite: 'bip340',
    publicKeys: fromHex(BIP340_KEY, 'key'),
    challenges: fromHex(BIP340_CHALLENGE, 'challenge'),
    signatures: fromHex(BIP340_SIGNATURE, 'signature'),
  })
  expect('verifySignatures', valid[0] === 1)
}

/**
 * Vectors of three commitments to s, 1 and i, i = 1..5, and their values s + 13 + 169 i at 13 in the exponent: additions and doublings of many points
 * together, which is what a module with an arithmetic of its own for batches does with it.
 */
function exponentAnswers(
  kernel: Omit<Kernel, 'info'>,
  point: Uint8Array,
  generator: Uint8Array,
  secret: Uint8Array,
): [Uint8Array, Uint8Array] {
  const small = (n: number): Uint8Array => new Uint8Array(32).with(30, n >> 8).with(31, n & 255)
  const last = [1, 2, 3, 4, 5]
  const vectors = concatBytes(...last.flatMap((i) => [point, generator, kernel.baseMulVar(small(i))]))
  const values = concatBytes(...last.map((i) => kernel.scalarAdd(secret, small(13 + 169 * i))))
  return [vectors, kernel.baseMulVar(values)]
}

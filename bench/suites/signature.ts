/** Checks of what others made: proofs of knowledge, signatures with their challenges hashed, envelopes. */
import type { Kernel, Suite } from 'quorate/kernel'
import { type ProofStatement, verifyProofs } from '../../src/crypto/proof-of-knowledge.ts'
import { noncePointOf, reduceWide, rulesOf } from '../../src/crypto/suites/index.ts'
import { identityFromSeed, verifyIdentitySignature } from '../../src/wire/identity.ts'
import { byKernels, byPeers, bytes, type Context, scalars } from '../context.ts'
import { concat, GROUPS, integersTo } from '../groups.ts'
import { type CaseSource, once } from '../model.ts'
import type { SignedMessage } from '../peers/contract.ts'
import { dealCommitments, secretsOf } from './dkg-inputs.ts'

const SIGNATURES = [1, 64, 1000] as const

interface SignedByMany {
  readonly publicKeys: readonly Uint8Array[]
  readonly messages: readonly Uint8Array[]
  readonly signatures: readonly Uint8Array[]
}

/** `count` keys, each with one signature of its own message: s = k + e x, with signs as BIP-340 has them. */
function signMany(kernel: Kernel, suite: Suite, count: number): SignedByMany {
  const { challenge, encodeNoncePoint, evenPoints } = rulesOf(suite)
  const even = (scalar: Uint8Array): { scalar: Uint8Array; point: Uint8Array } => {
    const point = kernel.baseMulVar(scalar)
    if (!evenPoints || ((point[63] ?? 0) & 1) === 0) return { scalar, point }
    const minusOne = kernel.scalarMul(scalar, kernel.scalarInvert(scalar))
    return even(kernel.scalarMul(scalar, negate(minusOne)))
  }
  const publicKeys: Uint8Array[] = []
  const messages: Uint8Array[] = []
  const signatures: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const key = even(scalars(`signature/key/${i}`, 1))
    const nonce = even(scalars(`signature/nonce/${i}`, 1))
    const message = bytes(`signature/message/${i}`, 32)
    const publicKey = kernel.compress(key.point)
    const noncePoint = encodeNoncePoint(nonce.point)
    const e = reduceWide(kernel, challenge(noncePoint, publicKey, message))
    publicKeys.push(publicKey)
    messages.push(message)
    signatures.push(concat([noncePoint, kernel.scalarAdd(nonce.scalar, kernel.scalarMul(e, key.scalar))]))
  }
  return { publicKeys, messages, signatures }
}

/** q - 1 for 1: the order's bytes less one. */
function negate(one: Uint8Array): Uint8Array {
  const minusOne = Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140', 'hex')
  if (one[31] !== 1) throw new RangeError('expected 1')
  return new Uint8Array(minusOne)
}

/** Challenges hashed and signatures checked: what a verifier does. */
function verifyAll(kernel: Kernel, suite: Suite, { publicKeys, messages, signatures }: SignedByMany): Uint8Array {
  const { challenge } = rulesOf(suite)
  const wide = signatures.map((signature, i) =>
    challenge(noncePointOf(suite, signature), publicKeys[i] ?? new Uint8Array(), messages[i] ?? new Uint8Array()),
  )
  const challenges = reduceWide(kernel, concat(wide))
  return kernel.verifySignatures({ suite, publicKeys: concat(publicKeys), challenges, signatures: concat(signatures) })
}

export function signatureSuite(context: Context): CaseSource[] {
  const { own, others, baseline } = context
  const signatureRow = (suite: Suite, name: string, n: number): CaseSource => {
    const signed = once(() => signMany(own.kernel, suite, n))
    const kernels = n > 100 ? [own, ...others] : [own, ...others, baseline]
    return {
      id: `signature/${name}/n=${n}`,
      unit: 'us',
      what: `a signature verified, ${n} at once, challenge hashed`,
      large: n > 100,
      build() {
        const { publicKeys, messages, signatures } = signed()
        const single = signatures.map(
          (signature, i): SignedMessage => ({
            publicKey: (publicKeys[i] ?? new Uint8Array()).subarray(1),
            message: messages[i] ?? new Uint8Array(),
            signature,
          }),
        )
        return {
          timer: 'benchmark',
          contenders: [
            ...byKernels(kernels, n, (kernel) => verifyAll(kernel, suite, signed())),
            ...(suite === 'bip340' && n <= 64 ? byPeers(context, 'verifyBip340', (operation) => operation(single)) : []),
          ],
        }
      },
    }
  }
  return [
    ...SIGNATURES.map((n) => signatureRow('bip340', 'bip340', n)),
    ...SIGNATURES.map((n) => signatureRow('secp256k1-sha256', 'secp256k1-sha256', n)),
  ]
}

/** The dealers' proofs of knowledge, all by one combination. */
export function proofSuite({ own, others, baseline }: Context): CaseSource[] {
  const sid = bytes('proof/sid', 32)
  return GROUPS.filter(({ n }) => n >= 10).map((group): CaseSource => {
    const statements = once(() =>
      integersTo(group.n - 1).map((index): ProofStatement => {
        // The proof is about the constant term alone: a polynomial of one coefficient is made faster.
        const constant = { ...group, t: 1 }
        const { commitments, proofs } = dealCommitments(own.kernel, sid, constant, index, secretsOf(constant, index))
        return { sid, index, position: 0, constantTerm: commitments, proof: proofs }
      }),
    )
    return {
      id: `proof/check/n=${group.n - 1}`,
      unit: 'us',
      what: `a proof of knowledge checked, ${group.n - 1} at once`,
      build: () => ({
        timer: 'repeat',
        contenders: byKernels(group.n <= 10 ? [own, ...others, baseline] : [own, ...others], group.n - 1, (kernel) =>
          verifyProofs(kernel, statements(), bytes('proof/weights', 32)),
        ),
      }),
    }
  })
}

/** Ed25519 by node:crypto, and the rules around it: beside the mathematics, a node signs and checks one for each message. */
export function envelopeSuite({ own }: Context): CaseSource[] {
  const identity = identityFromSeed(bytes('envelope/seed', 32))
  const hash = bytes('envelope/hash', 32)
  const signature = once(() => identity.sign(hash))
  const row = (id: string, what: string, run: () => Uint8Array): CaseSource => ({
    id,
    unit: 'us',
    what,
    build: () => ({ timer: 'benchmark', contenders: [{ impl: own.impl, items: 1, run, result: run }] }),
  })
  return [
    row('envelope/sign', 'an Ed25519 signature of an envelope', () => identity.sign(hash)),
    row('envelope/verify', 'an Ed25519 signature of an envelope, checked', () =>
      Uint8Array.of(verifyIdentitySignature(identity.publicKey, hash, signature()) ? 1 : 0),
    ),
  ]
}

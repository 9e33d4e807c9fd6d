/** The vectors of this folder as bytes. */
import { readFileSync } from 'node:fs'
import { fromHex } from '../../src/bytes.ts'
import type { Suite } from '../../src/kernel/contract.ts'

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

interface FrostVectorFile {
  source: string
  suite: Suite
  minSigners: number
  groupSecretKey: string
  groupPublicKey: string
  message: string
  coefficients: string[]
  shares: { identifier: number; share: string }[]
  signers: {
    identifier: number
    hidingRandomness: string
    bindingRandomness: string
    hidingNonce: string
    bindingNonce: string
    hidingCommitment: string
    bindingCommitment: string
    bindingFactorInput: string
    bindingFactor: string
    signatureShare: string
  }[]
  signature: string
}

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return fromHex(hex, 'vector')
}

/** RFC 9591 and its siblings, 2 of 3. */
export function frostVectors() {
  const files: FrostVectorFile[] = JSON.parse(read('frost.json'))
  return files.map((v) => ({
    source: v.source,
    suite: v.suite,
    minSigners: v.minSigners,
    groupPublicKey: bytes(v.groupPublicKey),
    message: bytes(v.message),
    coefficients: v.coefficients.map(bytes),
    shares: v.shares.map(({ identifier, share }) => ({ identifier, share: bytes(share) })),
    signers: v.signers.map((s) => ({
      identifier: s.identifier,
      randomness: bytes(s.hidingRandomness + s.bindingRandomness),
      nonces: bytes(s.hidingNonce + s.bindingNonce),
      hidingCommitment: bytes(s.hidingCommitment),
      bindingCommitment: bytes(s.bindingCommitment),
      bindingFactorInput: bytes(s.bindingFactorInput),
      bindingFactor: bytes(s.bindingFactor),
      signatureShare: bytes(s.signatureShare),
    })),
    signature: bytes(v.signature),
  }))
}

export type FrostVector = ReturnType<typeof frostVectors>[number]

export function evmVector() {
  const {
    about: _about,
    ...v
  }: Record<
    'about' | 'secretKey' | 'nonce' | 'message' | 'groupPublicKey' | 'noncePoint' | 'addressOfNoncePoint' | 'challengeHash' | 's',
    string
  > = JSON.parse(read('evm-schnorr.json'))
  return {
    secretKey: bytes(v.secretKey),
    nonce: bytes(v.nonce),
    message: bytes(v.message),
    groupPublicKey: bytes(v.groupPublicKey),
    noncePoint: bytes(v.noncePoint),
    addressOfNoncePoint: bytes(v.addressOfNoncePoint),
    challengeHash: bytes(v.challengeHash),
    s: bytes(v.s),
  }
}

/** The 19 rows of BIP-340's table. */
export function bip340Vectors() {
  const rows = read('bip340.csv').trim().split(/\r?\n/).slice(1)
  return rows.map((row) => {
    const [index = '', , publicKey = '', , message = '', signature = '', result = '', ...comment] = row.split(',')
    return {
      index: Number(index),
      publicKey: bytes(publicKey.toLowerCase()),
      message: bytes(message.toLowerCase()),
      signature: bytes(signature.toLowerCase()),
      valid: result === 'TRUE',
      comment: comment.join(','),
    }
  })
}

/**
 * Round two of many ceremonies at once. Ceremonies of one key, with the same signers and our own same share, are one batch with more positions:
 * each position has its own list of commitments, binding factors and challenge, and what does not depend on it (the Lagrange coefficient, the
 * calls of the kernel) is paid once.
 */
import { timingSafeEqual } from 'node:crypto'
import { concatAll, copyBytes, toHex, wipe } from '../bytes.ts'
import { type Kernel, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { NONCE_PAIR_BYTES } from './frost-nonces.ts'
import { type SignedBatch, type SigningSecrets, signBatch } from './frost-sign.ts'
import { COMMITMENT_PAIR_BYTES } from './frost-transcript.ts'
import type { SigningTranscript } from './jobs/contract.ts'

export type SigningOrder = SigningTranscript & SigningSecrets

/**
 * As `signBatch` for each. A batch of which one ceremony has a bad commitment is signed again ceremony by ceremony: the shares are a function of
 * nonces and transcript, so that no nonce meets a second challenge.
 */
export function signBatches(kernel: Kernel, orders: readonly SigningOrder[]): SignedBatch[] {
  const results = new Array<SignedBatch>(orders.length)
  for (const places of alike(orders)) {
    const together = places.map((place) => orders[place] as SigningOrder)
    const signed = signTogether(kernel, together) ?? together.map((order) => signBatch(kernel, order, order))
    signed.forEach((result, i) => {
      results[places[i] as number] = result
    })
  }
  return results
}

/** Places of orders that are one batch. */
function alike(orders: readonly SigningOrder[]): number[][] {
  const groups = new Map<string, number[][]>()
  for (const [place, order] of orders.entries()) {
    const { suite, groupPublicKey, signers, index, share } = order
    const name = `${suite} ${toHex(groupPublicKey)} ${index} ${signers.join(' ')}`
    const candidates = groups.get(name) ?? []
    groups.set(name, candidates)
    // The share is secret, so it is no part of a name.
    const known = candidates.find(([first = 0]) => sameSecret(orders[first]?.share, share))
    if (known === undefined) candidates.push([place])
    else known.push(place)
  }
  return [...groups.values()].flat()
}

function sameSecret(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && timingSafeEqual(a, b)
}

function isAligned({ signers, messages, commitments, nonces }: SigningOrder): boolean {
  const bytes = messages.length * COMMITMENT_PAIR_BYTES
  const fits = commitments.length === signers.length && commitments.every(({ length }) => length === bytes)
  return fits && messages.length > 0 && nonces.length === messages.length * NONCE_PAIR_BYTES
}

/** Null where one of them cannot be signed, or there is only one. */
function signTogether(kernel: Kernel, orders: readonly SigningOrder[]): SignedBatch[] | null {
  const [first] = orders
  // Parts that do not fit their own ceremony could fit the neighbour's: nonces would meet the challenges of other messages.
  if (first === undefined || orders.length === 1 || !orders.every(isAligned)) return null
  const nonces = concatAll(orders.map((order) => order.nonces))
  try {
    const whole = {
      ...first,
      commitments: first.signers.map((_, signer) => concatAll(orders.map(({ commitments }) => commitments[signer] ?? new Uint8Array()))),
      messages: orders.flatMap(({ messages }) => messages),
      nonces,
    }
    const signed = signBatch(kernel, whole, whole)
    if (signed.status !== 'signed') return null
    let from = 0
    return orders.map(({ messages: { length } }) => {
      const to = from + length
      const part = (batch: Uint8Array, itemBytes: number): Uint8Array => copyBytes(batch, from * itemBytes, to * itemBytes)
      const own: SignedBatch = {
        status: 'signed',
        signatureShares: part(signed.signatureShares, SCALAR_BYTES),
        groupCommitments: part(signed.groupCommitments, POINT_BYTES),
        challenges: part(signed.challenges, SCALAR_BYTES),
      }
      from = to
      return own
    })
  } finally {
    wipe(nonces)
  }
}

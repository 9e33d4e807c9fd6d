/** Mixed groups with the FROST of @noble/curves, in both directions. */
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../src/bytes.ts'
import { prepareSigning } from '../../src/crypto/frost-sign.ts'
import { QuorateError } from '../../src/errors.ts'
import { readSigning } from '../../src/frost/arguments.ts'
import * as frost from '../../src/frost/index.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { ancestorMessages } from '../helpers/messages.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { must } from './apis.ts'
import {
  dealtByNoble,
  forNoble,
  idOf,
  type Key,
  listForNoble,
  NOBLE,
  nobleSigner,
  ourSigner,
  sharesForNoble,
  signTogether,
  untilParity,
} from './noble-group.ts'

const MIN_SIGNERS = 3
/** Ends and middle of what an identifier may be, and not in order. */
const IDENTIFIERS = [65_535, 1, 40_000, 2, 256]
const SIGNERS = [40_000, 65_535, 1]
/** Bit i set: signer i runs noble. */
const MIXES = [0b000, 0b001, 0b010, 0b011, 0b101, 0b110, 0b111]

const groupOf = (key: Key, mix: number, signers = SIGNERS) =>
  signers.map((identifier, i) => ((mix >> i) & 1 ? nobleSigner(key, identifier) : ourSigner(frost, key, identifier)))

/** Whether the R that the group makes has odd y: it is in no BIP-340 signature. */
function hasOddR({ keys }: Key, { commitments, message }: ReturnType<typeof signTogether>): boolean {
  const prepared = prepareSigning(sharedKernel(), readSigning(sharedKernel(), keys, commitments, message).transcript)
  if (prepared.status !== 'ready') throw new Error(prepared.status)
  return must(prepared.groupCommitments[63]) % 2 === 1
}

/** Aggregated by both, verified by both. */
function expectOneSignature({ keys }: Key, signed: ReturnType<typeof signTogether>): void {
  const { suite, groupPublicKey } = keys
  const noble = NOBLE[suite]
  const { commitments, message, signatureShares } = signed
  const signature = frost.aggregate({ keys, ...signed })
  const theirs = noble.aggregate(forNoble(keys), listForNoble(noble, commitments), message, sharesForNoble(noble, signatureShares))
  expect(toHex(signature)).toBe(toHex(theirs))
  expect(noble.verify(signature, message, groupPublicKey)).toBe(true)
  expect(frost.verify({ suite, groupPublicKey, message, signature })).toBe(true)
  expect(frost.verify({ suite, groupPublicKey, message: concatBytes(message, Uint8Array.of(0)), signature })).toBe(false)
}

describe.each(['secp256k1-sha256', 'bip340'] as const)('mixed groups of noble and quorate/frost: %s', (suite) => {
  const noble = NOBLE[suite]
  const dealers: Readonly<Record<string, () => Key>> = {
    noble: () => dealtByNoble(suite, MIN_SIGNERS, IDENTIFIERS),
    ours: () => frost.trustedDealer({ suite, minSigners: MIN_SIGNERS, identifiers: IDENTIFIERS }),
  }

  describe.each(Object.entries(dealers))('dealer: %s', (_, deal) => {
    it.each([
      ['even', false],
      ['odd', true],
    ])('N31: the shares of both add up to one signature that both verify, key with %s y, and R with either', (_parity, odd) => {
      const key = untilParity(odd, deal)
      const { keys } = key
      const random = seededRandom(`${testSeed()} interop`)
      const seen = new Set<boolean>()
      for (let round = 0; round < MIXES.length || seen.size < 2; round++) {
        const mix = must(MIXES[round % MIXES.length])
        const signed = signTogether(groupOf(key, mix), copyBytes(random(mix * 5)))
        seen.add(hasOddR(key, signed))
        const { commitments, message, signatureShares } = signed
        for (const [identifier, signatureShare] of signatureShares) {
          expect(frost.verifyShare({ keys, commitments, message, identifier, signatureShare })).toBe(true)
        }
        expectOneSignature(key, signed)
      }
    })

    it('N18, N31: each names the bad shares of the other, and noble finds ours good', () => {
      for (const odd of [false, true]) {
        const key = untilParity(odd, deal)
        const { keys } = key
        const signed = signTogether(groupOf(key, 0b010), Uint8Array.of(1, 2))
        const { commitments, message, signatureShares } = signed
        const list = listForNoble(noble, commitments)
        const nobleFinds = (identifier: number, share: Uint8Array) =>
          noble.verifyShare(forNoble(keys), list, message, idOf(noble, identifier), share)
        for (const identifier of SIGNERS) {
          const good = must(signatureShares.get(identifier))
          expect(nobleFinds(identifier, good)).toBe(true)
          const bad = copyBytes(good)
          bad[31] = must(bad[31]) ^ 1
          expect(nobleFinds(identifier, bad)).toBe(false)
          const spoilt = new Map(signatureShares).set(identifier, bad)
          expect(() => frost.aggregate({ keys, commitments, message, signatureShares: spoilt })).toThrow(
            expect.objectContaining({ code: 'ERR_BAD_SIGNATURE_SHARE', culprits: [identifier] }),
          )
          expect(() => noble.aggregate(forNoble(keys), list, message, sharesForNoble(noble, spoilt))).toThrow(
            expect.objectContaining({ cheaters: [idOf(noble, identifier)] }),
          )
        }
      }
    })
  })

  it.each(ancestorMessages(suite))('N27: a mixed group signs $name', ({ message }) => {
    const key = untilParity(true, must(dealers['ours']))
    expectOneSignature(key, signTogether(groupOf(key, 0b001), message))
  })

  it('G1, G21: groups of other sizes, up to the largest identifiers there are', () => {
    for (const [minSigners, count] of [
      [2, 2],
      [2, 6],
    ] as const) {
      const identifiers = Array.from({ length: count }, (_, i) => 65_535 - i)
      for (const key of [dealtByNoble(suite, minSigners, identifiers), frost.trustedDealer({ suite, minSigners, identifiers })]) {
        expectOneSignature(key, signTogether(groupOf(key, 0b101010, identifiers), new Uint8Array(3)))
      }
    }
    expect(() => frost.trustedDealer({ suite, minSigners: 1, identifiers: [65_536] })).toThrow(QuorateError)
  })
})

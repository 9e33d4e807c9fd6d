import type { FROST } from '@noble/curves/abstract/frost.js'
import { schnorr_FROST, secp256k1_FROST } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../src/bytes.ts'
import type { FrostCommitment, FrostPublic, FrostShare, FrostSuite } from '../../src/frost/index.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { apis, must } from './apis.ts'

const NOBLE: Readonly<Record<FrostSuite, FROST>> = { 'secp256k1-sha256': secp256k1_FROST, bip340: schnorr_FROST }
const IDENTIFIERS = [1, 2, 3, 4, 5]
const MIN_SIGNERS = 3
const SIGNERS = [1, 3, 4]
/** Bit i set: signer i runs noble. */
const MIXES = [0b000, 0b001, 0b010, 0b011, 0b101, 0b110, 0b111]

interface Key {
  readonly keys: FrostPublic
  readonly shares: readonly FrostShare[]
}

const idOf = (noble: FROST, identifier: number) => noble.Identifier.fromNumber(identifier)
const isOdd = (key: Uint8Array) => key[0] === 3

/** Draws until the group key has the wanted parity. */
function untilParity(odd: boolean, deal: () => Key): Key {
  for (;;) {
    const key = deal()
    if (isOdd(key.keys.groupPublicKey) === odd) return key
  }
}

function dealtByNoble(suite: FrostSuite): Key {
  const noble = NOBLE[suite]
  const dealt = noble.trustedDealer({ min: MIN_SIGNERS, max: IDENTIFIERS.length })
  const pointOf = (identifier: number) => copyBytes(must(dealt.public.verifyingShares[idOf(noble, identifier)]))
  return {
    keys: {
      suite,
      minSigners: MIN_SIGNERS,
      groupPublicKey: copyBytes(must(dealt.public.commitments[0])),
      verifyingShares: new Map(IDENTIFIERS.map((identifier) => [identifier, pointOf(identifier)])),
    },
    shares: IDENTIFIERS.map((identifier) => ({
      identifier,
      secretShare: copyBytes(must(dealt.secretShares[idOf(noble, identifier)]).signingShare),
    })),
  }
}

/** noble's view of our public key package. */
function forNoble(noble: FROST, keys: FrostPublic) {
  return {
    signers: { min: keys.minSigners, max: keys.verifyingShares.size },
    commitments: [keys.groupPublicKey],
    verifyingShares: Object.fromEntries([...keys.verifyingShares].map(([identifier, point]) => [idOf(noble, identifier), point])),
  }
}

// The published functions alone: the kernels are compared with each other elsewhere, and noble is slow.
for (const { name, frost } of apis().slice(0, 1)) {
  describe.each(['secp256k1-sha256', 'bip340'] as const)(`mixed groups of noble and quorate/frost: ${name}: %s`, (suite) => {
    const noble = NOBLE[suite]
    const dealers: Readonly<Record<string, () => Key>> = {
      noble: () => dealtByNoble(suite),
      ours: () => frost.trustedDealer({ suite, minSigners: MIN_SIGNERS, identifiers: IDENTIFIERS }),
    }

    describe.each(Object.entries(dealers))('dealer: %s', (_, deal) => {
      it.each([
        ['even', false],
        ['odd', true],
      ])('N31: the shares of both add up to one signature that both verify, key with %s y', (_parity, odd) => {
        const { keys, shares } = untilParity(odd, deal)
        const pub = forNoble(noble, keys)
        const random = seededRandom(`${testSeed()} interop`)
        for (const mix of MIXES) {
          const message = copyBytes(random(mix * 5))
          const signers = SIGNERS.map((identifier, i) => {
            const share = must(shares.find((one) => one.identifier === identifier))
            const secret = { identifier: idOf(noble, identifier), signingShare: share.secretShare }
            if ((mix >> i) & 1) {
              const { nonces, commitments } = noble.commit(secret)
              const commitment: FrostCommitment = {
                identifier,
                hiding: copyBytes(commitments.hiding),
                binding: copyBytes(commitments.binding),
              }
              const sign = (list: FrostCommitment[]) => copyBytes(noble.signShare(secret, pub, nonces, list.map(toNoble), message))
              return { identifier, commitment, sign }
            }
            const nonces = frost.commit({ suite, share })
            const sign = (list: FrostCommitment[]) => frost.sign({ keys, commitments: list, message, share, nonces })
            return { identifier, commitment: nonces.commitment, sign }
          })
          const commitments = signers.map(({ commitment }) => commitment)
          const signatureShares = new Map(signers.map(({ identifier, sign }) => [identifier, sign(commitments)]))
          for (const [identifier, signatureShare] of signatureShares) {
            expect(frost.verifyShare({ keys, commitments, message, identifier, signatureShare })).toBe(true)
          }
          const ours = frost.aggregate({ keys, commitments, message, signatureShares })
          const named = Object.fromEntries([...signatureShares].map(([identifier, share]) => [idOf(noble, identifier), share]))
          expect(toHex(ours)).toBe(toHex(noble.aggregate(pub, commitments.map(toNoble), message, named)))
          expect(noble.verify(ours, message, keys.groupPublicKey)).toBe(true)
          expect(frost.verify({ suite, groupPublicKey: keys.groupPublicKey, message, signature: ours })).toBe(true)
          expect(
            frost.verify({ suite, groupPublicKey: keys.groupPublicKey, message: concatBytes(message, Uint8Array.of(0)), signature: ours }),
          ).toBe(false)
        }
      })
    })

    function toNoble({ identifier, hiding, binding }: FrostCommitment) {
      return { identifier: idOf(noble, identifier), hiding, binding }
    }
  })
}

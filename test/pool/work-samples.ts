/** Work of every kind that is cut into pieces, small enough to run whole beside its pieces. */
import { concatBytes } from '../../src/bytes.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import type { SingleWork } from '../../src/pool/work.ts'
import { checkDealings, dealAll, makeParties, present, receivedAt, type Shape, sidOf } from '../crypto/ceremony.ts'
import { dealGroup, roundOne, roundTwo } from '../crypto/frost-group.ts'
import { seededRandom } from '../helpers/random.ts'
import { kernel } from './support.ts'

export type Sample = Exclude<SingleWork, { type: 'ping' }>

const random = seededRandom('work in pieces')
/** Enough for three pieces of a sum of products. */
const N = 400
const k = randomScalars(random, N)
const points = kernel.baseMul(randomScalars(random, N))
/** Some identities among them: legal, and the special case of every sum. */
const withIdentities = points.slice().fill(0, 64 * 3, 64 * 5)
const compressed = kernel.compress(points)
/** Items 1 and N - 2 are no points. */
const badCompressed = compressed
  .slice()
  .fill(0xff, 33, 66)
  .fill(0xff, 33 * (N - 2), 33 * (N - 1))
const badPoints = points
  .slice()
  .fill(1, 64, 128)
  .fill(1, 64 * (N - 2), 64 * (N - 1))

function operation(name: Extract<Sample, { type: 'operation' }>['name'], ...args: unknown[]): Sample {
  return { type: 'operation', name, args }
}

const multipliers = randomScalars(random, N)
const noncePoints = kernel.baseMul(k)
const verifyingShares = points
const shares = kernel.scalarAdd(k, kernel.scalarMul(multipliers, multipliers))
const shareChecks = { shares, noncePoints, verifyingShares: kernel.baseMul(multipliers), multipliers }

export const operations: Readonly<Record<string, Sample>> = {
  baseMul: operation('baseMul', k),
  baseMulVar: operation('baseMulVar', k),
  mul: operation('mul', withIdentities, k),
  mulVar: operation('mulVar', withIdentities, k),
  msmVar: operation('msmVar', withIdentities, k),
  'msmVar with a multiple of G': operation('msmVar', points, k, k.slice(0, 32)),
  'msmVar of opposite halves': operation('msmVar', concatBytes(points, points), concatBytes(k, kernel.scalarMul(minusOnes(N), k))),
  sum: operation('sum', concatBytes(withIdentities, points, points, points), 2),
  'evaluateInExponent of vectors': operation('evaluateInExponent', withIdentities, 4, [1, 2, 3, 9]),
  'evaluateInExponent at indices': operation('evaluateInExponent', points, N, [1, 5, 6, 65_535, 40]),
  evaluatePolynomial: operation('evaluatePolynomial', k, [1, 2, 3, 4, 5, 1_000]),
  verifySignatureShares: operation('verifySignatureShares', shareChecks),
  'verifySignatureShares with wrong ones': operation('verifySignatureShares', { ...shareChecks, verifyingShares }),
  checkPoints: operation('checkPoints', concatBytes(withIdentities, badPoints)),
  decompress: operation('decompress', badCompressed),
  scalarAdd: operation('scalarAdd', k, multipliers),
  scalarMul: operation('scalarMul', k, multipliers),
}

/** Operations with a bad value in the first and in the last piece, and in two arguments. */
const over = k
  .slice()
  .fill(0xff, 32 * 4, 32 * 5)
  .fill(0xff, 32 * (N - 3), 32 * (N - 2))
export const faulty: Readonly<Record<string, Sample>> = {
  'a scalar': operation('baseMul', over),
  'scalars and a later point': operation('mul', points.slice().fill(1, 64 * (N - 1)), over),
  'a point of a sum of products': operation('msmVar', badPoints, k),
  'g and a scalar': operation('msmVar', points, over, new Uint8Array(32).fill(0xff)),
  'g alone': operation('msmVar', points, k, new Uint8Array(32).fill(0xff)),
  'a point of a sum': operation('sum', badPoints, 1),
  'a commitment': operation('evaluateInExponent', badPoints, 2, [1, 2]),
  'a coefficient': operation('evaluatePolynomial', over, [1, 2, 3, 4]),
  'a multiplier': operation('verifySignatureShares', { ...shareChecks, multipliers: over }),
  'both scalars': operation('scalarAdd', k.slice().fill(0xff, 32 * (N - 1)), over),
}

function minusOnes(count: number): Uint8Array {
  const minusOne = kernel.scalarAdd(
    new Uint8Array(32),
    Uint8Array.from(Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140', 'hex')),
  )
  return concatBytes(...Array.from({ length: count }, () => minusOne))
}

const shape: Shape = { n: 6, t: 3, positions: 2 }
const sid = sidOf('work in pieces')
const parties = makeParties(kernel, sid, shape, seededRandom('parties'))
const dealt = dealAll(kernel, sid, shape, parties)
const self = present(parties[2])
const others = parties.filter((party) => party !== self)
const common = { sid, positions: 2, minSigners: 3 }
const dealings = others.map(({ dealing }) => dealing)
const ownCommitments = self.dealing.commitments
const weightSeed = random(32)
const checkArgs = { ...common, dealings, weightSeed, ownCommitments }
const badDealings = dealings.map((dealing, i) => (i % 3 === 1 ? { ...dealing, encryptionKey: new Uint8Array(64) } : dealing))
const openArgs = {
  ...receivedAt(kernel, sid, 2, self, others, dealt),
  minSigners: 3,
  ownShares: present(dealt.own.get(self.index)),
  sumCommitments: present(checkDealings(kernel, sid, shape, dealings, ownCommitments).sumCommitments ?? undefined),
  verifyingIndices: [1, 2, 3, 4, 5, 6],
  verifyingShares: null,
  normaliseFor: 'bip340',
} as const
const dealArgs = {
  ...common,
  index: self.index,
  coefficients: self.coefficients,
  encryptionSecret: self.encryptionSecret,
  encryptionKey: self.dealing.encryptionKey,
  recipients: others.map(({ index, dealing }) => ({ index, encryptionKey: dealing.encryptionKey })),
  verify: { sumCommitments: openArgs.sumCommitments, indices: openArgs.verifyingIndices },
}
const openedShares = kernel.evaluateInExponent(openArgs.sumCommitments, 3, openArgs.verifyingIndices)
/** Our own is at place 2 of each position. */
const flipped = openedShares.slice().fill(1, 64 * 2, 64 * 3)
const ofOthers = { verifyingIndices: [1, 2], verifyingShares: kernel.evaluateInExponent(openArgs.sumCommitments, 3, [1, 2]) }
const altered = openArgs.dealers.map((dealer, i) => (i === 1 ? { ...dealer, ciphertext: dealer.ciphertext.slice().fill(0, 0, 1) } : dealer))

const group = dealGroup(kernel, seededRandom('group'), { suite: 'bip340', t: 2, indices: [1, 2, 5] })
const messages = Array.from({ length: 5 }, (_, i) => new Uint8Array(32).fill(i))
const first = roundOne(kernel, seededRandom('rounds'), group, [1, 2, 5], messages)
const second = roundTwo(kernel, group, first)
const signArgs = { ...first.transcript, index: 2, share: present(group.shares.get(2)), nonces: present(first.nonces[1]) }
const badCommitments = signArgs.commitments.map((batch, i) => (i === 1 ? batch : batch.slice().fill(1, 128 * (4 - i), 128 * (4 - i) + 64)))
const { suite, groupPublicKey } = group
const aggregateArgs = { suite, groupPublicKey, ...second }

function job(name: Extract<Sample, { type: 'job' }>['name'], args: object): Sample {
  return { type: 'job', name, args }
}

export const jobs: Readonly<Record<string, Sample>> = {
  dealCommitments: job('dealCommitments', {
    ...common,
    index: self.index,
    coefficients: self.coefficients,
    proofNonces: self.proofNonces,
    encryptionSecret: self.encryptionSecret,
  }),
  checkDealings: job('checkDealings', checkArgs),
  'checkDealings without a sum': job('checkDealings', { ...checkArgs, ownCommitments: null }),
  'checkDealings with faults': job('checkDealings', { ...checkArgs, dealings: badDealings }),
  dealShares: job('dealShares', dealArgs),
  'dealShares without verifying shares': job('dealShares', { ...dealArgs, verify: null }),
  openShares: job('openShares', openArgs),
  'openShares for evm, at indices that are no run': job('openShares', { ...openArgs, verifyingIndices: [3, 1, 6, 2], normaliseFor: 'evm' }),
  'openShares with verifying shares': job('openShares', { ...openArgs, verifyingShares: openedShares }),
  'openShares with those of others': job('openShares', { ...openArgs, ...ofOthers }),
  'openShares of a nonce': job('openShares', { ...openArgs, verifyingIndices: [], normaliseFor: null }),
  'openShares with a wrong sum': job('openShares', { ...openArgs, verifyingShares: flipped }),
  'openShares with a bad ciphertext': job('openShares', { ...openArgs, dealers: altered }),
  commitNonces: job('commitNonces', { suite, share: signArgs.share, randomness: random(5 * 64) }),
  signShares: job('signShares', signArgs),
  'signShares with bad points': job('signShares', { ...signArgs, commitments: badCommitments }),
  aggregate: job('aggregate', aggregateArgs),
  'aggregate with a wrong share': job('aggregate', {
    ...aggregateArgs,
    signatureShares: [...second.signatureShares].reverse().map((shares) => shares.slice().fill(0xff, 0, 32)),
  }),
}

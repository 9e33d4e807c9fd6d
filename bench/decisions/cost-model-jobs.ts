/** Jobs of one participant for the cost model, with arguments that an honest ceremony gives them. */
import type { Kernel } from 'quorate/kernel'
import type { JobArgs, JobName, VerifyingShares } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { randomScalars, systemRandom } from '../../src/crypto/random-scalars.ts'
import type { SingleWork } from '../../src/pool/work.ts'

type JobWork = readonly [string, Extract<SingleWork, { type: 'job' }>]

function work<N extends JobName>(name: N, size: string, args: JobArgs<N>): JobWork {
  return [`${name} ${size}`, { type: 'job', name, args }]
}

function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('an honest ceremony has it')
  return value
}

/** The last of n participants. */
export function dkgWork(kernel: Kernel, n: number, t: number): JobWork[] {
  const common = { sid: new Uint8Array(32).fill(7), positions: 1, minSigners: t }
  const parties = Array.from({ length: n }, (_, i) => {
    const own = {
      coefficients: randomScalars(systemRandom, t),
      proofNonces: randomScalars(systemRandom, 1),
      encryptionSecret: randomScalars(systemRandom, 1),
    }
    const args = { ...common, index: i + 1, ...own }
    return { args, dealing: runJob(kernel, { name: 'dealCommitments', args }) }
  })
  const self = must(parties.at(-1))
  const others = parties.slice(0, -1)
  const peers = (list: typeof parties) => list.map(({ dealing: { index, encryptionKey } }) => ({ index, encryptionKey }))
  const dealArgs = ({ args, dealing }: typeof self, to: typeof parties, verify: VerifyingShares | null): JobArgs<'dealShares'> => ({
    ...common,
    index: args.index,
    coefficients: args.coefficients,
    encryptionSecret: args.encryptionSecret,
    encryptionKey: dealing.encryptionKey,
    recipients: peers(to),
    verify,
  })
  const ownCommitments = self.dealing.commitments
  const checkArgs = { ...common, dealings: others.map(({ dealing }) => dealing), weightSeed: systemRandom(32), ownCommitments }
  const indices = parties.map(({ args }) => args.index)
  const sumCommitments = must(runJob(kernel, { name: 'checkDealings', args: checkArgs }).sumCommitments)
  const verify = { sumCommitments, indices }
  const { ownShares, sharedPoints, verifyingShares } = runJob(kernel, { name: 'dealShares', args: dealArgs(self, others, verify) })
  const openArgs: JobArgs<'openShares'> = {
    ...common,
    index: n,
    sharedPoints,
    encryptionKey: self.dealing.encryptionKey,
    ownShares,
    sumCommitments,
    dealers: others.map((party) => ({
      index: party.args.index,
      encryptionKey: party.dealing.encryptionKey,
      ciphertext: must(runJob(kernel, { name: 'dealShares', args: dealArgs(party, [self], null) }).ciphertexts[0]),
    })),
    verifyingIndices: indices,
    verifyingShares,
    normaliseFor: 'bip340',
  }
  const size = `${t}/${n}`
  const complainer = { index: n, encryptionKey: self.dealing.encryptionKey }
  const complainArgs: JobArgs<'makeComplaints'> = {
    sid: common.sid,
    ...complainer,
    encryptionSecret: self.args.encryptionSecret,
    dealers: peers(others),
    nonces: randomScalars(systemRandom, others.length),
  }
  // About everybody's good share: a bad one costs no less.
  const complaints = runJob(kernel, { name: 'makeComplaints', args: complainArgs }).map((proven, i) => {
    const { ciphertext } = must(openArgs.dealers[i])
    return { ...proven, dealer: must(others[i]).dealing, ciphertext }
  })
  return [
    work('makeComplaints', size, complainArgs),
    work('judgeComplaints', size, { ...common, complainer, complaints }),
    work('dealCommitments', size, self.args),
    work('checkDealings', size, checkArgs),
    work('dealShares', size, dealArgs(self, others, verify)),
    work('openShares', size, openArgs),
  ]
}

/** The last of the signers. */
export function signingWork(kernel: Kernel, signers: number, positions: number): JobWork[] {
  const indices = Array.from({ length: signers }, (_, i) => i + 1)
  const coefficients = randomScalars(systemRandom, signers)
  const groupPublicKey = kernel.compress(kernel.baseMul(coefficients.slice(0, 32)))
  const shares = kernel.evaluatePolynomial(coefficients, indices)
  const shareOf = (place: number): Uint8Array => shares.slice(32 * place, 32 * place + 32)
  const nonceArgs = (place: number) => ({ suite: 'bip340', share: shareOf(place), randomness: systemRandom(64 * positions) }) as const
  const made = indices.map((_, place) => runJob(kernel, { name: 'commitNonces', args: nonceArgs(place) }))
  const transcript = {
    suite: 'bip340',
    groupPublicKey,
    signers: indices,
    commitments: made.map(({ commitments }) => commitments),
    messages: Array.from({ length: positions }, (_, i) => new Uint8Array(32).fill(i)),
  } as const
  const signArgs = (place: number): JobArgs<'signShares'> => ({
    ...transcript,
    index: place + 1,
    share: shareOf(place),
    nonces: must(made[place]).nonces,
  })
  const signed = indices.map((_, place) => runJob(kernel, { name: 'signShares', args: signArgs(place) }))
  const first = must(signed[0])
  if (first.status !== 'signed') throw new Error(first.status)
  const signatureShares = signed.map((each) => (each.status === 'signed' ? each.signatureShares : new Uint8Array(0)))
  const { groupCommitments, challenges } = first
  const size = `${signers} signers, ${positions} messages`
  const oneBad = signatureShares.map((share, i) => (i === 1 ? share.map((byte, at) => (at === 31 ? byte ^ 1 : byte)) : share))
  return [
    work('commitNonces', size, nonceArgs(0)),
    work('signShares', size, signArgs(signers - 1)),
    work('aggregate', size, { suite: 'bip340', groupPublicKey, groupCommitments, challenges, signatureShares }),
    work('findBadShares', size, {
      ...transcript,
      verifyingShares: kernel.compress(kernel.baseMul(shares)),
      signatureShares: oneBad,
      groupCommitments,
    }),
  ]
}

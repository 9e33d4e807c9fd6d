/** Complaints as jobs: what a victim shows convicts the dealer of a bad share, and nothing that it can show convicts another. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/bytes.ts'
import { GROUP_ORDER, MINUS_ONE } from '../../../src/crypto/group-order.ts'
import { COMPLAINT_VERDICT, type JobArgs } from '../../../src/crypto/jobs/contract.ts'
import { jobs, runJob } from '../../../src/crypto/jobs/index.ts'
import { randomScalars } from '../../../src/crypto/random-scalars.ts'
import { encryptShares, openChannels, sharedPointsOf } from '../../../src/crypto/share-encryption.ts'
import { KernelPool } from '../../../src/pool/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { refusalOf } from '../../helpers/refusals.ts'
import { dealAll, flipBit, kernels, makeParties, makeParty, present, type Shape, scalar, sidOf } from '../ceremony.ts'

type Complaint = JobArgs<'judgeComplaints'>['complaints'][number]

const seed = testSeed()
const { goodShare, badShare, badProof } = COMPLAINT_VERDICT

describe.each(kernels)('on the %s kernel', (_name, kernel) => {
  const shape: Shape = { n: 4, t: 2, positions: 2 }
  const sid = sidOf(`${seed} complaints`)
  const parties = makeParties(kernel, sid, shape, seededRandom(`${seed} complaints`))
  const dealt = dealAll(kernel, sid, shape, parties)
  const victim = present(parties[2])
  const dealers = parties.filter((party) => party !== victim)
  const complainer = { index: victim.index, encryptionKey: victim.dealing.encryptionKey }
  const made = runJob(kernel, {
    name: 'makeComplaints',
    args: {
      sid,
      ...complainer,
      encryptionSecret: victim.encryptionSecret,
      dealers: dealers.map(({ dealing: { index, encryptionKey } }) => ({ index, encryptionKey })),
      nonces: randomScalars(seededRandom(`${seed} nonces`), dealers.length),
    },
  })
  const about = dealers.map(
    ({ dealing }, i): Complaint => ({
      dealer: dealing,
      ciphertext: present(dealt.ciphertexts.get(dealing.index)?.get(victim.index)),
      ...present(made[i]),
    }),
  )
  const judge = (...complaints: readonly Complaint[]): number[] => {
    const args = { sid, positions: 2, minSigners: 2, complainer, complaints }
    return [...runJob(kernel, { name: 'judgeComplaints', args }).verdicts]
  }
  const first = present(about[0])

  /** What the first dealer would have sent with these values for the victim. */
  function encrypted(...values: readonly Uint8Array[]): Uint8Array {
    const dealer = present(dealers[0])
    const sharedPoints = sharedPointsOf(kernel, dealer.encryptionSecret, [complainer])
    const [channel] = openChannels(kernel, sid, dealer.dealing, [complainer], sharedPoints, 'out')
    return encryptShares(present(channel), concatBytes(...values))
  }
  const values = [0, 1].map((position) =>
    kernel.evaluatePolynomial(present(dealers[0]).coefficients.slice(64 * position, 64 * position + 64), [victim.index]),
  )
  const [f0, f1] = [present(values[0]), present(values[1])]

  it('G17: good shares are found good, alone and together', () => {
    expect(judge(...about)).toEqual([goodShare, goodShare, goodShare])
    expect(judge(first)).toEqual([goodShare])
    expect(judge({ ...first, ciphertext: encrypted(f0, f1) })).toEqual([goodShare])
    expect(judge()).toEqual([])
  })

  it('G13: a wrong value at either position, and none that cancels between them', () => {
    const wrong = (a: Uint8Array, b: Uint8Array) => judge({ ...first, ciphertext: encrypted(a, b) })
    const one = scalar(1n)
    expect(wrong(kernel.scalarAdd(f0, one), f1)).toEqual([badShare])
    expect(wrong(f0, kernel.scalarAdd(f1, one))).toEqual([badShare])
    expect(wrong(kernel.scalarAdd(f0, one), kernel.scalarAdd(f1, MINUS_ONE))).toEqual([badShare])
    expect(wrong(f1, f0)).toEqual([badShare])
    expect(wrong(f0, GROUP_ORDER)).toEqual([badShare])
  })

  it('G13, G28: a box that does not open, is cut, or holds another number of values', () => {
    const { ciphertext } = first
    for (const bit of [0, 300, 639]) expect(judge({ ...first, ciphertext: flipBit(ciphertext, bit) })).toEqual([badShare])
    for (const changed of [
      new Uint8Array(),
      ciphertext.slice(1),
      concatBytes(ciphertext, new Uint8Array(1)),
      encrypted(f0),
      encrypted(f0, f1, f1),
    ]) {
      expect(judge({ ...first, ciphertext: changed })).toEqual([badShare])
    }
  })

  it('G29: a box for another recipient, of another dealer, or sent back', () => {
    for (const [from, to] of [
      [1, 2],
      [2, 3],
      [3, 1],
    ] as const) {
      expect(judge({ ...first, ciphertext: present(dealt.ciphertexts.get(from)?.get(to)) })).toEqual([badShare])
    }
  })

  it('G13: commitments to another polynomial', () => {
    const other = makeParty(kernel, sid, 1, shape, seededRandom(`${seed} other`)).dealing.commitments
    expect(judge({ ...first, dealer: { ...first.dealer, commitments: other } })).toEqual([badShare])
  })

  it('a share of zero is good', () => {
    // The constant polynomial 0 has no commitment that travels; f(x) = 3 - x has a zero at 3, the index of the victim.
    const random = seededRandom(`${seed} zero`)
    const party = makeParty(kernel, sid, 1, shape, random, concatBytes(scalar(3n), MINUS_ONE, scalar(3n), MINUS_ONE))
    const sharedPoints = sharedPointsOf(kernel, party.encryptionSecret, [complainer])
    const [channel] = openChannels(kernel, sid, party.dealing, [complainer], sharedPoints, 'out')
    const dealer = { index: 1, encryptionKey: party.dealing.encryptionKey }
    const nonces = randomScalars(random, 1)
    const [shown] = runJob(kernel, {
      name: 'makeComplaints',
      args: { sid, ...complainer, encryptionSecret: victim.encryptionSecret, dealers: [dealer], nonces },
    })
    const complaint = { ...present(shown), dealer: party.dealing, ciphertext: encryptShares(present(channel), new Uint8Array(64)) }
    expect(judge(complaint)).toEqual([goodShare])
  })

  it('G17: a proof that does not hold is said before the share is looked at, and harms no other complaint', () => {
    const [, second, third] = about
    const spoilt = { ...first, proof: flipBit(first.proof, 1279), ciphertext: new Uint8Array(80) }
    expect(judge(spoilt, present(second), { ...present(third), ciphertext: new Uint8Array(80) })).toEqual([badProof, goodShare, badShare])
    expect(judge({ ...first, sharedPoint: new Uint8Array(64) })).toEqual([badProof])
    expect(judge({ ...first, sharedPoint: present(second).sharedPoint, proof: present(second).proof })).toEqual([badProof])
  })

  it('arguments that no codec lets through are refused by name', () => {
    expect(refusalOf(() => judge({ ...first, dealer: { ...first.dealer, index: victim.index } }))).toBe(
      'ERR_INVALID_ARGUMENT complaints[0].dealer',
    )
    expect(refusalOf(() => judge({ ...first, dealer: { ...first.dealer, commitments: new Uint8Array(64) } }))).toBe(
      'ERR_INVALID_ARGUMENT complaints[0].dealer.commitments',
    )
  })
})

it('a thread makes and judges them as the calling thread does', async () => {
  const kernel = present(kernels[1])[1]
  const sid = sidOf(`${seed} thread`)
  const [dealer, victim] = makeParties(kernel, sid, { n: 2, t: 1, positions: 1 }, seededRandom(`${seed} thread`))
  const { index, encryptionKey } = present(victim).dealing
  const args = {
    sid,
    index,
    encryptionKey,
    encryptionSecret: present(victim).encryptionSecret,
    dealers: [{ index: 1, encryptionKey: present(dealer).dealing.encryptionKey }],
    nonces: randomScalars(seededRandom(`${seed} thread nonces`), 1),
  }
  const made = runJob(kernel, { name: 'makeComplaints', args })
  const complaints = made.map((proven) => ({ ...proven, dealer: present(dealer).dealing, ciphertext: new Uint8Array(48) }))
  const judged = { sid, positions: 1, minSigners: 1, complainer: { index, encryptionKey }, complaints }
  const pool = await KernelPool.create({ workers: 1, inlineBelowMicros: 0 })
  try {
    expect(await pool.run('makeComplaints', args)).toEqual(made)
    expect(await pool.run('judgeComplaints', judged)).toEqual({ verdicts: Uint8Array.of(badShare) })
  } finally {
    await pool.close()
  }
})

it('what they are expected to cost grows with the complaints and the ceremony', () => {
  const peer = { index: 1, encryptionKey: new Uint8Array(64) }
  const make = (count: number) =>
    jobs.makeComplaints.estimateMicros({
      sid: new Uint8Array(32),
      ...peer,
      encryptionSecret: new Uint8Array(32),
      dealers: Array.from({ length: count }, () => peer),
      nonces: new Uint8Array(32 * count),
    })
  const complaint = {
    dealer: { ...peer, commitments: new Uint8Array(64) },
    ciphertext: peer.encryptionKey,
    sharedPoint: peer.encryptionKey,
    proof: peer.encryptionKey,
  }
  const judge = (count: number, minSigners: number) =>
    jobs.judgeComplaints.estimateMicros({
      sid: new Uint8Array(32),
      positions: 1,
      minSigners,
      complainer: peer,
      complaints: Array.from({ length: count }, () => complaint),
    })
  expect(make(2)).toBeGreaterThan(make(1))
  expect(judge(2, 5)).toBeGreaterThan(judge(1, 5))
  expect(judge(1, 50)).toBeGreaterThan(judge(1, 5))
})

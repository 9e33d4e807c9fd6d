/**
 * The shapes of the jobs' arguments. A job's own checks assume the types; a caller in JavaScript that leaves a field out would otherwise be told
 * that a worker was lost. Lengths and values are the business of the job, where it runs.
 */
import { assertBytes, assertInteger } from '../bytes.ts'
import type { JobArgs, JobName, ReceivedShares, VerifyingShares } from '../crypto/jobs/contract.ts'
import type { EncryptionPeer } from '../crypto/share-encryption.ts'
import { invalidArgument } from '../errors.ts'
import { assertSuite } from '../kernel/arguments.ts'
import { MAX_INDEX } from '../kernel/contract.ts'

/** @throws ERR_INVALID_ARGUMENT with `field` */
type Check = (value: unknown, field: string) => void
/** Every field of T has its check: leaving one out does not compile. */
type Shape<T> = { readonly [F in keyof T]-?: Check }

const bytes: Check = (value, field) => assertBytes(value, field)
const count: Check = (value, field) => assertInteger(value, field, 1, MAX_INDEX)
const suite: Check = (value, field) => assertSuite(value, field)

function nullOr(check: Check): Check {
  return (value, field) => {
    if (value !== null) check(value, field)
  }
}

function listOf(check: Check): Check {
  return (value, field) => {
    if (!Array.isArray(value)) throw invalidArgument(field, 'must be an array')
    value.forEach((item: unknown, i) => {
      check(item, `${field}[${i}]`)
    })
  }
}

function object<T>(shape: Shape<T>): Check {
  const checks = Object.entries<Check>(shape)
  return (value, field) => {
    if (typeof value !== 'object' || value === null) throw invalidArgument(field, 'must be an object')
    for (const [name, check] of checks) check(Reflect.get(value, name), field === 'args' ? name : `${field}.${name}`)
  }
}

const transcript = { suite, groupPublicKey: bytes, signers: listOf(count), commitments: listOf(bytes), messages: listOf(bytes) }
const localSigning = { suite, groupPublicKey: bytes, noncePoints: bytes }
const received = {
  sid: bytes,
  index: count,
  positions: count,
  sharedPoints: bytes,
  encryptionKey: bytes,
  dealers: listOf(object<ReceivedShares['dealers'][number]>({ index: count, encryptionKey: bytes, ciphertext: bytes })),
}
const batchOf = { sid: bytes, positions: count, minSigners: count }

const SHAPES: { readonly [N in JobName]: Check } = {
  dealCommitments: object<JobArgs<'dealCommitments'>>({
    ...batchOf,
    index: count,
    coefficients: bytes,
    proofNonces: bytes,
    encryptionSecret: bytes,
  }),
  checkDealings: object<JobArgs<'checkDealings'>>({
    ...batchOf,
    dealings: listOf(
      object<JobArgs<'checkDealings'>['dealings'][number]>({ index: count, encryptionKey: bytes, commitments: bytes, proofs: bytes }),
    ),
    weightSeed: nullOr(bytes),
    ownCommitments: nullOr(bytes),
  }),
  dealShares: object<JobArgs<'dealShares'>>({
    ...batchOf,
    index: count,
    coefficients: bytes,
    encryptionSecret: bytes,
    encryptionKey: bytes,
    recipients: listOf(object<JobArgs<'dealShares'>['recipients'][number]>({ index: count, encryptionKey: bytes })),
    verify: nullOr(object<VerifyingShares>({ sumCommitments: bytes, indices: listOf(count) })),
  }),
  openShares: object<JobArgs<'openShares'>>({
    ...received,
    minSigners: count,
    ownShares: bytes,
    sumCommitments: bytes,
    verifyingIndices: listOf(count),
    verifyingShares: nullOr(bytes),
    normaliseFor: nullOr(suite),
  }),
  sumShares: object<JobArgs<'sumShares'>>(received),
  findBadDealers: object<JobArgs<'findBadDealers'>>({ ...received, minSigners: count, commitments: listOf(bytes) }),
  makeComplaints: object<JobArgs<'makeComplaints'>>({
    sid: bytes,
    index: count,
    encryptionKey: bytes,
    encryptionSecret: bytes,
    dealers: listOf(object<EncryptionPeer>({ index: count, encryptionKey: bytes })),
    nonces: bytes,
  }),
  judgeComplaints: object<JobArgs<'judgeComplaints'>>({
    ...batchOf,
    complainer: object<EncryptionPeer>({ index: count, encryptionKey: bytes }),
    complaints: listOf(
      object<JobArgs<'judgeComplaints'>['complaints'][number]>({
        dealer: object<JobArgs<'judgeComplaints'>['complaints'][number]['dealer']>({
          index: count,
          encryptionKey: bytes,
          commitments: bytes,
        }),
        ciphertext: bytes,
        sharedPoint: bytes,
        proof: bytes,
      }),
    ),
  }),
  commitNonces: object<JobArgs<'commitNonces'>>({ suite, share: bytes, randomness: bytes }),
  checkNonces: object<JobArgs<'checkNonces'>>({ commitments: listOf(bytes) }),
  signShares: object<JobArgs<'signShares'>>({ ...transcript, index: count, share: bytes, nonces: bytes }),
  aggregate: object<JobArgs<'aggregate'>>({
    suite,
    groupPublicKey: bytes,
    groupCommitments: bytes,
    challenges: bytes,
    signatureShares: listOf(bytes),
  }),
  findBadShares: object<JobArgs<'findBadShares'>>({
    ...transcript,
    verifyingShares: bytes,
    signatureShares: listOf(bytes),
    groupCommitments: bytes,
  }),
  signLocally: object<JobArgs<'signLocally'>>({ ...localSigning, messages: listOf(bytes), nonceShares: bytes, share: bytes }),
  aggregateLocally: object<JobArgs<'aggregateLocally'>>({
    ...localSigning,
    signers: listOf(count),
    challenges: bytes,
    signatureShares: listOf(bytes),
  }),
  findBadLocalShares: object<JobArgs<'findBadLocalShares'>>({
    ...transcript,
    minSigners: count,
    verifyingShares: bytes,
    signatureShares: listOf(bytes),
  }),
}

/** @param args a copy, so that nothing changes after the check. @throws ERR_INVALID_ARGUMENT with `args` or the path of what is wrong in it */
export function assertJobArguments(name: JobName, args: unknown): void {
  SHAPES[name](args, 'args')
}

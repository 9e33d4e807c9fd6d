/**
 * How jobs are cut: key generation by coefficients, dealers, recipients and indices, batches of signatures by positions. A job that consumes a nonce
 * is cut like the others: each piece has nonces of its own, and no piece runs twice.
 */
import { concatAll, concatBytes, wipe } from '../bytes.ts'
import { NONCE_PAIR_BYTES, refuseRepeats } from '../crypto/frost-nonces.ts'
import { COMMITMENT_PAIR_BYTES } from '../crypto/frost-transcript.ts'
import {
  DEALING_FAULT,
  type JobArgs,
  type JobName,
  type JobResult,
  type SigningTranscript,
  type VerifyingShares,
} from '../crypto/jobs/contract.ts'
import { dealingOf } from '../crypto/jobs/deal-commitments.ts'
import { concludeShares } from '../crypto/jobs/open-shares.ts'
import { sumScalars } from '../crypto/polynomial.ts'
import { COMPRESSED_BYTES, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { definitionOf } from './executor.ts'
import { type KernelName, type Piece, rangesOf, type Split } from './pieces.ts'
import { isRun } from './split-operations.ts'
import type { SingleWork } from './work.ts'

interface Range {
  readonly from: number
  readonly to: number
}

type Splitter<N extends JobName> = (args: JobArgs<N>, count: number, kernel: KernelName) => Split | null

function piece<N extends JobName>(name: N, args: JobArgs<N>): Piece {
  return { type: 'job', name, args }
}

function cut(total: number, count: number): Range[] {
  return rangesOf(total, Math.min(count, total))
}

function startsOf(ranges: readonly Range[]): number[] {
  return ranges.map(({ from }) => from)
}

function part(batch: Uint8Array, itemBytes: number, { from, to }: Range): Uint8Array {
  return batch.subarray(from * itemBytes, to * itemBytes)
}

/** All parts end to end; the parts are secret and wiped. */
function joinSecrets(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = concatAll(parts)
  wipe(...parts)
  return whole
}

/** Blocks of columns with the same number of rows, side by side. */
function sideBySide(blocks: readonly Uint8Array[], rows: number): Uint8Array {
  const out: Uint8Array[] = []
  for (let row = 0; row < rows; row++) {
    for (const block of blocks) out.push(block.subarray((row * block.length) / rows, ((row + 1) * block.length) / rows))
  }
  return concatAll(out)
}

/** Rows of points without the last of each, and those last ones. */
function splitRows(points: Uint8Array, rows: number): [Uint8Array, Uint8Array] {
  const width = points.length / rows
  const from = (start: number, end: number): Uint8Array =>
    concatAll(Array.from({ length: rows }, (_, row) => points.subarray(row * width + start, row * width + end)))
  return [from(0, width - POINT_BYTES), from(width - POINT_BYTES, width)]
}

function transcriptPart(transcript: SigningTranscript, range: Range): SigningTranscript {
  return {
    ...transcript,
    commitments: transcript.commitments.map((batch) => part(batch, COMMITMENT_PAIR_BYTES, range)),
    messages: transcript.messages.slice(range.from, range.to),
  }
}

/** Verifying shares in at most `count` pieces, one if the indices are a run. */
function evaluationPieces({ sumCommitments, indices }: VerifyingShares, minSigners: number, count: number): Piece[] {
  return cut(indices.length, isRun(indices) ? 1 : count).map(
    ({ from, to }): Piece => ({
      type: 'operation',
      name: 'evaluateInExponent',
      args: [sumCommitments, minSigners, indices.slice(from, to)],
    }),
  )
}

/** Public points are evaluated in two lanes there, while the secret products cost as much as in the integer kernel. */
const FMA_EVALUATION = 0.77

/** Recipients in at most `count` parts of equal work; the last part may be empty if there are verifying shares beside it. */
function dealingRanges(args: JobArgs<'dealShares'>, count: number, kernel: KernelName): Range[] {
  const { recipients, verify } = args
  if (verify === null) return cut(recipients.length, count)
  if (recipients.length === 0) return []
  const dealing = definitionOf('dealShares').estimateMicros({ ...args, verify: null })
  const verifying = (definitionOf('dealShares').estimateMicros(args) - dealing) * (kernel === 'fma' ? FMA_EVALUATION : 1)
  // What the last part has room for besides the verifying shares.
  const room = Math.max(0, (dealing + verifying) / count - verifying)
  const last = Math.min(recipients.length - 1, Math.floor((recipients.length * room) / dealing))
  const split = recipients.length - last
  return [...cut(split, count - 1), { from: split, to: recipients.length }]
}

const SPLITTERS: { readonly [N in JobName]?: Splitter<N> } = {
  /** The multiples of G are nearly all of it; the proofs are made where the pieces come together. */
  dealCommitments(args, count) {
    const { coefficients, proofNonces, encryptionSecret, positions, minSigners } = args
    const ranges = cut(positions * (minSigners + 1) + 1, count)
    const complete =
      coefficients.length === positions * minSigners * SCALAR_BYTES &&
      proofNonces.length === positions * SCALAR_BYTES &&
      encryptionSecret.length === SCALAR_BYTES
    // Only now, since nobody would wipe what is not cut.
    if (ranges.length < 2 || !complete) return null
    const scalars = concatBytes(coefficients, proofNonces, encryptionSecret)
    return {
      pieces: ranges.map((range) => ({ type: 'operation', name: 'baseMul', args: [part(scalars, SCALAR_BYTES, range)] })),
      secrets: [scalars],
      offsets: { scalars: startsOf(ranges) },
      kept: args,
      combine: (kernel, values, kept) => dealingOf(kernel, kept as typeof args, concatAll(values as Uint8Array[])),
    }
  },

  checkDealings(args, count) {
    const { dealings, ownCommitments } = args
    const points = args.positions * args.minSigners
    if (dealings.length < 2) return null
    const ranges = cut(dealings.length, count)
    // The identity, as often as needed: the sum of the others alone.
    const nothing = ownCommitments === null ? null : new Uint8Array(ownCommitments.length)
    return {
      pieces: ranges.map(({ from, to }) =>
        piece('checkDealings', { ...args, dealings: dealings.slice(from, to), ownCommitments: from === 0 ? ownCommitments : nothing }),
      ),
      offsets: { dealings: startsOf(ranges) },
      combine(kernel, values): JobResult<'checkDealings'> {
        const results = values as JobResult<'checkDealings'>[]
        const faults = concatAll(results.map((result) => result.faults))
        const sums = results.flatMap(({ sumCommitments }) => sumCommitments ?? [])
        const wanted = sums.length === results.length && faults.every((fault) => fault === DEALING_FAULT.none)
        return { faults, sumCommitments: wanted ? kernel.sum(concatAll(sums), points) : null }
      },
    }
  },

  /** The recipients in pieces; the verifying shares, which are made whole, go with the last, which gets so many recipients fewer. */
  dealShares(args, count, kernel) {
    const { recipients, verify } = args
    const ranges = dealingRanges(args, count, kernel)
    if (ranges.length < 2) return null
    return {
      pieces: ranges.map(({ from, to }, i) =>
        piece('dealShares', { ...args, recipients: recipients.slice(from, to), verify: i === ranges.length - 1 ? verify : null }),
      ),
      offsets: { recipients: startsOf(ranges), points: startsOf(ranges) },
      combine(_, values): JobResult<'dealShares'> {
        const results = values as JobResult<'dealShares'>[]
        // Each piece evaluates our own share too.
        const [ownShares = new Uint8Array(0), ...again] = results.map((result) => result.ownShares)
        wipe(...again)
        return {
          ciphertexts: results.flatMap((result) => result.ciphertexts),
          ownShares,
          sharedPoints: joinSecrets(results.map((result) => result.sharedPoints)),
          verifyingShares: results.at(-1)?.verifyingShares ?? new Uint8Array(0),
        }
      },
    }
  },

  /**
   * The dealers in pieces, each of which sums what it opens; the sum of all is checked where they meet, and so is what the suite makes of it. What is still
   * to be evaluated goes beside them.
   */
  openShares(args, count) {
    const { index, positions, minSigners, dealers, sharedPoints, ownShares, sumCommitments, verifyingIndices, verifyingShares } = args
    const sized =
      ownShares.length === positions * SCALAR_BYTES &&
      sumCommitments.length === positions * minSigners * POINT_BYTES &&
      sharedPoints.length === dealers.length * COMPRESSED_BYTES &&
      (verifyingShares === null || verifyingShares.length === positions * verifyingIndices.length * POINT_BYTES)
    if (!sized) return null
    const separate = !verifyingIndices.includes(index)
    const indices = [...(verifyingShares === null ? verifyingIndices : []), ...(separate ? [index] : [])]
    const evaluations = evaluationPieces({ sumCommitments, indices }, minSigners, count - 1)
    const ranges = cut(dealers.length, count - evaluations.length)
    if (ranges.length + evaluations.length < 2 || ranges.length === 0) return null
    const { sid, encryptionKey, normaliseFor } = args
    const kept = { index, positions, minSigners, sumCommitments, verifyingIndices, normaliseFor, ownShares, verifyingShares }
    return {
      pieces: [
        ...ranges.map((range) =>
          piece('sumShares', {
            ...{ sid, index, positions, encryptionKey },
            sharedPoints: part(sharedPoints, COMPRESSED_BYTES, range),
            dealers: dealers.slice(range.from, range.to),
          }),
        ),
        ...evaluations,
      ],
      offsets: { dealers: startsOf(ranges), points: startsOf(ranges) },
      kept,
      combine(kernel, values, ours): JobResult<'openShares'> {
        const own = ours as typeof kept
        const sums = (values.slice(0, ranges.length) as JobResult<'sumShares'>[]).map(({ shares }) => shares)
        const opened = sums.flatMap((shares) => shares ?? [])
        try {
          if (opened.length < sums.length) return { status: 'bad-shares' }
          const points = sideBySide(values.slice(ranges.length) as Uint8Array[], positions)
          const [ahead, last] = separate ? splitRows(points, positions) : [points, null]
          const shares = sumScalars(kernel, [own.ownShares, ...opened])
          opened.push(shares)
          return concludeShares(kernel, own, shares, { verifyingShares: own.verifyingShares ?? ahead, own: last })
        } finally {
          wipe(...opened)
        }
      },
    }
  },

  commitNonces(args, count) {
    const ranges = cut(Math.floor(args.randomness.length / NONCE_PAIR_BYTES), count)
    if (ranges.length < 2 || args.randomness.length % NONCE_PAIR_BYTES !== 0) return null
    return {
      pieces: ranges.map((range) => piece('commitNonces', { ...args, randomness: part(args.randomness, NONCE_PAIR_BYTES, range) })),
      offsets: {},
      combine(_, values): JobResult<'commitNonces'> {
        const results = values as JobResult<'commitNonces'>[]
        const nonces = joinSecrets(results.map((result) => result.nonces))
        const commitments = concatAll(results.map((result) => result.commitments))
        try {
          // A piece sees only its own.
          refuseRepeats(commitments)
        } catch (error) {
          wipe(nonces)
          throw error
        }
        return { nonces, commitments }
      },
    }
  },

  signShares(args, count) {
    const { messages, nonces, commitments } = args
    const fits =
      nonces.length === messages.length * NONCE_PAIR_BYTES &&
      commitments.every(({ length }) => length === messages.length * COMMITMENT_PAIR_BYTES)
    if (messages.length < 2 || !fits) return null
    const ranges = cut(messages.length, count)
    return {
      pieces: ranges.map((range) =>
        piece('signShares', { ...args, ...transcriptPart(args, range), nonces: part(nonces, NONCE_PAIR_BYTES, range) }),
      ),
      offsets: { messages: startsOf(ranges) },
      combine(_, values): JobResult<'signShares'> {
        const results = values as JobResult<'signShares'>[]
        const culprits = new Set(results.flatMap((result) => (result.status === 'bad-points' ? result.culprits : [])))
        if (culprits.size > 0) return { status: 'bad-points', culprits: [...culprits].sort((a, b) => a - b) }
        const signed = results.flatMap((result) => (result.status === 'signed' ? [result] : []))
        if (signed.length < results.length) return { status: 'degenerate' }
        return {
          status: 'signed',
          signatureShares: concatAll(signed.map((result) => result.signatureShares)),
          groupCommitments: concatAll(signed.map((result) => result.groupCommitments)),
          challenges: concatAll(signed.map((result) => result.challenges)),
        }
      },
    }
  },

  aggregate(args, count) {
    const positions = args.challenges.length / SCALAR_BYTES
    const sized =
      args.groupCommitments.length === positions * POINT_BYTES &&
      args.signatureShares.every(({ length }) => length === args.challenges.length)
    if (!Number.isInteger(positions) || positions < 2 || !sized) return null
    const ranges = cut(positions, count)
    return {
      pieces: ranges.map((range) =>
        piece('aggregate', {
          ...args,
          groupCommitments: part(args.groupCommitments, POINT_BYTES, range),
          challenges: part(args.challenges, SCALAR_BYTES, range),
          signatureShares: args.signatureShares.map((shares) => part(shares, SCALAR_BYTES, range)),
        }),
      ),
      offsets: { challenges: startsOf(ranges) },
      combine(_, values): JobResult<'aggregate'> {
        const results = values as JobResult<'aggregate'>[]
        return {
          signatures: concatAll(results.map((result) => result.signatures)),
          valid: concatAll(results.map((result) => result.valid)),
        }
      },
    }
  },
}

/** Null also for arguments that do not fit each other: the job says so itself. Their types were checked. */
export function splitJob({ name, args }: Extract<SingleWork, { type: 'job' }>, count: number, kernel: KernelName): Split | null {
  const splitter = SPLITTERS[name] as ((args: unknown, count: number, kernel: KernelName) => Split | null) | undefined
  try {
    return splitter?.(args, count, kernel) ?? null
  } catch {
    return null
  }
}

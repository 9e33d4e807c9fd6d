/**
 * One author, two messages: every way to divide its honest receivers, at every broadcast stage. Whoever fails names the author and nobody else, and no
 * two honest nodes come to different results.
 */
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/ceremony/outcome.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import { seededRandom } from '../helpers/random.ts'
import type { Changes } from '../simulation/adversary.ts'
import { summary, type World } from '../simulation/world.ts'
import { expectHonestUnblamed, expectProof, makeWorld, messageOf } from './support.ts'

const AUTHOR = 'b'
const RECEIVERS = ['a', 'c', 'd']
/** All partitions of three receivers but the one that deceives nobody: which group each is in, numbered by first appearance. */
const PARTITIONS = ['abb', 'aab', 'aba', 'abc']

/** The same message in another wording, for one group; group 0 gets the true one. */
type Variant = (world: World, body: Uint8Array, group: number) => Changes

function changed(at: number): Variant {
  return (_, body, group) => {
    const other = new Uint8Array(body)
    const place = at < 0 ? other.length + at : at
    other[place] = (other[place] ?? 0) ^ group
    return { body: other }
  }
}

const otherPoints: Variant = ({ kernel }, body, group) => ({ body: kernel.baseMul(seededRandom(`points ${group}`)(body.length / 2)) })
const otherDigest: Variant = (_, __, group) => ({ header: { previousTranscript: seededRandom(`digest ${group}`)(32) } })

interface Case {
  readonly what: string
  readonly kind: 'keygen' | 'sign'
  readonly stage: number
  readonly variant: Variant
  /** nodes that have everything before the others speak are done */
  readonly last?: true
}

const CASES: readonly Case[] = [
  { what: 'hash commitments', kind: 'keygen', stage: 1, variant: changed(0) },
  { what: 'reveals', kind: 'keygen', stage: 2, variant: changed(0) },
  { what: 'one reveal under several digests', kind: 'keygen', stage: 2, variant: otherDigest },
  { what: 'confirmations', kind: 'keygen', stage: 4, variant: changed(-1), last: true },
  { what: 'one confirmation under several digests', kind: 'keygen', stage: 4, variant: otherDigest, last: true },
  { what: 'nonce commitments', kind: 'sign', stage: 1, variant: otherPoints },
  { what: 'signature shares', kind: 'sign', stage: 2, variant: changed(-1), last: true },
  { what: 'one signature share under several digests', kind: 'sign', stage: 2, variant: otherDigest, last: true },
]

function groupOf(partition: string, receiver: ValidatorId): number {
  return partition.charCodeAt(RECEIVERS.indexOf(receiver)) - 'a'.charCodeAt(0)
}

/** The ceremony among four, one of whom words one stage anew for each group; then it goes on as if nothing had been, or says no more at all. */
function play(world: World, { kind, stage, variant }: Case, partition: string, goesOn: boolean): bigint {
  const key = kind === 'sign' ? world.makeKey('bip340', 3) : null
  world.adversary.corrupt(AUTHOR, ({ envelope, recipient, reseal }) => {
    const { header, body, bytes } = envelope
    if (header.from !== AUTHOR) return goesOn ? [bytes] : []
    if (header.stage > stage) return goesOn ? [bytes] : []
    const group = groupOf(partition, recipient)
    return [header.stage < stage || group === 0 ? bytes : reseal(variant(world, body, group))]
  })
  const id = key === null ? world.startKeygen('bip340', 3) : world.startSigning(key, world.ids, [messageOf(partition)])
  world.network.run()
  return id
}

/** What came of it: failures name the author alone, and whoever succeeded agrees. */
function failuresOf(world: World, ceremonyId: bigint): readonly Failure[] {
  const results = new Set<string>()
  const failures = world.honest.flatMap((id): Failure[] => {
    const outcome = world.network.outcome(id, ceremonyId)
    if (outcome.status === 'failure') return [outcome]
    results.add(
      'key' in outcome
        ? outcome.key.keyId
        : world
            .signaturesOf(id, ceremonyId)
            .map((bytes) => Buffer.from(bytes).toString('hex'))
            .join(),
    )
    return []
  })
  expect(results.size).toBeLessThanOrEqual(1)
  expectHonestUnblamed(world, ceremonyId)
  for (const failure of failures) {
    const named = new Set([...failure.blamed, ...failure.missing].map(({ validator }) => validator))
    expect([...named], summary(failure)).toEqual([AUTHOR])
  }
  return failures
}

describe('G15: different broadcasts to different nodes, in every division of the receivers', () => {
  it.each(CASES)('$what ($kind stage $stage)', (wording) => {
    for (const partition of PARTITIONS) {
      for (const goesOn of [true, false]) {
        const world = makeWorld(`${wording.what} ${partition} ${goesOn}`, 4, { aborts: true })
        const ceremonyId = play(world, wording, partition, goesOn)
        const failures = failuresOf(world, ceremonyId)
        // Before the last stage nobody gets further; in it, at least whoever got another message than the true one.
        const deceived = RECEIVERS.filter((receiver) => groupOf(partition, receiver) !== 0).length
        expect(failures.length, partition).toBeGreaterThanOrEqual(wording.last === true ? deceived : RECEIVERS.length)
        // Its silence afterwards keeps the proof from nobody.
        if (wording.last !== true) for (const failure of failures) expect(failure.blamed, summary(failure)).not.toEqual([])
        const [piece] = failures.flatMap(({ blamed }) => blamed)
        if (partition === 'abc' && piece !== undefined) expectProof(world, piece, ceremonyId)
      }
    }
  })
})

/** At-most-once delivery: what a bus that loses, repeats and reorders messages costs ceremonies of every kind. On virtual time, so that no load changes it. */
import { expect, it } from 'vitest'
import type { KeyInfo } from '../../src/index.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { FRAME, type ValidatorId } from '../../src/wire/message.ts'
import { expectHonestUnblamed, messageOf } from '../ceremony/support.ts'
import { testIdentity } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'
import { World } from '../simulation/world.ts'

const LOSS = 0.05
const KINDS = [
  'keygen, frost',
  'keygen, stinson-strobl',
  'preprocess',
  'sign, two rounds',
  'sign, one round',
  'sign, stinson-strobl',
] as const
type Kind = (typeof KINDS)[number]

class Tally {
  readonly started = new Map<Kind, number>()
  readonly succeeded = new Map<Kind, number>()

  count(world: World, kind: Kind, id: bigint, participants: readonly ValidatorId[]): boolean {
    const success = participants.every((node) => world.network.outcome(node, id).status === 'success')
    this.started.set(kind, (this.started.get(kind) ?? 0) + 1)
    if (success) this.succeeded.set(kind, (this.succeeded.get(kind) ?? 0) + 1)
    return success
  }

  get rate(): number {
    const sum = (counts: ReadonlyMap<Kind, number>): number => [...counts.values()].reduce((all, count) => all + count, 0)
    return sum(this.succeeded) / sum(this.started)
  }
}

/** A group of four with two keys, and one ceremony of every kind. @param carried frames that the bus does not lose on purpose */
function round(seed: string, tally: Tally, carried: (frame: number | undefined) => boolean = () => true): void {
  const world: World = new World({
    kernel: sharedKernel(),
    random: seededRandom(seed),
    identityOf: testIdentity,
    nodes: 4,
    duplicate: LOSS,
    // What is asked for again, and the answers, are lost like everything else.
    intercept: (delivery) => (world.network.fraction() < LOSS || !carried(delivery.bytes[1]) ? [] : [delivery]),
  })
  const keys: KeyInfo[] = []
  for (const protocol of ['frost', 'stinson-strobl'] as const) {
    const id = world.startKeygen('bip340', 2, world.ids, protocol)
    world.network.run()
    if (tally.count(world, `keygen, ${protocol}`, id, world.ids)) keys.push(world.keyOf('a', id))
  }
  const [frost, strobl] = keys
  if (frost === undefined || strobl === undefined) return
  const signers = ['a', 'c', 'd']
  const messages = [messageOf(seed)]
  const ahead = world.startPreprocess(frost, signers, 2)
  const first = [
    ['preprocess', ahead],
    ['sign, two rounds', world.startSigning(frost, signers, messages)],
    ['sign, stinson-strobl', world.startSigning(strobl, signers, messages)],
  ] as const
  world.network.run()
  for (const [kind, id] of first) tally.count(world, kind, id, signers)
  const oneRound = world.startSigning(frost, signers, messages, { ceremonyId: ahead, firstSlot: 1 })
  world.network.run()
  tally.count(world, 'sign, one round', oneRound, signers)
  expectHonestUnblamed(world)
}

it('T15: of 300 ceremonies of all kinds over a bus that loses 5 % of all messages, repeats 5 % and reorders them, more than 99 % succeed at every node', () => {
  const tally = new Tally()
  for (let i = 0; i < 50; i++) round(`lossy bus ${i}`, tally)
  expect([...tally.started]).toEqual(expect.arrayContaining(KINDS.map((kind) => [kind, 50])))
  expect(tally.rate).toBeGreaterThan(0.99)
})

it('and it is the asking that does it: where nobody hears a request, most fail', () => {
  const tally = new Tally()
  for (let i = 0; i < 8; i++) round(`lossy bus ${i}`, tally, (frame) => frame !== FRAME.request)
  expect(tally.rate).toBeLessThan(0.5)
})

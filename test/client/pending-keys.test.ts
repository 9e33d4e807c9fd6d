/** Certificates after the end: whatever was lost, a key is active only with all of them, and becomes active once they can be had. */
import { describe, expect, it } from 'vitest'
import { decodeCertificates } from '../../src/ceremony/key-material.ts'
import { peekFrame, peekHeader } from '../../src/wire/envelope.ts'
import { FRAME, type ValidatorId } from '../../src/wire/message.ts'
import { decodeAnswer, decodeRequest, sealAnswer, sealRequest } from '../../src/wire/request.ts'
import { makeWorld, stageOf } from '../ceremony/support.ts'
import { testIdentity } from '../helpers/identities.ts'
import { type Delivery, NETWORK, STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'

const isConfirm = ({ bytes }: Delivery): boolean => stageOf(bytes) === 4
const isAnswer = ({ bytes }: Delivery): boolean => peekFrame(bytes)?.frame === FRAME.answer
const authorOf = ({ bytes }: Delivery): ValidatorId => peekHeader(bytes)?.header.from ?? ''

interface Run {
  readonly world: World
  readonly ceremonyId: bigint
  readonly keyId: string
}

/** A key generation of which certain deliveries never arrive, in no copy. */
function keygen(name: string, nodes: number, loses: (delivery: Delivery) => boolean): Run {
  const world: World = makeWorld(name, nodes, { intercept: (delivery) => (loses(delivery) ? [] : [delivery]) })
  const ceremonyId = world.startKeygen('bip340', Math.max(1, nodes - 1))
  world.network.run()
  const [keyId = ''] = world.network.node('a').store.keys()
  return { world, ceremonyId, keyId }
}

/** The same, and no certificate is answered until all are wanted again. */
function unanswered(name: string, nodes: number, loses: (delivery: Delivery) => boolean): Run & { readonly answerAll: () => void } {
  let answering = false
  const run = keygen(name, nodes, (delivery) => loses(delivery) || (!answering && isAnswer(delivery)))
  const { network, ids } = run.world
  const answerAll = (): void => {
    answering = true
    for (const id of ids) network.act(id, ({ inner }) => inner.wanted(run.keyId, network.now))
    network.run()
  }
  return { ...run, answerAll }
}

function isActive({ world, keyId }: Run, id: ValidatorId): boolean {
  const certificates = world.network.node(id).store.get(keyId)?.certificates ?? null
  if (certificates === null) return false
  // Never less than all: each one is judged against the node's own record.
  const key = world.network.key(id, keyId)
  const held = decodeCertificates(certificates, key.record.participants)
  for (const [validator, bytes] of held) expect(key.certifies(validator, bytes), `${id}: ${validator}`).toBe(true)
  expect([...held.keys()]).toEqual(world.ids)
  return true
}

const readies = ({ world }: Run, id: ValidatorId): number => world.network.node(id).events.filter(({ type }) => type === 'keyReady').length

/** Every node that stored the key has it active, was told so once, and ended its ceremony once. */
function expectAllActive(run: Run): void {
  for (const id of run.world.ids) {
    expect(isActive(run, id), `active at ${id}`).toBe(true)
    expect(readies(run, id), `ready at ${id}`).toBe(1)
    run.world.network.outcome(id, run.ceremonyId)
    expect(run.world.network.node(id).inner.pendingKeys).toBe(0)
  }
}

describe('G14: the last message of a key generation', () => {
  for (const nodes of [2, 3, 4, 5]) {
    it(`of every subset of ${nodes} nodes lost to all: no key is active without all certificates, and all are after the requests`, () => {
      for (let subset = 0; subset < 1 << nodes; subset++) {
        const silent = (id: ValidatorId): boolean => ((subset >> (id.charCodeAt(0) - 97)) & 1) === 1
        const lost = (delivery: Delivery): boolean => isConfirm(delivery) && silent(authorOf(delivery))
        const run = unanswered(`silent ${subset}`, nodes, lost)
        // Before anybody answers: who misses a certificate has no active key.
        for (const id of run.world.ids) {
          const missesOne = run.world.ids.some((other) => other !== id && silent(other))
          expect(isActive(run, id)).toBe(!missesOne)
          expect(run.world.network.outcome(id, run.ceremonyId).status).toBe(missesOne ? 'failure' : 'success')
        }
        run.answerAll()
        expectAllActive(run)
      }
    })
  }

  for (const nodes of [2, 3]) {
    it(`each copy of ${nodes} nodes lost or not, in every combination`, () => {
      const ids = ['a', 'b', 'c'].slice(0, nodes)
      const pairs = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => from + to))
      for (let subset = 0; subset < 1 << pairs.length; subset++) {
        const missing = new Set(pairs.filter((_, i) => (subset >> i) & 1))
        const lost = (delivery: Delivery): boolean => isConfirm(delivery) && missing.has(authorOf(delivery) + delivery.to)
        const run = unanswered(`copies ${subset}`, nodes, lost)
        for (const id of ids) expect(isActive(run, id)).toBe(!ids.some((from) => missing.has(from + id)))
        run.answerAll()
        expectAllActive(run)
      }
    })
  }

  it('heard by one node alone: the others get everything from it', () => {
    const lost = (delivery: Delivery): boolean => isConfirm(delivery) && delivery.to !== 'c'
    // Only c answers, and only the one whom it is asked by.
    expectAllActive(keygen('one holder', 4, (delivery) => lost(delivery) || (isAnswer(delivery) && delivery.from !== 'c')))
  })

  it('a late one for a pending key is a certificate, not late', () => {
    const held: Delivery[] = []
    const run = keygen('late', 3, (delivery) => {
      if (isConfirm(delivery) && delivery.to === 'a' && authorOf(delivery) === 'b') held.push(delivery)
      return isAnswer(delivery) || held.at(-1) === delivery
    })
    expect(isActive(run, 'a')).toBe(false)
    const { dropped, inner } = run.world.network.node('a')
    const drops = dropped.length
    const [late] = held
    if (late === undefined) throw new Error('nothing was held')
    run.world.network.deliver('a', late.bytes)
    run.world.network.run()
    expect(dropped.slice(drops)).toEqual([])
    expectAllActive(run)
    // The next copy is late again.
    run.world.network.deliver('a', late.bytes)
    expect(dropped.slice(drops)).toEqual(['late'])
    expect(inner.tailBytes).toBe(0)
  })
})

describe('restarts', () => {
  const lost = (delivery: Delivery): boolean => isConfirm(delivery)

  it('G14: a node that starts with a pending key asks for its certificates', () => {
    let answering = false
    const run = keygen('restart', 3, (delivery) => lost(delivery) || (!answering && isAnswer(delivery)))
    for (const id of run.world.ids) expect(isActive(run, id)).toBe(false)
    answering = true
    run.world.network.restart('b')
    run.world.network.run()
    expect(isActive(run, 'b')).toBe(true)
    expect(readies(run, 'b')).toBe(1)
    // The others asked long ago; when they start they are answered from the store of b.
    for (const id of ['a', 'c']) {
      expect(isActive(run, id)).toBe(false)
      run.world.network.restart(id)
      run.world.network.run()
    }
    expectAllActive(run)
  })

  it('a peer that announces itself is asked again, and so is everybody when the key is wanted', () => {
    let answering = false
    const run = keygen('announced', 3, (delivery) => lost(delivery) || (!answering && isAnswer(delivery)))
    const { network } = run.world
    answering = true
    network.act('a', ({ inner }) => inner.ready('b', network.now))
    network.run()
    // b has only what it signed itself.
    expect(isActive(run, 'a')).toBe(false)
    network.act('a', ({ inner }) => inner.wanted(run.keyId, network.now))
    network.run()
    expect(isActive(run, 'a')).toBe(true)
    expect(readies(run, 'a')).toBe(1)
  })

  it('several pending keys are asked for, each for itself; a key that nobody knows is forgotten', () => {
    let answering = false
    const world: World = makeWorld('several', 3, {
      intercept: (delivery) => (lost(delivery) || (!answering && isAnswer(delivery)) ? [] : [delivery]),
    })
    for (let i = 0; i < 5; i++) world.startKeygen('evm', 2)
    world.network.run()
    const { store, inner } = world.network.node('a')
    expect(inner.pendingKeys).toBe(5)
    const [gone = ''] = store.keys()
    for (const id of ['b', 'c']) world.network.node(id).store.delete(gone)
    answering = true
    for (const id of world.ids) world.network.restart(id)
    world.network.run()
    for (const [keyId, { certificates }] of store) expect(certificates === null).toBe(keyId === gone)
    expect(world.network.node('a').inner.pendingKeys).toBe(1)
  })
})

describe('liars and floods', () => {
  /** a's key is pending: no confirmation reached it, and nobody answers yet. */
  function stuck(name: string): Run & {
    readonly own: (id: ValidatorId) => Uint8Array
    readonly answer: (from: ValidatorId, certificates: Uint8Array[], keyId?: string) => string | undefined
  } {
    const run = keygen(name, 4, (delivery) => isConfirm(delivery) || isAnswer(delivery))
    const own = (id: ValidatorId): Uint8Array => run.world.network.key(id, run.keyId).ownCertificate()[1]
    const { dropped } = run.world.network.node('a')
    const answer = (from: ValidatorId, certificates: Uint8Array[], keyId = run.keyId): string | undefined => {
      const before = dropped.length
      const content = { network: NETWORK, from, to: 'a', keyId: new Uint8Array(Buffer.from(keyId, 'hex')), certificates }
      run.world.network.deliver('a', sealAnswer(testIdentity(from), content).bytes)
      return dropped[before]
    }
    return { ...run, own, answer }
  }

  it('a lying answer is dropped at its first lie, and makes nothing active', () => {
    const run = stuck('liar')
    const { own, answer } = run
    const flipped = own('c')
    flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
    expect(answer('b', [own('b'), flipped, own('d')])).toBe('malformed')
    expect(answer('c', [own('c'), new Uint8Array(10)])).toBe('malformed')
    // b has answered: it is not heard again until it is asked again.
    expect(answer('b', [own('d')])).toBe('late')
    run.world.network.run()
    expect(isActive(run, 'a')).toBe(false)
    // What was true in them counts; d brings the rest.
    expect(answer('d', [own('d')])).toBeUndefined()
    run.world.network.run()
    expect(isActive(run, 'a')).toBe(true)
  })

  it("certificates of another key, or under another's name, are none", () => {
    const run = stuck('swapped')
    const other = stuck('other key')
    expect(run.answer('b', [other.own('b')])).toBe('malformed')
    expect(run.answer('c', [run.own('a'), run.own('c')])).toBeUndefined()
    expect(run.answer('d', [run.own('d'), run.own('d'), run.own('c')])).toBeUndefined()
    run.world.network.run()
    expect(isActive(run, 'a')).toBe(false)
  })

  it('T7: answers that were not asked for are dropped before their signature is looked at', () => {
    const run = stuck('unasked')
    expect(run.answer('b', [run.own('b')], 'ab'.repeat(32))).toBe('late')
    for (let i = 0; i < 3; i++) run.answer('b', [run.own('b')])
    expect(run.world.network.node('a').dropped.slice(-2)).toEqual(['late', 'late'])
    const stranger = { network: NETWORK, from: 'stranger', to: 'a', keyId: new Uint8Array(32), certificates: [new Uint8Array(1)] }
    run.world.network.deliver('a', sealAnswer(testIdentity('stranger'), stranger).bytes)
    expect(run.world.network.node('a').dropped.at(-1)).toBe('sender')
  })

  it('T7: who asks for certificates again and again is answered once a stage timeout, and costs few looks into the store', () => {
    const run = keygen('asker', 3, () => false)
    const { network } = run.world
    const node = network.node('a')
    const ask = (from: ValidatorId, keyId: Uint8Array): void => {
      const wanted = { type: 'certificates', ceremonyId: run.ceremonyId, keyId } as const
      network.deliver('a', sealRequest(testIdentity(from), { network: NETWORK, from, to: 'a', wanted }).bytes)
    }
    const keyId = new Uint8Array(Buffer.from(run.keyId, 'hex'))
    const counts = () => ({
      answers: network.sent.filter((delivery) => delivery.from === 'a' && isAnswer(delivery)).length,
      recalls: node.log.filter(({ effect }) => effect.type === 'recall').length,
    })
    for (let i = 0; i < 500; i++) ask('b', keyId)
    network.runUntil(network.now + 1_000)
    expect(counts()).toEqual({ answers: 1, recalls: 1 })
    ask('c', keyId)
    network.runUntil(network.now + 1_000)
    expect(counts()).toEqual({ answers: 2, recalls: 2 })
    network.runUntil(network.now + STAGE_TIMEOUT_MS)
    ask('b', keyId)
    network.runUntil(network.now + 1_000)
    expect(counts()).toEqual({ answers: 3, recalls: 3 })
    // Keys that do not exist: a peer may ask about so many, and no more, in a stage timeout.
    for (let i = 0; i < 2_000; i++) ask('c', new Uint8Array(32).fill(i & 0xff).fill(i >> 8, 16))
    network.runUntil(network.now + 1_000)
    expect(counts().answers).toBe(3)
    expect(counts().recalls).toBeLessThanOrEqual(3 + 64)
  })

  it('a node that is no participant of the key is not answered', () => {
    const world = makeWorld('outsider', 4)
    const ceremonyId = world.startKeygen('bip340', 2, ['a', 'b', 'c'])
    world.network.run()
    const key = world.keyOf('a', ceremonyId)
    const wanted = { type: 'certificates', ceremonyId, keyId: new Uint8Array(Buffer.from(key.keyId, 'hex')) } as const
    world.network.deliver('a', sealRequest(testIdentity('d'), { network: NETWORK, from: 'd', to: 'a', wanted }).bytes)
    world.network.run()
    expect(world.network.sent.filter(isAnswer)).toEqual([])
  })

  it('few peers are asked at first, and an answer from one that has all is the last thing needed', () => {
    const run = keygen('doubling', 9, (delivery) => isConfirm(delivery) && delivery.to === 'a')
    expectAllActive(run)
    const requests = run.world.network.sent.filter(
      ({ from, bytes }) => from === 'a' && peekFrame(bytes)?.frame === FRAME.request && decodeRequest(bytes).wanted.type === 'certificates',
    )
    expect(requests).toHaveLength(3)
    const answers = run.world.network.sent.filter((delivery) => isAnswer(delivery) && delivery.to === 'a')
    for (const { bytes } of answers) expect(decodeAnswer(bytes).certificates).toHaveLength(9)
  })

  it('P10: a store that refuses is asked a few times and then when the key is wanted', () => {
    let refusing = true
    // What came in time counts: nobody answers a.
    const world: World = makeWorld('refusing', 2, {
      intercept: (delivery) => (isAnswer(delivery) ? [] : [delivery]),
      store: (id, { operation }) => !(refusing && id === 'a' && operation === 'activate'),
    })
    const ceremonyId = world.startKeygen('evm', 2)
    world.network.run()
    const [keyId = ''] = world.network.node('a').store.keys()
    const run = { world, ceremonyId, keyId }
    expect(world.failureOf('a', ceremonyId).reason).toBe('unconfirmed')
    const attempts = () => world.network.node('a').log.filter(({ effect }) => effect.type === 'activate').length
    expect(attempts()).toBe(3)
    refusing = false
    world.network.act('a', ({ inner }) => inner.wanted(keyId, world.network.now))
    world.network.run()
    expect(attempts()).toBe(4)
    expectAllActive(run)
  })
})

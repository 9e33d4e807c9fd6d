/** What a lost message costs: a node that misses one asks for it again, and an attacker who asks gets little for it. */
import { describe, expect, it } from 'vitest'
import { ANSWERS_PER_ASKER } from '../../src/ceremony/archive.ts'
import { Resends, type Waiting } from '../../src/client/resends.ts'
import { FRAME, type ValidatorId } from '../../src/wire/message.ts'
import { decodeRequest, type SignedRequest, sealRequest, type Wanted } from '../../src/wire/request.ts'
import { expectHonestUnblamed, makeWorld, messageOf, missingOf, stageOf } from '../ceremony/support.ts'
import { testIdentity } from '../helpers/identities.ts'
import { type Delivery, NETWORK, STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'

const THIRD = STAGE_TIMEOUT_MS / 3
const sid = new Uint8Array(32).fill(0x51)
const settings = { network: NETWORK, self: 'a', identity: testIdentity('a'), stageTimeoutMs: STAGE_TIMEOUT_MS }

class Stage implements Waiting {
  readonly context: Waiting['context']
  readonly sid = sid
  awaited = 1
  authors: readonly ValidatorId[] = ['b', 'c']
  broadcast = true

  constructor(ceremonyId = 7n) {
    this.context = { kind: 'keygen', ceremonyId }
  }

  missing(): ReturnType<Waiting['missing']> {
    return { authors: this.authors, broadcast: this.broadcast }
  }
}

/** Requests in short: to whom, for which stage of whom. */
function asked(resends: Resends, now: number): string[] {
  return resends.due(now).map((effect) => {
    if (effect.type !== 'send') throw new Error(effect.type)
    const { from, to, wanted } = decodeRequest(effect.bytes)
    if (wanted.type !== 'resend') throw new Error(wanted.type)
    expect({ from, to, kind: wanted.kind, id: wanted.ceremonyId }).toMatchObject({ from: 'a', to: effect.to, kind: 'keygen' })
    return `${to ?? 'all'}: ${wanted.stage} of ${wanted.author}`
  })
}

describe('asking again', () => {
  it('T15: the author after a third of a stage, then everybody, every sixth', () => {
    const resends = new Resends(settings)
    const stage = new Stage()
    resends.observe(stage, 1_000)
    expect(resends.nextDeadline()).toBe(1_000 + THIRD)
    expect(asked(resends, 999 + THIRD)).toEqual([])
    expect(asked(resends, 1_000 + THIRD)).toEqual(['b: 1 of b', 'c: 1 of c'])
    expect(asked(resends, 1_001 + THIRD)).toEqual([])
    stage.authors = ['c']
    expect(asked(resends, 1_000 + 1.5 * THIRD)).toEqual(['all: 1 of c'])
    for (let ask = 3; ask <= 12; ask++) expect(asked(resends, 1_000 + ((ask + 1) / 2) * THIRD)).toEqual(['all: 1 of c'])
    expect(resends.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
    expect(asked(resends, 1e9)).toEqual([])
  })

  it('a private message is asked of its author alone', () => {
    const resends = new Resends(settings)
    const stage = new Stage()
    stage.broadcast = false
    resends.observe(stage, 0)
    for (const now of [1, 1.5, 2]) expect(asked(resends, now * THIRD)).toEqual(['b: 1 of b', 'c: 1 of c'])
  })

  it('the clock of a stage starts when it is entered, and stops when nothing is waited for', () => {
    const resends = new Resends(settings)
    const stage = new Stage()
    resends.observe(stage, 0)
    resends.observe(stage, THIRD - 1)
    expect(asked(resends, THIRD)).toHaveLength(2)
    stage.awaited = 2
    resends.observe(stage, THIRD + 5)
    expect(asked(resends, 2 * THIRD)).toEqual([])
    expect(asked(resends, 2 * THIRD + 5)).toEqual(['b: 2 of b', 'c: 2 of c'])
    stage.awaited = 0
    resends.observe(stage, 2 * THIRD + 6)
    expect(resends.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('thousands of requests are spread over rounds, and each is made once', () => {
    const resends = new Resends(settings)
    for (let id = 1n; id <= 3n; id++) {
      const stage = new Stage(id)
      stage.authors = Array.from({ length: 199 }, (_, i) => `v${String(i).padStart(3, '0')}`)
      resends.observe(stage, 0)
    }
    const rounds: number[] = []
    const all: string[] = []
    for (let round = asked(resends, THIRD); round.length > 0; round = asked(resends, THIRD)) {
      rounds.push(round.length)
      all.push(...round)
    }
    expect(rounds).toEqual([256, 256, 85])
    expect(all).toHaveLength(597)
    expect(new Set(all).size).toBe(199)
  })
})

/** A world that loses messages: `loses` decides for each delivery. */
function lossy(name: string, nodes: number, loses: (delivery: Delivery, world: World) => boolean): World {
  const world: World = makeWorld(name, nodes, {
    intercept: (delivery) => (loses(delivery, world) ? [] : world.adversary.intercept(delivery)),
  })
  return world
}

describe('T15: loss on the way', () => {
  for (const percent of [5, 30]) {
    it(`of ${percent} % of all messages, requests and answers included: keys are made and messages signed`, () => {
      let succeeded = 0
      const runs = 12
      for (let run = 0; run < runs; run++) {
        let losing = true
        const world = lossy(`loss ${percent} ${run}`, 4, (_, { network }) => losing && network.fraction() < percent / 100)
        const keygen = world.startKeygen('secp256k1-sha256', 3)
        world.network.run()
        losing = false
        world.network.run()
        expectHonestUnblamed(world)
        const keys = world.ids.map(
          (id) => [...world.network.node(id).store.values()].filter(({ certificates }) => certificates !== null).length,
        )
        if (keys.some((count) => count === 0)) continue
        losing = true
        const [[keyId] = ['']] = world.network.node('a').store
        const signing = world.startSigning({ keyId } as Parameters<World['startSigning']>[0], world.ids, [messageOf('lossy')])
        world.network.run()
        const all = world.ids.every((id) => world.network.outcome(id, signing).status === 'success')
        if (all && world.ids.every((id) => world.network.node(id).events.some(({ type }) => type === 'keyReady'))) succeeded += 1
        expect(world.network.node('a').outcomes.has(keygen)).toBe(true)
      }
      expect(succeeded).toBeGreaterThanOrEqual(percent === 5 ? runs : runs - 1)
    })
  }

  for (const stage of [1, 2, 3, 4]) {
    it(`of every first message of keygen stage ${stage}: it costs a third of a stage and not the key`, () => {
      const seen = new Set<string>()
      const world = lossy(`first lost ${stage}`, 3, ({ from, to, bytes }) => {
        if (stageOf(bytes) !== stage || seen.has(from + to)) return false
        seen.add(from + to)
        return true
      })
      const ceremonyId = world.startKeygen('bip340', 2)
      world.network.run()
      for (const id of world.ids) world.keyOf(id, ceremonyId)
      expect(seen.size).toBe(6)
      for (const id of world.ids) expect(world.endOf(id, ceremonyId)).toBeLessThan(THIRD + 2_000)
    })
  }

  it('a private message of an author that stays silent towards one node cannot be had from others', () => {
    const world = makeWorld('private silence', 3)
    world.adversary.corrupt('b', ({ envelope, recipient }) => (envelope.header.stage === 3 && recipient === 'a' ? [] : [envelope.bytes]))
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    expect(missingOf(world.failureOf('a', ceremonyId))).toEqual(['b'])
  })

  for (const [kind, stages] of [
    ['keygen', [1, 2, 4]],
    ['sign', [1, 2]],
  ] as const) {
    for (const stage of stages) {
      it(`a broadcast of ${kind} stage ${stage} that its author keeps from one node is forwarded by the others`, () => {
        const world = makeWorld(`selective ${kind} ${stage}`, 4)
        const key = world.makeKey('evm', 3)
        world.adversary.corrupt('c', ({ envelope, recipient }) => {
          const { header } = envelope
          return header.kind === kind && header.stage === stage && recipient === 'a' ? [] : [envelope.bytes]
        })
        const ceremonyId = kind === 'keygen' ? world.startKeygen('evm', 3) : world.startSigning(key, world.ids, [messageOf('forwarded')])
        world.network.run()
        for (const id of world.ids) expect(world.network.outcome(id, ceremonyId).status, id).toBe('success')
      })
    }
  }

  it('without loss nobody asks for anything', () => {
    const world = makeWorld('nothing to ask', 4)
    const key = world.makeKey('bip340', 3)
    world.startSigning(key, world.ids, [messageOf('quiet')])
    world.network.run()
    expect(world.network.sent.filter(({ bytes }) => stageOf(bytes) === null)).toEqual([])
  })
})

describe('those who ask too much', () => {
  /** A finished signing of a, b, c, and what a says to requests. */
  function finished(): {
    world: World
    request: (wanted: Partial<Extract<Wanted, { type: 'resend' }>>, from?: ValidatorId) => SignedRequest
    answersOf: (request: SignedRequest) => number
  } {
    const world = makeWorld('askers', 4)
    const key = world.makeKey('bip340', 2)
    const ceremonyId = world.startSigning(key, ['a', 'b', 'c'], [messageOf('asked')])
    world.network.runUntil(world.network.now + 2_000)
    const sidOf = world.network.sent
      .map(({ bytes }) => bytes)
      .findLast((bytes) => stageOf(bytes) === 2)
      ?.subarray(12, 44)
    const request = (wanted: Partial<Extract<Wanted, { type: 'resend' }>>, from: ValidatorId = 'b'): SignedRequest =>
      sealRequest(testIdentity(from), {
        network: NETWORK,
        from,
        to: 'a',
        wanted: { type: 'resend', kind: 'sign', ceremonyId, sid: sidOf ?? sid, stage: 2, author: 'a', ...wanted },
      })
    const { log } = world.network.node('a')
    const answersOf = ({ bytes }: SignedRequest): number => {
      const before = log.length
      world.network.deliver('a', bytes)
      return log.slice(before).filter(({ effect }) => effect.type === 'send').length
    }
    return { world, request, answersOf }
  }

  const last = finished()

  it('T2, T7: the same request again and again gets a few answers, whoever repeats it', () => {
    const { request, answersOf } = last
    const once = request({})
    const answers = Array.from({ length: 10_000 }, () => answersOf(once))
    expect(answers.reduce((sum, count) => sum + count, 0)).toBe(ANSWERS_PER_ASKER)
    // Other askers are not hurt by it.
    expect(answersOf(request({}, 'c'))).toBe(1)
  })

  it('T5: a stranger, a node outside the ceremony and a false signature get none', () => {
    const { world, request, answersOf } = last
    expect(answersOf(request({ stage: 1 }, 'd'))).toBe(0)
    expect(answersOf(request({ stage: 1 }, 'stranger'))).toBe(0)
    const forged = new Uint8Array(request({ stage: 1 }).bytes)
    forged[forged.length - 40] = (forged[forged.length - 40] ?? 0) ^ 1
    expect(answersOf({ ...request({}), bytes: forged })).toBe(0)
    expect(world.network.node('a').dropped.slice(-3)).toEqual(['ceremony', 'sender', 'signature'])
  })

  it('a request about another session, or what nobody has, gets none', () => {
    const { request, answersOf } = last
    expect(answersOf(request({ sid }))).toBe(0)
    expect(answersOf(request({ kind: 'keygen' }))).toBe(0)
    expect(answersOf(request({ ceremonyId: 99n }))).toBe(0)
    expect(answersOf(request({ stage: 5 }))).toBe(0)
    expect(answersOf(request({ author: 'd' }))).toBe(0)
  })

  it('T12: a tail answers for two stage timeouts, and then is gone', () => {
    const { world, request, answersOf } = finished()
    const { inner } = world.network.node('a')
    expect(inner.tailBytes).toBeGreaterThan(0)
    expect(answersOf(request({}))).toBe(1)
    const end = world.network.now
    world.network.runUntil(end + 2 * STAGE_TIMEOUT_MS - 2_500)
    expect(answersOf(request({}))).toBe(1)
    world.network.runUntil(end + 2 * STAGE_TIMEOUT_MS)
    expect(answersOf(request({}))).toBe(0)
    for (const node of world.network.nodes.values()) expect(node.inner.tailBytes).toBe(0)
  })

  it('T8: a frame above the size of any request is not decoded, a request of another network is no signature', () => {
    const { world, request } = last
    const { dropped } = world.network.node('a')
    const deliver = (bytes: Uint8Array): string | undefined => {
      world.network.deliver('a', bytes)
      return dropped.at(-1)
    }
    const frameOf = (frame: number, length: number): Uint8Array => {
      const bytes = new Uint8Array(length)
      bytes.set([1, frame])
      return bytes
    }
    const { bytes } = request({ stage: 1 })
    expect(deliver(frameOf(FRAME.request, 1_000))).toBe('size')
    expect(deliver(frameOf(FRAME.answer, 1 << 20))).toBe('size')
    expect(deliver(bytes.subarray(0, -1).slice())).toBe('malformed')
    const foreign = sealRequest(testIdentity('b'), { ...request({}), network: 'production' })
    expect(deliver(foreign.bytes)).toBe('signature')
    const own = sealRequest(testIdentity('a'), { ...request({}), from: 'a', to: null })
    expect(deliver(own.bytes)).toBe('sender')
    const forOther = sealRequest(testIdentity('b'), { ...request({}), to: 'c' })
    expect(deliver(forOther.bytes)).toBe('sender')
  })
})

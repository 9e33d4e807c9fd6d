/**
 * Any number of nodes lie at random, in every way that a holder of a real key can, and the network loses, repeats and delays. Whatever they do:
 * every honest node ends every ceremony exactly once and blames nobody honest, every proof convinces, no two honest nodes hold different keys,
 * and no wrong signature is reported.
 */
import { describe, expect, it } from 'vitest'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { testSeed } from '../helpers/random.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import { summary, type World } from '../simulation/world.ts'
import { makeWorld, messageOf, SUITES } from './support.ts'

const WORLDS = 50
const seed = testSeed()

class Liar {
  readonly #world: World
  readonly #heard: Envelope[] = []
  /** how often it lies, 0..1 */
  readonly #rate: number

  constructor(world: World, rate: number) {
    this.#world = world
    this.#rate = rate
  }

  readonly corruption: Corruption = ({ envelope, recipient, reseal }) => {
    this.#heard.push(envelope)
    if (this.#world.network.fraction() > this.#rate) return [envelope.bytes]
    const { header, body, bytes } = envelope
    const other = this.#pick(this.#heard)
    const lies: (() => Uint8Array[])[] = [
      () => [],
      () => [bytes, bytes],
      () => [reseal({ body: this.#bytes(this.#below(2 * body.length + 2)) })],
      () => [reseal({ body: this.#flip(body) })],
      () => [reseal({ body: this.#zero(body, 64) })],
      () => [reseal({ body: this.#zero(body, 32) })],
      () => [reseal({ body: other.body })],
      () => [bytes, reseal({ body: this.#flip(body) })],
      () => [reseal({ header: { to: header.to === null ? recipient : null } })],
      () => [reseal({ header: { previousTranscript: this.#bytes(32) } })],
      () => [reseal({ header: { previousTranscript: header.sid } })],
      () => [reseal({ header: { sid: this.#bytes(32) } }), bytes],
      () => [reseal({ header: { sid: other.header.sid } })],
      () => [reseal({ header: { stage: this.#pick([1, 2, 3, 4, 5, 15, 0x41, 0x44, 0x7f]) } })],
      () => [reseal({ header: { kind: header.kind === 'sign' ? 'keygen' : 'sign' } })],
      () => [reseal({ header: { ceremonyId: header.ceremonyId + BigInt(1 + this.#below(3)) } }), bytes],
      () => [reseal({ header: { from: this.#pick(this.#world.ids.filter((id) => id !== recipient)) } })],
      () => [other.bytes, bytes],
      () => [this.#flip(bytes)],
      () => [this.#bytes(this.#below(300)), bytes],
      () => {
        this.#world.network.later(() => this.#world.network.deliver(recipient, bytes), 2 * STAGE_TIMEOUT_MS)
        return []
      },
    ]
    return this.#pick(lies)()
  }

  #below(bound: number): number {
    return Math.floor(this.#world.network.fraction() * bound)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#below(256))
  }

  #flip(bytes: Uint8Array): Uint8Array {
    const copy = new Uint8Array(bytes)
    const at = this.#below(copy.length)
    if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << this.#below(8))
    return copy
  }

  #zero(bytes: Uint8Array, size: number): Uint8Array {
    const copy = new Uint8Array(bytes)
    const at = size * this.#below(Math.ceil(bytes.length / size) || 1)
    return copy.fill(0, at, at + size)
  }
}

/** What kinds of ends and faults the run has seen: a chaos that always ends alike would show nothing. */
const seen = new Map<string, number>()

function count(what: string): void {
  seen.set(what, (seen.get(what) ?? 0) + 1)
}

function checkHonest(world: World, ceremonies: ReadonlyMap<bigint, readonly string[]>): void {
  const { network, kernel, honest } = world
  const proven = new Set<string>()
  for (const id of honest) {
    const node = network.node(id)
    expect(node.errors, `errors of ${id}`).toEqual([])
    expect([node.inner.open, node.inner.earlyBytes]).toEqual([0, 0])
    for (const [ceremonyId, participants] of ceremonies) {
      if (!participants.includes(id)) continue
      const outcome = network.outcome(id, ceremonyId)
      if (outcome.status === 'success') {
        count('success')
        continue
      }
      count(outcome.reason)
      const words = summary(outcome)
      expect(outcome.missing.map(({ validator }) => validator)).not.toContain(id)
      for (const { validator, fault, evidence } of outcome.blamed) {
        count(fault)
        expect(world.adversary.corrupted, words).toContain(validator)
        const name = Buffer.from(evidence).toString('base64')
        if (!proven.has(name))
          expect(judgeEvidence(kernel, evidence, network.roster), words).toMatchObject({ valid: true, validator, fault })
        proven.add(name)
      }
    }
  }
}

function runWorld(worldSeed: string): void {
  const nodes = 2 + ((Buffer.from(worldSeed).at(-1) ?? 0) % 5)
  const world = makeWorld(worldSeed, nodes, { duplicate: 0.2, maxDelayMs: 100 })
  const { network, adversary } = world
  const suite = SUITES[Math.floor(network.fraction() * 3)] ?? 'evm'
  const minSigners = 1 + Math.floor(network.fraction() * nodes)
  const key = world.makeKey(suite, minSigners)
  const liars = 1 + Math.floor(network.fraction() * (nodes - 1))
  for (const id of world.ids.slice(0, liars))
    adversary.corrupt(id, new Liar(world, [0.02, 0.1, 0.4][Math.floor(network.fraction() * 3)] ?? 0.1).corruption)
  const ceremonies = new Map<bigint, readonly string[]>()
  const messages = [messageOf('1'), messageOf('2')]
  for (let i = 0; i < 3; i++) {
    ceremonies.set(world.startKeygen(suite, minSigners), world.ids)
    ceremonies.set(world.startSigning(key, world.ids, messages), world.ids)
    // An honest operator may change its mind at any moment.
    const [someone = 'a'] = world.honest
    if (network.fraction() < 0.2) network.later(() => network.abort(someone, [...ceremonies.keys()].at(-1) ?? 0n), 400)
    network.run()
  }
  network.runUntil(network.now + 5 * STAGE_TIMEOUT_MS)
  checkHonest(world, ceremonies)
  for (const [ceremonyId] of ceremonies) {
    const results = world.honest.flatMap((id) => {
      const outcome = network.outcome(id, ceremonyId)
      return outcome.status === 'success' ? [outcome] : []
    })
    for (const result of results) {
      expect('key' in result ? result.key : result.signatures).toEqual(
        results[0] !== undefined && 'key' in results[0] ? results[0].key : results[0]?.signatures,
      )
      if ('key' in result) continue
      messages.forEach((message, i) => {
        expect(nobleAccepts(suite, key.groupPublicKey, message, result.signatures[i] ?? new Uint8Array())).toBe(true)
      })
    }
  }
}

describe('R1: chaos', () => {
  it(`${6 * WORLDS} ceremonies among liars: no honest node is blamed, stuck or deceived`, () => {
    for (let round = 0; round < WORLDS; round++) {
      const worldSeed = `${seed} chaos ${round}`
      try {
        runWorld(worldSeed)
      } catch (error) {
        throw new Error(`world "${worldSeed}"`, { cause: error })
      }
    }
    for (const what of ['success', 'fault', 'dispute', 'timeout', 'unconfirmed', 'instructed-differently', 'aborted'])
      expect(seen.get(what), what).toBeGreaterThan(1)
    for (const fault of ['bad-hash-opening', 'bad-point', 'malformed', 'equivocation']) expect(seen.get(fault), fault).toBeGreaterThan(0)
  }, 120_000)
})

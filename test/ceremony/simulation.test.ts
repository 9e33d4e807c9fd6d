/** Whole networks of honest nodes under a scheduler that reorders, repeats and delays. A failure names the seed that repeats it. */
import { describe, expect, it } from 'vitest'
import { equalBytes, toHex } from '../../src/bytes.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { testSeed } from '../helpers/random.ts'
import { STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { makeWorld, SUITES } from './support.ts'

const CEREMONIES = 500
const seed = testSeed()

/** 0..bound-1, from the world's seed */
function below(world: World, bound: number): number {
  return Math.floor(world.network.fraction() * bound)
}

/** A random choice of `count` nodes, in random order: the order in which signers are named must not matter. */
function pick(world: World, count: number): string[] {
  const left = [...world.ids]
  return Array.from({ length: count }, () => left.splice(below(world, left.length), 1)[0] ?? '')
}

interface Signing {
  readonly id: bigint
  readonly key: KeyInfo
  readonly signers: readonly string[]
  readonly messages: readonly Uint8Array[]
}

function startSignings(world: World, key: KeyInfo, count: number): Signing[] {
  return Array.from({ length: count }, () => {
    const signers = pick(world, key.minSigners + below(world, world.ids.length - key.minSigners + 1))
    const messages = Array.from({ length: 1 + below(world, 3) }, () => {
      const length = key.suite === 'evm' ? 32 : [0, 1, 31, 32, 33, 200][below(world, 6)]
      return new Uint8Array(length ?? 0).map(() => below(world, 256))
    })
    return { id: world.startSigning(key, signers, messages), key, signers, messages }
  })
}

/** All nodes have the same key and certificates, and each its own share. */
function checkKey(world: World, ceremonyId: bigint): KeyInfo {
  const keys = world.ids.map((id) => world.keyOf(id, ceremonyId))
  const [first] = keys
  if (first === undefined) throw new Error('no key')
  for (const key of keys) expect(key).toEqual(first)
  expect(first.state).toBe('active')
  expect([...first.certificates.keys()]).toEqual(world.ids)
  for (const id of world.ids) {
    const material = world.network.key(id, first.keyId)
    const own = world.kernel.compress(world.kernel.baseMul(material.share()))
    expect(equalBytes(own, first.verifyingShares.get(id) ?? new Uint8Array())).toBe(true)
  }
  return first
}

function checkSigning(world: World, { id, key, signers, messages }: Signing): void {
  const [first = []] = signers.map((signer) => world.signaturesOf(signer, id))
  for (const signer of signers) expect(world.signaturesOf(signer, id)).toEqual(first)
  expect(first).toHaveLength(messages.length)
  messages.forEach((message, i) => {
    expect(nobleAccepts(key.suite, key.groupPublicKey, message, first[i] ?? new Uint8Array()), toHex(message)).toBe(true)
  })
}

function runWorld(worldSeed: string, nodes: number): number {
  const world = makeWorld(worldSeed, nodes, { duplicate: 0.3, maxDelayMs: 200 })
  const suite = SUITES[below(world, 3)] ?? 'bip340'
  const first = world.startKeygen(suite, 1 + below(world, nodes))
  world.network.run()
  const key = checkKey(world, first)
  // The second key is made while the first signs.
  const second = world.startKeygen(SUITES[below(world, 3)] ?? 'evm', 1 + below(world, nodes))
  const signings = startSignings(world, key, 3)
  world.network.run()
  const more = startSignings(world, checkKey(world, second), 3)
  world.network.run()
  for (const signing of [...signings, ...more]) checkSigning(world, signing)
  // What nodes hold of ceremonies that are not theirs goes in time.
  world.network.runUntil(world.network.now + STAGE_TIMEOUT_MS)
  for (const { errors, dropped, inner } of world.network.nodes.values()) {
    expect(errors).toEqual([])
    // 'stage': of a signing without this node, which hears broadcasts all the same.
    expect(dropped.filter((reason) => !['duplicate', 'late', 'stage'].includes(reason))).toEqual([])
    expect([inner.open, inner.earlyBytes]).toEqual([0, 0])
  }
  return 2 + signings.length + more.length
}

describe('simulation', () => {
  it(`${CEREMONIES} ceremonies of 2..7 nodes succeed with one key on all nodes, and noble accepts every signature`, () => {
    let done = 0
    for (let round = 0; done < CEREMONIES; round++) {
      const worldSeed = `${seed} simulation ${round}`
      try {
        done += runWorld(worldSeed, 2 + (round % 6))
      } catch (error) {
        throw new Error(`world "${worldSeed}" of ${2 + (round % 6)} nodes`, { cause: error })
      }
    }
  }, 120_000)

  it('the same seed gives the same bytes in the same order', () => {
    const sentOf = (worldSeed: string): string[] => {
      const world = makeWorld(worldSeed, 4, { duplicate: 0.3 })
      world.makeKey('bip340', 3)
      return world.network.sent.map(({ from, to, bytes }) => `${from} ${to} ${toHex(bytes)}`)
    }
    const sent = sentOf(`${seed} replay`)
    expect(sentOf(`${seed} replay`)).toEqual(sent)
    expect(sentOf(`${seed} another`)).not.toEqual(sent)
  })

  it('one node alone makes a key and signs with it', () => {
    for (const suite of SUITES) {
      const world = makeWorld(`${seed} alone ${suite}`, 1)
      const keygen = world.startKeygen(suite, 1)
      world.network.run()
      const signings = startSignings(world, checkKey(world, keygen), 2)
      world.network.run()
      for (const signing of signings) checkSigning(world, signing)
      expect(world.network.sent).toEqual([])
    }
  })
})

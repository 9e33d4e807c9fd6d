/** What the ceremony tests share: worlds over the fast kernel, and the checks that every blame must stand. */
import { expect } from 'vitest'
import { type Evidence, makeEvidence, parseEvidence } from '../../src/ceremony/evidence/container.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import type { Failure } from '../../src/ceremony/outcome.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { decodeEnvelope, peekHeader } from '../../src/wire/envelope.ts'
import { generateIdentity } from '../../src/wire/identity.ts'
import type { Envelope, ValidatorId } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'
import { type Delivery, NETWORK } from '../simulation/network.ts'
import { summary, World, type WorldOptions } from '../simulation/world.ts'

export const SUITES = ['secp256k1-sha256', 'bip340', 'evm'] as const

/** Without aborts, unless asked for: what each node finds for itself is the harder question. */
export function makeWorld(seed: string, nodes: number, options: Partial<WorldOptions> = {}): World {
  return new World({ kernel: sharedKernel(), random: seededRandom(seed), identityOf: testIdentity, nodes, aborts: false, ...options })
}

/** The stage of an envelope; null for a request or an answer. */
export function stageOf(bytes: Uint8Array): number | null {
  return peekHeader(bytes)?.header.stage ?? null
}

/** The envelopes among what was sent, once a recipient. */
export function envelopesOf(sent: readonly Delivery[]): Envelope[] {
  return sent.filter(({ bytes }) => stageOf(bytes) !== null).map(({ bytes }) => decodeEnvelope(new Uint8Array(bytes), NETWORK))
}

/** 32 bytes, which every suite signs. */
export function messageOf(text: string): Uint8Array {
  return seededRandom(`message ${text}`)(32)
}

/** Who is blamed for what, for comparison. */
export function blamesOf({ blamed }: Failure): string[] {
  return blamed.map(({ validator, fault, message }) => `${validator} ${fault}${message === undefined ? '' : ` ${message}`}`)
}

export function missingOf({ missing }: Failure): ValidatorId[] {
  return missing.map(({ validator }) => validator)
}

/** No honest node has blamed one that is not corrupted: in this ceremony, or ever. */
export function expectHonestUnblamed(world: World, ceremonyId?: bigint): void {
  for (const { id, outcomes, errors } of world.network.nodes.values()) {
    if (world.adversary.corrupted.includes(id)) continue
    expect(errors, `errors of ${id}`).toEqual([])
    for (const outcome of [...outcomes.values()].flat()) {
      if (outcome.status !== 'failure' || (ceremonyId !== undefined && outcome.ceremonyId !== ceremonyId)) continue
      for (const { validator } of outcome.blamed) expect(world.adversary.corrupted, summary(outcome)).toContain(validator)
    }
  }
}

/** All honest nodes report exactly one end of a ceremony, the same one, with evidence that convinces a stranger. */
export function expectFailure(world: World, ceremonyId: bigint, expected: Partial<Failure> & { readonly blames?: string[] }): Failure {
  const { blames, ...fields } = expected
  const failures = world.honest.filter((id) => world.network.node(id).outcomes.has(ceremonyId)).map((id) => world.failureOf(id, ceremonyId))
  expect(failures.length).toBeGreaterThan(0)
  const proven = new Set<string>()
  for (const failure of failures) {
    expect(failure, summary(failure)).toMatchObject(fields)
    if (blames !== undefined) expect(blamesOf(failure)).toEqual(blames)
    for (const blame of failure.blamed) {
      // Nodes that saw the same have the same evidence: it is tried once.
      const name = Buffer.from(blame.evidence).toString('base64')
      if (!proven.has(name)) expectProof(world, blame, failure.ceremonyId)
      proven.add(name)
    }
  }
  expectHonestUnblamed(world, ceremonyId)
  return failures[0] as Failure
}

/**
 * The evidence holds with the roster alone; not for another accused, not with another roster, and not after any change of a byte. Nobody looks at the
 * signature of a complaint where the dealer is judged: there a change of a byte convicts nobody else, and of nothing else.
 */
export function expectProof(world: World, { validator, fault, evidence }: Failure['blamed'][number], ceremonyId: bigint): void {
  const { kernel } = world
  const { roster } = world.network
  expect(judgeEvidence(kernel, evidence, roster)).toMatchObject({ valid: true, validator, fault, ceremonyId })
  const parsed = parseEvidence(evidence)
  for (const other of world.ids) {
    if (other !== validator) expect(judgeEvidence(kernel, makeEvidence({ ...parsed, accused: other }), roster).valid).toBe(false)
  }
  const foreign = new Map(roster)
  foreign.set(validator, generateIdentity().publicKey)
  expect(judgeEvidence(kernel, evidence, foreign).valid).toBe(false)
  foreign.delete(validator)
  expect(judgeEvidence(kernel, evidence, foreign).valid).toBe(false)
  const verdict = judgeEvidence(kernel, evidence, roster)
  for (const mutated of mutationsOf(evidence)) {
    const changed = judgeEvidence(kernel, mutated, roster)
    if (fault === 'bad-share' && changed.valid) expect(changed).toEqual(verdict)
    else expect(changed.valid).toBe(false)
  }
}

/** One byte changed, cut or added: the first and last bytes and a sample between, which is another for each piece of evidence. */
export function mutationsOf(bytes: Uint8Array, samples = 6): Uint8Array[] {
  const random = seededRandom(Buffer.from(bytes).toString('hex'))
  const places = new Set([0, 1, 2, 3, bytes.length - 1])
  while (places.size < samples + 5) places.add(new DataView(random(4).buffer).getUint32(0) % bytes.length)
  const changed = [...places].map((place) => {
    const copy = new Uint8Array(bytes)
    copy[place] = (copy[place] ?? 0) ^ (1 + ((random(1)[0] ?? 0) % 255))
    return copy
  })
  return [...changed, bytes.slice(0, -1), new Uint8Array([...bytes, 0])]
}

export type { Evidence }

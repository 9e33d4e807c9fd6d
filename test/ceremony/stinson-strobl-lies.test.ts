/**
 * Stinson-Strobl signings in which somebody tells two nodes different things, at every broadcast stage and for every partition of the others; and what their
 * transcripts show. A share over other nonces than a peer's never leaves, so nothing of this can be used against the key.
 */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import type { Failure } from '../../src/ceremony/outcome.ts'
import { auditRecorded } from '../../src/ceremony/transcript/audit.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import type { Corruption } from '../simulation/adversary.ts'
import type { World } from '../simulation/world.ts'
import { dealWrongly, findBad, type Lie } from './complaint-attacks.ts'
import { flipped } from './dealings.ts'
import { blamesOf, expectHonestUnblamed, expectProof, makeWorld, messageOf, stageOf } from './support.ts'

const OTHERS = ['a', 'c', 'd']
const PARTITIONS = Array.from({ length: 6 }, (_, i) => OTHERS.filter((_id, place) => ((i + 1) >> place) & 1))
const STROBL = { protocol: 'stinson-strobl' } as const

/** b shows `alter` of its message to these, and to the others what it is. */
function split(stage: number, to: readonly string[], alter: (body: Uint8Array) => Uint8Array): Corruption {
  return ({ envelope, recipient, reseal }) => {
    const told = envelope.header.stage === stage && to.includes(recipient)
    return [told ? reseal({ body: alter(envelope.body) }) : envelope.bytes]
  }
}

/**
 * Every honest node that failed names b, blamed or missing, and nobody honest; what it shows convinces; results agree.
 *
 * @param heard false: an honest node that found a proof, and whose abort was lost, is missing to the others
 */
function expectNamed(world: World, ceremonyId: bigint, heard = true): Failure[] {
  const outcomes = world.honest.map((id) => world.network.outcome(id, ceremonyId))
  const failures = outcomes.flatMap((outcome): Failure[] => (outcome.status === 'failure' ? [outcome] : []))
  for (const { blamed, missing } of failures) {
    const named = [...blamed.map(({ validator }) => validator), ...missing.map(({ validator }) => validator)]
    if (heard) expect(new Set(named)).toEqual(new Set(['b']))
  }
  const [piece] = failures.flatMap(({ blamed }) => blamed)
  if (piece !== undefined) expectProof(world, piece, ceremonyId)
  expectHonestUnblamed(world)
  const results = outcomes.flatMap((outcome) => ('signatures' in outcome ? [outcome.signatures] : []))
  for (const result of results) expect(result).toEqual(results[0])
  return failures
}

function sharesOf(world: World, from: number): Set<ValidatorId> {
  const sent = world.network.sent.slice(from).filter(({ bytes }) => stageOf(bytes) === 5)
  return new Set(sent.map(({ from: author }) => author).filter((id) => world.honest.includes(id)))
}

describe('R3, G15: every partition of the honest receivers, at every broadcast stage', () => {
  const halves = (body: Uint8Array): Uint8Array => concatBytes(body.subarray(body.length / 2), body.subarray(0, body.length / 2))
  const others: Readonly<Record<number, (body: Uint8Array) => Uint8Array>> = {
    1: (body) => flipped(body),
    2: (body) => flipped(body, 0),
    4: () => encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) }),
    5: halves,
  }
  for (const aborts of [true, false]) {
    for (const [stage, alter] of Object.entries(others)) {
      it(`stage ${stage}, ${aborts ? 'with aborts' : 'where every abort is lost'}: who failed names b, and results agree`, () => {
        const world = makeWorld(`strobl split ${stage} ${aborts}`, 4, { ...STROBL, aborts })
        const key = world.makeKey('bip340', 3)
        for (const part of PARTITIONS) {
          world.adversary.reform()
          world.adversary.corrupt('b', split(Number(stage), part, alter))
          const before = world.network.sent.length
          const ceremonyId = world.startSigning(key, world.ids, ['1', '2'].map(messageOf))
          world.network.run()
          const failures = expectNamed(world, ceremonyId, aborts)
          // Up to the nonces nobody may go on: one honest node that saw something else ends it for all.
          expect(failures.length).toBeGreaterThanOrEqual(Number(stage) < 4 ? 3 : part.length)
          const sharing = sharesOf(world, before)
          if (Number(stage) < 4) expect(sharing.size).toBe(0)
          if (Number(stage) === 4) for (const id of part) expect(sharing.has(id)).toBe(false)
        }
      })
    }
  }

  it('an `ok` to some and a complaint to the others: who heard the complaint sends no LocalSig, and everybody who failed names b', () => {
    for (const part of PARTITIONS) {
      let complaint: Uint8Array | null = null
      const lie = findBad('b', 'a')
      const world = makeWorld(`strobl two faces ${part.join('')}`, 4, {
        ...STROBL,
        aborts: true,
        compute: (id, job, result) => (id === 'b' && signing ? (lie(job, result) ?? result) : result),
      })
      let signing = false
      const key = world.makeKey('evm', 2)
      signing = true
      // The machine complains; to those outside the part goes what the others confirm.
      world.adversary.corrupt('b', ({ envelope, recipient, reseal }) => {
        if (envelope.header.stage !== 4) return [envelope.bytes]
        complaint = envelope.body
        if (part.includes(recipient)) return [envelope.bytes]
        const ok = world.network.sent.find(({ from, bytes }) => from !== 'b' && stageOf(bytes) === 4 && bytes.length < 400)
        return ok === undefined ? [] : [reseal({ body: ok.bytes.slice(-33) })]
      })
      const before = world.network.sent.length
      const ceremonyId = world.startSigning(key, world.ids, [messageOf('1')])
      world.network.run()
      expect(complaint).not.toBeNull()
      expectNamed(world, ceremonyId)
      const sharing = sharesOf(world, before)
      for (const id of part) expect(sharing.has(id), id).toBe(false)
    }
  })
})

describe('transcripts', () => {
  function recorded(name: string, lies: Readonly<Record<ValidatorId, Lie>> = {}): { world: World; sign: (corrupt?: Corruption) => bigint } {
    let signing = false
    const world = makeWorld(`strobl audit ${name}`, 4, {
      ...STROBL,
      settings: { transcripts: true },
      compute: (id, job, result) => (signing ? (lies[id]?.(job, result) ?? result) : result),
    })
    const key = world.makeKey('secp256k1-sha256', 2)
    signing = true
    for (const id of Object.keys(lies)) world.adversary.corrupt(id, ({ envelope }) => [envelope.bytes])
    const sign = (corrupt?: Corruption): bigint => {
      if (corrupt !== undefined) world.adversary.corrupt('b', corrupt)
      const ceremonyId = world.startSigning(key, world.ids, ['1', '2'].map(messageOf))
      world.network.run()
      return ceremonyId
    }
    return { world, sign }
  }
  const auditAt = (world: World, id: ValidatorId, ceremonyId: bigint) =>
    auditRecorded(world.kernel, world.network.node(id).transcripts.get(ceremonyId) ?? new Uint8Array(), world.network.roster)

  it('of a signing that nobody broke: complete, with the signatures that the nodes reported', () => {
    const { world, sign } = recorded('good')
    const ceremonyId = sign()
    for (const id of world.ids) {
      const audit = auditAt(world, id, ceremonyId)
      expect(audit).toMatchObject({ status: 'complete', blamed: [], absent: [], differing: [], claims: [], remark: null })
      expect(audit.result).toEqual({ signatures: world.signaturesOf('a', ceremonyId) })
    }
  })

  const inStage =
    (stage: number, alter: (body: Uint8Array) => Uint8Array): Corruption =>
    ({ envelope: { header, body, bytes }, reseal }) => {
      if (header.stage < stage) return [bytes]
      return [reseal({ body: header.stage === stage ? alter(body) : body })]
    }
  const breaks: Readonly<Record<string, { readonly corrupt?: Corruption; readonly lie?: Lie; readonly blame: string }>> = {
    'another opening than the hash': { corrupt: inStage(2, (body) => flipped(body, 0)), blame: 'b bad-hash-opening' },
    'a bad nonce share': { lie: dealWrongly('b', 'c'), blame: 'b bad-share' },
    'a complaint about a good share': { lie: findBad('b', 'a'), blame: 'b false-complaint' },
    'another hash of nonce points': {
      corrupt: inStage(4, () => encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) })),
      blame: 'b bad-certificate',
    },
    'another share to the second message': { corrupt: inStage(5, (body) => flipped(body)), blame: 'b bad-signature-share 1' },
    'shares above the order': { corrupt: inStage(5, (body) => new Uint8Array(body.length).fill(0xff)), blame: 'b malformed' },
  }
  for (const [what, { corrupt, lie, blame }] of Object.entries(breaks)) {
    it(`${what}: ${blame}, in the audit as at the nodes`, () => {
      const { world, sign } = recorded(what, lie === undefined ? {} : { b: lie })
      const ceremonyId = sign(corrupt)
      const named = world.honest.map((id) => {
        expect([[blame], []]).toContainEqual(blamesOf(world.failureOf(id, ceremonyId)))
        const audit = auditAt(world, id, ceremonyId)
        return audit.blamed.map(({ validator, fault, message }) => `${validator} ${fault}${message === undefined ? '' : ` ${message}`}`)
      })
      expect(named).toContainEqual([blame])
      for (const names of named) expect([[blame], []]).toContainEqual(names)
    })
  }
})

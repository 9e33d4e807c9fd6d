/** What an audit makes of messages that differ: headers quoted in views convict their author, and lies about what was seen convict theirs. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { type Audit, auditRecorded } from '../../src/ceremony/transcript/audit.ts'
import { decodeTranscript, encodeTranscript } from '../../src/ceremony/transcript/file.ts'
import { nextTranscript } from '../../src/crypto/transcript.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { ABORT_STAGE, type Envelope, VIEW_STAGE_BASE } from '../../src/wire/message.ts'
import { signedHeaderOf } from '../../src/wire/signed-header.ts'
import { encodeView, type ViewBody } from '../../src/wire/view.ts'
import { testIdentity } from '../helpers/identities.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { flipped } from './dealings.ts'
import { makeWorld, messageOf } from './support.ts'

function auditOf(world: World, bytes: Uint8Array): Audit {
  return auditRecorded(world.kernel, bytes, world.network.roster)
}

/** The same transcript with other messages, in its order: by stage, then by author. */
function withMessages(bytes: Uint8Array, change: (envelopes: readonly Envelope[]) => readonly Envelope[]): Uint8Array {
  const { contextBytes: context, key, messages, envelopes } = decodeTranscript(bytes)
  const slot = ({ header }: Envelope): string => `${String(header.stage).padStart(3, '0')} ${header.from}`
  const changed = [...change(envelopes)].sort((a, b) => (slot(a) < slot(b) ? -1 : slot(a) > slot(b) ? 1 : 0))
  return encodeTranscript({ context, key, messages, envelopes: changed.map((envelope) => envelope.bytes) })
}

const namesOf = ({ blamed }: Audit): string[] => blamed.map(({ validator, fault }) => `${validator} ${fault}`)

describe('two messages of one author for one stage', () => {
  const world = makeWorld('audit of equivocation', 4, { settings: { transcripts: true } })
  const key = world.makeKey('bip340', 2)

  /** Some hear another message of b in this stage. */
  function equivocate(stage: number, others: string, kind: 'keygen' | 'sign'): bigint {
    world.adversary.reform()
    world.adversary.corrupt('b', ({ envelope, recipient, reseal }) => {
      if (envelope.header.stage !== stage || !others.includes(recipient)) return [envelope.bytes]
      // In halves the other way round: both nonce commitments are still points.
      const half = envelope.body.length / 2
      return [reseal({ body: concatBytes(envelope.body.subarray(half), envelope.body.subarray(0, half)) })]
    })
    const ceremonyId = kind === 'keygen' ? world.startKeygen('bip340', 2) : world.startSigning(key, world.ids, [messageOf('1')])
    world.network.run()
    return ceremonyId
  }

  for (const [kind, stage] of [
    ['keygen', 1],
    ['sign', 1],
  ] as const) {
    it(`G15: ${kind}, stage ${stage}: every honest node's transcript convicts the author, from views as well as from aborts`, () => {
      for (const others of ['a', 'ac', 'd']) {
        const ceremonyId = equivocate(stage, others, kind)
        let byViews = 0
        for (const id of world.honest) {
          const bytes = world.network.node(id).transcripts.get(ceremonyId) ?? new Uint8Array()
          const named = namesOf(auditOf(world, bytes))
          expect(named, `${id} of ${others}`).toContain('b equivocation')
          // Who took the other hash has a reveal that does not open it, which is b's fault as well.
          expect(named.filter((name) => !/^b (?:equivocation|bad-hash-opening)$/.test(name))).toEqual([])
          const silent = withMessages(bytes, (envelopes) => envelopes.filter(({ header }) => header.stage !== ABORT_STAGE))
          if (namesOf(auditOf(world, silent)).includes('b equivocation')) byViews++
        }
        expect(byViews).toBeGreaterThan(0)
      }
    })
  }

  it('both in one transcript convict, whichever was taken; one header signed twice does not', () => {
    world.adversary.reform()
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('2')])
    world.network.run()
    const bytes = world.network.node('a').transcripts.get(ceremonyId) ?? new Uint8Array()
    const [own] = decodeTranscript(bytes).envelopes.filter(({ header }) => header.from === 'c' && header.stage === 1)
    if (own === undefined) throw new Error('c said nothing')
    const { bodyDigest: _, ...header } = own.header
    const other = sealEnvelope(testIdentity('c'), NETWORK, header, flipped(own.body))
    const before = withMessages(bytes, (envelopes) => [other, ...envelopes])
    const after = withMessages(bytes, (envelopes) => [...envelopes, other])
    // What b signed over the first is no share over the second.
    expect(namesOf(auditOf(world, before))).toContain('c equivocation')
    expect(auditOf(world, after)).toMatchObject({ status: 'broken', absent: [], differing: [] })
    expect(namesOf(auditOf(world, after))).toEqual(['c equivocation'])
  })
})

describe('views', () => {
  const world = makeWorld('audit of views', 3, { settings: { transcripts: true } })
  const key = world.makeKey('bip340', 2)
  const ceremonyId = world.startSigning(key, world.ids, [messageOf('1')])
  world.network.run()
  const honest = world.network.node('a').transcripts.get(ceremonyId) ?? new Uint8Array()
  const { envelopes, sid } = decodeTranscript(honest)
  const first = envelopes.filter(({ header }) => header.stage === 1)
  const digests = first.map(({ header }) => header.bodyDigest)
  const transcript = nextTranscript(sid, 1, sid, digests)
  const said = (stage: number, from: string, previousTranscript: Uint8Array): Envelope => {
    const header = { kind: 'sign', ceremonyId, sid, stage, from, to: null, previousTranscript } as const
    return sealEnvelope(testIdentity(from), NETWORK, header, new Uint8Array(32))
  }
  const differing = signedHeaderOf(said(2, 'c', new Uint8Array(32)))
  const sound: ViewBody = { previous: sid, accepted: first.map(signedHeaderOf), differing }
  const viewBy = (from: string, view: ViewBody, carries: Uint8Array): Envelope => {
    const header = { kind: 'sign', ceremonyId, sid, stage: VIEW_STAGE_BASE + 1, from, to: null, previousTranscript: carries } as const
    return sealEnvelope(testIdentity(from), NETWORK, header, encodeView(view))
  }
  const auditWith = (...more: readonly Envelope[]): Audit =>
    auditOf(
      world,
      withMessages(honest, (all) => [...all, ...more]),
    )

  it('that are true convict nobody by themselves', () => {
    const withoutShares = withMessages(honest, (all) => [...all.filter(({ header }) => header.stage === 1), viewBy('a', sound, transcript)])
    expect(auditOf(world, withoutShares)).toMatchObject({ status: 'incomplete', blamed: [] })
  })

  it('whose headers give another digest than they carry convict their author', () => {
    expect(namesOf(auditWith(viewBy('b', sound, new Uint8Array(32))))).toContain('b bad-view')
  })

  it('that show what nobody signed convict their author alone', () => {
    const [a, b, c] = sound.accepted
    if (a === undefined || b === undefined || c === undefined) throw new Error('three headers')
    const forged = { ...b, signature: flipped(b.signature), bytes: flipped(b.bytes) }
    const swapped = [b, a, c]
    const lie = (accepted: ViewBody['accepted'], carries = transcript) => auditWith(viewBy('a', { ...sound, accepted }, carries)).blamed
    for (const accepted of [
      [a, forged, c],
      [a, a, c],
    ]) {
      const carried = nextTranscript(
        sid,
        1,
        sid,
        accepted.map(({ header }) => header.bodyDigest),
      )
      expect(lie(accepted, carried).map(({ validator, fault }) => `${validator} ${fault}`)).toContain('a bad-view')
    }
    const carried = nextTranscript(
      sid,
      1,
      sid,
      swapped.map(({ header }) => header.bodyDigest),
    )
    expect(lie(swapped, carried).map(({ validator }) => validator)).not.toContain('b')
  })

  it('beside a message of their author that carries another digest convict it', () => {
    const onlyFirst = (all: readonly Envelope[]) => all.filter(({ header }) => header.stage === 1)
    const lied = said(2, 'b', new Uint8Array(32).fill(7))
    const audit = auditOf(
      world,
      withMessages(honest, (all) => [...onlyFirst(all), lied, viewBy('b', sound, transcript)]),
    )
    expect(namesOf(audit)).toEqual(['b bad-view'])
    expect(audit.differing).toEqual([{ stage: 'SignatureShare', validator: 'b' }])
    // Without the view the difference is there, and nobody is convicted for it.
    expect(
      auditOf(
        world,
        withMessages(honest, (all) => [...onlyFirst(all), lied]),
      ),
    ).toMatchObject({ status: 'disputed', blamed: [] })
  })

  it('and aborts that are none, or went to one node, convict their author', () => {
    const header = { kind: 'sign', ceremonyId, sid, from: 'b', previousTranscript: sid } as const
    const junk = sealEnvelope(testIdentity('b'), NETWORK, { ...header, stage: ABORT_STAGE, to: null }, new Uint8Array(3))
    const toOne = sealEnvelope(testIdentity('b'), NETWORK, { ...header, stage: ABORT_STAGE, to: 'a' }, Uint8Array.of(2, 1, 0, 0))
    const noView = sealEnvelope(testIdentity('b'), NETWORK, { ...header, stage: VIEW_STAGE_BASE + 2, to: null }, new Uint8Array(3))
    for (const envelope of [junk, toOne, noView]) expect(namesOf(auditWith(envelope))).toEqual(['b malformed'])
  })
})

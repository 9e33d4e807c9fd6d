/** Digests that differ, and what views prove: a liar is convicted or missing at every honest node, and nobody honest is named. */
import { describe, expect, it } from 'vitest'
import { nextTranscript } from '../../src/crypto/transcript.ts'
import type { EnvelopeHeader } from '../../src/wire/message.ts'
import { decodeSignedHeader, type SignedHeader, signedHeaderOf } from '../../src/wire/signed-header.ts'
import type { ViewBody } from '../../src/wire/view.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { NETWORK, STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { flipped } from './dealings.ts'
import { headersOf, reopened, saidIn, sealAs, tell, viewBy } from './side-talk.ts'
import { blamesOf, expectFailure, expectHonestUnblamed, expectProof, makeWorld, messageOf, missingOf, stageOf } from './support.ts'

const LIE = new Uint8Array(32).fill(9)

/** Carries another digest in this stage, towards these. */
function lyingDigest(stage: number, to: (recipient: string) => boolean = () => true, lie = LIE): Corruption {
  return ({ envelope, recipient, reseal }) =>
    envelope.header.stage === stage && to(recipient) ? [reseal({ header: { previousTranscript: lie } })] : [envelope.bytes]
}

describe('a digest that nobody else has, and no view of it', () => {
  for (const nodes of [2, 3, 4]) {
    for (const stage of [2, 3, 4]) {
      it(`T10: keygen of ${nodes}, stage ${stage}, to all: its author is missing at every other node, one stage time later`, () => {
        const world = makeWorld(`lie ${nodes} ${stage}`, nodes)
        world.adversary.corrupt('b', lyingDigest(stage))
        const ceremonyId = world.startKeygen('bip340', 2)
        world.network.run()
        expectFailure(world, ceremonyId, { blamed: [] })
        for (const id of world.honest) {
          const { reason, missing } = world.failureOf(id, ceremonyId)
          expect(missing).toEqual([{ validator: 'b', reportedBy: id }])
          const confirmed = saidIn(world, ceremonyId).some(({ header }) => header.from === id && header.stage === 4)
          expect(reason).toBe(confirmed ? 'unconfirmed' : 'dispute')
          const late = world.endOf(id, ceremonyId) - world.startOf(id, ceremonyId)
          // The deadline that was running is that of the stage where the message was awaited, or of the one before, where it came early.
          expect([stage, stage + 1].map((count) => count * STAGE_TIMEOUT_MS)).toContain(Math.round(late))
        }
      })
    }
  }

  it('to one node alone: that is two headers for one slot, and views bring them together', () => {
    for (const aborts of [true, false]) {
      const world = makeWorld(`lie to one ${aborts}`, 4, { aborts })
      world.adversary.corrupt(
        'b',
        lyingDigest(2, (recipient) => recipient === 'c'),
      )
      const ceremonyId = world.startKeygen('evm', 3)
      world.network.run()
      for (const id of world.honest) {
        const { blamed, missing } = world.failureOf(id, ceremonyId)
        const named = [...blamed, ...missing].map(({ validator }) => validator)
        expect([...new Set(named)]).toEqual(['b'])
        if (aborts) expect(blamed).toMatchObject([{ fault: 'equivocation' }])
      }
      expectHonestUnblamed(world)
    }
  })

  it('of two liars: both are missing', () => {
    const world = makeWorld('two liars', 5)
    const toHonest = (recipient: string): boolean => !['b', 'd'].includes(recipient)
    world.adversary.corrupt('b', lyingDigest(2, toHonest))
    world.adversary.corrupt('d', lyingDigest(2, toHonest, new Uint8Array(32).fill(8)))
    const key = world.startKeygen('bip340', 3)
    world.network.run()
    for (const id of world.honest) expect(missingOf(world.failureOf(id, key))).toEqual(['b', 'd'])
  })

  it('under a signature share: nobody is blamed for the share', () => {
    const world = makeWorld('share', 4)
    const key = world.makeKey('secp256k1-sha256', 2)
    world.adversary.corrupt('b', lyingDigest(2))
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('m')])
    world.network.run()
    expect(missingOf(expectFailure(world, ceremonyId, { reason: 'dispute', blamed: [] }))).toEqual(['b'])
    for (const { log } of world.network.nodes.values()) {
      for (const { effect } of log) if (effect.type === 'compute') expect(effect.job.name).not.toBe('findBadShares')
    }
  })

  it('ends all sending but that of one view, of each node that has a digest itself', () => {
    const world = makeWorld('one view', 4)
    world.adversary.corrupt('b', lyingDigest(2))
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    for (const id of world.honest) {
      const own = saidIn(world, ceremonyId).filter(({ header }) => header.from === id)
      expect(own.map(({ header }) => header.stage).filter((stage) => stage > 2 && stage < 0x40)).toEqual([])
      const full = world.network.node(id).events.some((event) => event.type === 'stage' && event.status === 'full')
      expect(own.filter(({ header }) => header.stage === 0x41)).toHaveLength(full ? 1 : 0)
    }
  })
})

interface Disputed {
  readonly world: World
  readonly ceremonyId: bigint
  /** of a stage-1 message */
  readonly sample: EnvelopeHeader
  /** what all accepted at stage 1 */
  readonly accepted: readonly SignedHeader[]
  readonly transcript: Uint8Array
  /** d's stage 2, with the lie */
  readonly lie: SignedHeader
}

/** d carries LIE in stage 2; the honest nodes a, b and c have shown their views and wait for d's. */
function disputed(name: string): Disputed {
  const world = makeWorld(name, 4)
  let lie: SignedHeader | null = null
  world.adversary.corrupt('d', (tampering) => {
    const messages = lyingDigest(2)(tampering)
    if (tampering.envelope.header.stage === 2) lie = signedHeaderOf(reopened(messages[0] ?? new Uint8Array()))
    return messages
  })
  const ceremonyId = world.startKeygen('bip340', 2)
  world.network.runUntil(2_000)
  const accepted = headersOf(saidIn(world, ceremonyId), 1)
  const [first] = accepted
  if (first === undefined || lie === null) throw new Error('nothing was said')
  const sample = first.header
  const digests = accepted.map(({ header }) => header.bodyDigest)
  return { world, ceremonyId, sample, accepted, transcript: nextTranscript(sample.sid, 1, sample.sid, digests), lie }
}

/** What a view of d does to the honest nodes. */
function verdictOn(
  name: string,
  make: (disputed: Disputed) => readonly Uint8Array[],
): { readonly blames: string[]; readonly missing: string[]; readonly dropped: string[] } {
  const about = disputed(name)
  const { world, ceremonyId } = about
  const before = world.network.node('a').dropped.length
  for (const bytes of make(about)) tell(world, ['a', 'b', 'c'], bytes)
  const dropped = world.network.node('a').dropped.slice(before)
  world.network.run()
  const failures = world.honest.map((id) => world.failureOf(id, ceremonyId))
  for (const failure of failures) {
    expect(blamesOf(failure)).toEqual(blamesOf(failures[0] ?? failure))
    for (const blame of failure.blamed) expectProof(world, blame, ceremonyId)
  }
  expectHonestUnblamed(world)
  const [failure] = failures
  return { blames: failure === undefined ? [] : blamesOf(failure), missing: failure === undefined ? [] : missingOf(failure), dropped }
}

/** Another signed header, as the author itself could make it. */
function resigned(author: string, { header }: SignedHeader, change: Partial<EnvelopeHeader>, body: Uint8Array): SignedHeader {
  return signedHeaderOf(reopened(sealAs(author, header, { ...header, ...change }, body)))
}

describe('T4: the view of who carries another digest', () => {
  const honest = ({ accepted, sample, lie }: Disputed): ViewBody => ({ previous: sample.sid, accepted, differing: lie })
  /** of a: carries the true digest, so it differs from LIE */
  const ofA = (about: Disputed): SignedHeader => headersOf(saidIn(about.world, about.ceremonyId), 2)[0] ?? about.lie
  const views: Readonly<Record<string, (about: Disputed) => Uint8Array>> = {
    'has headers that do not give its digest': (about) => viewBy('d', about.sample, 1, LIE, { ...honest(about), differing: ofA(about) }),
    'has the true digest, and so another one than its message': (about) => viewBy('d', about.sample, 1, about.transcript, honest(about)),
    'has a header of another that it made up': (about) => {
      const accepted = about.accepted.map((said, i) => (i === 0 ? resigned('d', said, { from: 'a' }, new Uint8Array(32)) : said))
      const forged = accepted.map((said, i) => (i === 0 ? forgedAs('a', said) : said))
      const transcript = nextTranscript(
        about.sample.sid,
        1,
        about.sample.sid,
        forged.map(({ header }) => header.bodyDigest),
      )
      return viewBy('d', about.sample, 1, transcript, { ...honest(about), accepted: forged, differing: ofA(about) })
    },
    'has its own header in the place of another': (about) => {
      const accepted = about.accepted.map((said, i) => (i === 0 ? (about.accepted[3] ?? said) : said))
      const transcript = nextTranscript(
        about.sample.sid,
        1,
        about.sample.sid,
        accepted.map(({ header }) => header.bodyDigest),
      )
      return viewBy('d', about.sample, 1, transcript, { ...honest(about), accepted, differing: ofA(about) })
    },
    'has headers over another start': (about) => {
      const digests = about.accepted.map(({ header }) => header.bodyDigest)
      return viewBy('d', about.sample, 1, nextTranscript(about.sample.sid, 1, LIE, digests), {
        ...honest(about),
        previous: LIE,
        differing: ofA(about),
      })
    },
  }
  for (const [what, make] of Object.entries(views)) {
    it(`${what}: proven by everybody`, () => {
      expect(verdictOn(what, (about) => [make(about)])).toMatchObject({ blames: ['d bad-view'], missing: [] })
    })
  }

  it('shows another message of its author: both, view and messages, are held against it', () => {
    const { blames } = verdictOn('two words', (about) => {
      const other = resigned('d', about.accepted[3] ?? about.lie, {}, flipped(new Uint8Array(32)))
      const accepted = [...about.accepted.slice(0, 3), other]
      const transcript = nextTranscript(
        about.sample.sid,
        1,
        about.sample.sid,
        accepted.map(({ header }) => header.bodyDigest),
      )
      return [viewBy('d', about.sample, 1, transcript, { ...honest(about), accepted, differing: ofA(about) })]
    })
    expect(blames).toEqual(['d bad-view', 'd equivocation'])
  })

  const dropped: Readonly<Record<string, (about: Disputed) => Uint8Array>> = {
    'shows no difference': (about) => viewBy('d', about.sample, 1, LIE, honest(about)),
    'shows a difference that nobody signed': (about) => {
      const unsigned = forgedAs('a', resigned('d', ofA(about), { previousTranscript: new Uint8Array(32).fill(3) }, new Uint8Array(1)))
      return viewBy('d', about.sample, 1, LIE, { ...honest(about), differing: unsigned })
    },
    'shows a header that says nothing of the stage': (about) =>
      viewBy('d', about.sample, 1, LIE, { ...honest(about), differing: about.accepted[0] ?? about.lie }),
    'shows a share that was sent to all': (about) => {
      const misaddressed = resigned('d', about.lie, { stage: 3, previousTranscript: LIE }, new Uint8Array(1))
      return viewBy('d', about.sample, 2, about.transcript, { ...honest(about), differing: misaddressed })
    },
  }
  for (const [what, make] of Object.entries(dropped)) {
    it(`${what}: dropped, and its author stays missing`, () => {
      const { blames, missing, dropped: reasons } = verdictOn(what, (about) => [make(about)])
      expect([blames, missing, reasons]).toEqual([[], ['d'], ['malformed']])
    })
  }

  const malformed: Readonly<Record<string, (about: Disputed) => Uint8Array>> = {
    'of a private stage': (about) => viewBy('d', about.sample, 3, about.transcript, honest(about)),
    'of a stage that there is not': (about) => viewBy('d', about.sample, 5, about.transcript, honest(about)),
    'with a header too few': (about) =>
      viewBy('d', about.sample, 1, about.transcript, { ...honest(about), accepted: about.accepted.slice(1) }),
    'with a byte too many': (about) =>
      sealAs('d', about.sample, { stage: 0x41, previousTranscript: about.transcript }, new Uint8Array(300)),
  }
  for (const [what, make] of Object.entries(malformed)) {
    it(`${what} is malformed, and proof`, () => {
      expect(verdictOn(what, (about) => [make(about)]).blames).toEqual(['d malformed'])
    })
  }

  it('sent to one node is malformed, and proof', () => {
    const about = disputed('private view')
    const { world, ceremonyId } = about
    tell(world, ['a'], viewBy('d', about.sample, 1, about.transcript, honest(about), { to: 'a' }))
    expect(blamesOf(world.failureOf('a', ceremonyId))).toEqual(['d malformed'])
  })

  it('is one: a second one that differs is proof, the same again is a duplicate', () => {
    const { blames, dropped: reasons } = verdictOn('two views', (about) => {
      const one = viewBy('d', about.sample, 1, LIE, honest(about))
      return [one, one, viewBy('d', about.sample, 1, LIE, { ...honest(about), previous: LIE })]
    })
    expect(blames).toEqual(['d equivocation'])
    expect(reasons).toEqual(['malformed', 'duplicate'])
  })

  it('T12: changes nothing when it comes after the end', () => {
    const about = disputed('late view')
    about.world.network.run()
    const node = about.world.network.node('a')
    const effects = node.log.length
    tell(about.world, ['a'], viewBy('d', about.sample, 1, about.transcript, honest(about)))
    expect(node.dropped.at(-1)).toBe('late')
    expect(node.log).toHaveLength(effects)
  })
})

/** b waits for c in stage 1 until the release. */
function slowFirst(name: string): { readonly world: World; readonly release: () => void } {
  let waiting = true
  const held: Uint8Array[] = []
  const world: World = makeWorld(name, 4, {
    intercept: (delivery) => {
      if (!waiting || delivery.from !== 'c' || delivery.to !== 'b' || stageOf(delivery.bytes) !== 1)
        return world.adversary.intercept(delivery)
      held.push(delivery.bytes)
      return []
    },
  })
  const release = (): void => {
    waiting = false
    for (const bytes of held) tell(world, ['b'], bytes)
  }
  return { world, release }
}

describe('a node that has no digest of its own', () => {
  it('compares what came early as soon as it has one, before its own next message leaves', () => {
    const { world, release } = slowFirst('early lie')
    // Only b is told of it, and only by d's early message.
    world.adversary.corrupt('d', ({ envelope, recipient, reseal }) => {
      if (envelope.header.stage < 2) return [envelope.bytes]
      return recipient === 'b' ? [reseal({ header: { previousTranscript: LIE } })] : []
    })
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.runUntil(2_000)
    release()
    world.network.run()
    const own = saidIn(world, ceremonyId).filter(({ header }) => header.from === 'b')
    expect(own.map(({ header }) => header.stage).filter((stage) => stage < 0x7f)).toEqual([1, 0x41])
    for (const id of world.honest) expect(missingOf(world.failureOf(id, ceremonyId))).toEqual(['d'])
  })

  it('passes the first view on and misses who was asked: nobody honest is named, whoever the view was shown to', () => {
    const { world, release } = slowFirst('without a digest')
    world.adversary.corrupt('d', lyingDigest(2))
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.runUntil(2_000)
    release()
    world.network.run()
    const sentByB = world.network.sent.filter(({ from, bytes }) => from === 'b' && stageOf(bytes) === 0x41)
    expect(sentByB.length).toBeGreaterThan(0)
    expect(new Set(sentByB.map(({ bytes }) => reopened(bytes).header.from))).not.toContain('b')
    for (const id of world.honest) {
      const { blamed, missing } = world.failureOf(id, ceremonyId)
      for (const { validator } of [...blamed, ...missing]) expect(validator).toBe('d')
      expect(blamed.length + missing.length).toBeGreaterThan(0)
    }
  })
})

/** The same header under somebody's name, with the signature of another. */
function forgedAs(from: string, said: SignedHeader): SignedHeader {
  const bytes = new Uint8Array(said.bytes)
  // version, frame, scheme, kind, ceremony id, sid and stage stand before the length of the author's id
  bytes[4 + 8 + 32 + 1 + 1] = from.charCodeAt(0)
  return decodeSignedHeader(bytes, NETWORK)
}

/** The nonces of Stinson-Strobl: gone after every end, never stored, and another polynomial for every message, whatever the source of randomness does. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { HedgedRandom } from '../../src/crypto/hedged-random.ts'
import { decodeCommitments } from '../../src/wire/bodies.ts'
import { seededRandom } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { envelopesOf, makeWorld, messageOf } from './support.ts'
import { WatchedWorld } from './watched-world.ts'

const STROBL = { protocol: 'stinson-strobl' } as const
const go = () => 'go on' as const

describe('ancestor fault 14: what is left in memory of a signing', () => {
  it('after a success, and after a timeout in any stage: nothing, and the store is as it was', () => {
    for (const stage of [0, 1, 2, 3, 4, 5]) {
      const watched = new WatchedWorld(`strobl timeout ${stage}`, 3, go, STROBL)
      const { world } = watched
      const key = world.makeKey('bip340', 2)
      const stored = JSON.stringify([...world.network.node('a').store])
      world.adversary.corrupt('b', ({ envelope }) => (envelope.header.stage === stage ? [] : [envelope.bytes]))
      const ceremonyId = world.startSigning(key, world.ids, [messageOf('1'), messageOf('2')])
      world.network.run()
      expect(world.network.outcome('a', ceremonyId).status).toBe(stage === 0 ? 'success' : 'failure')
      expect(watched.watched).toBeGreaterThan(10)
      expect(watched.left(), `stage ${stage}`).toEqual([])
      expect(JSON.stringify([...world.network.node('a').store])).toBe(stored)
    }
  })

  it('after a local end at any moment, with a job under way or not: nothing', () => {
    let ended = false
    for (let effects = 1; !ended; effects++) {
      const watched = new WatchedWorld(`strobl ${effects}`, 2, go, STROBL)
      const { world } = watched
      const key = world.makeKey('evm', 2)
      const node = world.network.node('a')
      const before = node.log.length
      const ceremonyId = world.startSigning(key, world.ids, [messageOf('x')])
      while (node.log.length < before + effects && !node.outcomes.has(ceremonyId)) world.network.runUntil(world.network.now + 0.25)
      ended = node.outcomes.has(ceremonyId)
      world.network.abort('a', ceremonyId)
      expect(watched.left(), `after ${effects} effects`).toEqual([])
    }
  })

  it('after a complaint: nothing', () => {
    for (const victim of ['a', 'c']) {
      const watched = new WatchedWorld(`strobl complaint ${victim}`, 3, go, STROBL)
      const { world } = watched
      const key = world.makeKey('bip340', 2)
      world.adversary.corrupt('b', ({ envelope, recipient, reseal }) => [
        envelope.header.stage === 3 && recipient === victim ? reseal({ body: envelope.body.map((byte) => byte ^ 1) }) : envelope.bytes,
      ])
      const ceremonyId = world.startSigning(key, world.ids, [messageOf('1')])
      world.network.run()
      expect(world.failureOf('a', ceremonyId).blamed).toMatchObject([{ validator: 'b', fault: 'bad-share' }])
      expect(watched.left()).toEqual([])
    }
  })
})

describe('fresh polynomials', () => {
  it('N3, N4, N5: a source that repeats itself draws other polynomials for another attempt and for another message', () => {
    const unique = seededRandom('unique')
    let source = seededRandom('restored')
    const world = makeWorld('restored', 3, {
      ...STROBL,
      randomOf: (id) => {
        // The first block of a draw tells whether the source starts again: this one hides it.
        const random = (length: number): Uint8Array => {
          const drawn = source(length)
          drawn.set(unique(32))
          return drawn
        }
        return id === 'a' ? random : undefined
      },
    })
    const key = world.makeKey('bip340', 2)
    const points: string[] = []
    for (const message of ['1', '1', '2'].map(messageOf)) {
      // A machine that was set back to the same state before each signing.
      source = seededRandom('restored')
      const before = world.network.sent.length
      const ceremonyId = world.startSigning(key, ['a', 'b'], [message])
      world.network.run()
      expect(world.signaturesOf('a', ceremonyId)).toHaveLength(1)
      const sent = envelopesOf(world.network.sent.slice(before))
      const body = sent.find(({ header }) => header.stage === 2 && header.from === 'a')?.body ?? new Uint8Array()
      const { commitments } = decodeCommitments(body)
      points.push(toHex(commitments.slice(0, 64)), toHex(commitments.slice(64)))
    }
    expect(new Set(points).size).toBe(6)
  })

  it('N6: what is drawn depends on source, ceremony, share and place, and a source that starts again is refused', () => {
    const [sid, share] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const of = (seed: string, ceremony = sid, secret = share) => new HedgedRandom(seededRandom(seed), ceremony, secret).draw(96)
    expect(of('x')).toEqual(of('x'))
    const blocks = [of('x'), of('y'), of('x', share), of('x', sid, sid)].flatMap((drawn) =>
      [0, 32, 64].map((at) => toHex(drawn.slice(at, at + 32))),
    )
    expect(new Set(blocks).size).toBe(12)
    const hedged = new HedgedRandom(seededRandom('x'), sid, share)
    expect([hedged.draw(0).length, hedged.draw(5).length, hedged.draw(33).length]).toEqual([0, 5, 33])
    const constant = new HedgedRandom((length) => new Uint8Array(length).fill(9), sid, share)
    expect(refusalOf(() => constant.draw(32))).toBe('ERR_INVALID_ARGUMENT random')
    const restarting = new HedgedRandom((length) => seededRandom('again')(length), sid, share)
    restarting.draw(32)
    expect(refusalOf(() => restarting.draw(64))).toBe('ERR_INVALID_ARGUMENT random')
  })

  it('the same bytes under node:crypto', () => {
    const [sid, share] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const drawn = new HedgedRandom(seededRandom('bytes'), sid, share).draw(64)
    // The first block of a draw is there to tell a source that starts again.
    const fresh = seededRandom('bytes')(96).slice(32)
    const tag = hash(Buffer.from('quorate/v1/hedged-draw', 'ascii'))
    const block = (place: number) =>
      hash(Buffer.concat([tag, tag, sid, share, Buffer.of(0, 0, 0, place), fresh.slice(32 * place, 32 * place + 32)]))
    expect(toHex(drawn)).toBe(Buffer.concat([block(0), block(1)]).toString('hex'))
  })
})

function hash(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

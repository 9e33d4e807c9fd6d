/** What nodes put on a memory bus, for whoever looks at the whole conversation afterwards. */
import type { Bus } from '../../src/bus/contract.ts'
import { MemoryBus } from '../../src/bus/memory.ts'
import { toHex } from '../../src/bytes.ts'
import { decodeEnvelope, peekFrame } from '../../src/wire/envelope.ts'
import { type CeremonyId, type Envelope, FIRST_STAGE, FRAME } from '../../src/wire/message.ts'
import type { NamedSlots } from '../simulation/ledger.ts'
import { wrapBus } from './wrapped-bus.ts'

export class Traffic {
  /** what authors published themselves: every header once, in the order in which it was first said */
  readonly envelopes: Envelope[] = []
  readonly bus: Bus
  readonly #heard: (envelope: Envelope) => void
  readonly #network: string
  readonly #seen = new Set<string>()

  /** @param heard called for each of `envelopes`, before it travels on */
  constructor(heard: (envelope: Envelope) => void = () => {}, network = 'test') {
    this.#heard = heard
    this.#network = network
    this.bus = wrapBus(new MemoryBus(), {
      publish: ({ from, subject, bytes }) => {
        if (subject === 'P2P' && peekFrame(bytes)?.frame === FRAME.envelope) this.#record(from, bytes)
        return [bytes]
      },
    })
  }

  /** Which slots a sid names, where its request named some and it is not what the signers fell back to: nobody made nonces in it. */
  slotsOf(named: ReadonlyMap<CeremonyId, NamedSlots>): (sid: Uint8Array) => NamedSlots | undefined {
    const signings = this.envelopes.map(({ header }) => header).filter(({ kind }) => kind === 'sign')
    const withNonces = new Set(signings.filter(({ stage }) => stage === FIRST_STAGE).map(({ sid }) => toHex(sid)))
    const bySid = new Map(signings.map(({ sid, ceremonyId }) => [toHex(sid), ceremonyId]))
    return (sid) => (withNonces.has(toHex(sid)) ? undefined : named.get(bySid.get(toHex(sid)) ?? 0n))
  }

  /** What was sent again, or is forwarded for somebody else, has a header that is known. */
  #record(from: string, bytes: Uint8Array): void {
    const envelope = decodeEnvelope(new Uint8Array(bytes), this.#network)
    const hash = toHex(envelope.headerHash)
    if (envelope.header.from !== from || this.#seen.has(hash)) return
    this.#seen.add(hash)
    this.envelopes.push(envelope)
    this.#heard(envelope)
  }
}

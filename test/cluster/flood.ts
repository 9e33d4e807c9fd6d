/**
 * A member that floods the group: everything that its broker key lets it say, as fast as it is told to, none of it worth
 * anything. A process of its own, so that it takes no time of whoever measures: `node flood.js '<JSON of FloodOrder>'`, until SIGTERM.
 */
import type { NatsConnection } from '@nats-io/transport-node'
import { loadNodeConfig } from '../../src/node/config/node.ts'
import { openIdentity, openUnlock } from '../../src/node/open.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import type { Identity } from '../../src/wire/identity.ts'
import { FRAME, WIRE_VERSION } from '../../src/wire/message.ts'
import { Dice } from '../simulation/dice.ts'
import { type BrokerAccess, connectAs, nkeySeedIn } from './broker-user.ts'

const TICK_MS = 10
/** Made before the flood: what it costs to make junk is not what is measured. */
const VARIETY = 2_000

export interface Flooder {
  readonly self: string
  readonly identity: Identity
  readonly network: string
  readonly group: string
  readonly others: readonly string[]
}

export interface Junk {
  readonly subject: string
  readonly bytes: Uint8Array
}

/** One of each kind in turn: noise, noise that begins like a frame, an envelope with a wrong signature, one of a ceremony that is not, and so to one alone. */
export function makeJunk({ self, identity, network, group, others }: Flooder, dice: Dice): readonly Junk[] {
  const prefix = `quorate.v1.${group}.${self}`
  const noise = () => dice.bytes(dice.between(1, 600))
  const framed = () => {
    const bytes = dice.bytes(dice.between(200, 600))
    bytes.set([WIRE_VERSION, dice.pick(Object.values(FRAME)), 1])
    return bytes
  }
  const envelope = (to: string | null = null) => {
    const sid = dice.bytes(32)
    // Ids that a node may hold early messages of, and ids that are long gone.
    const ceremonyId = BigInt(Date.now()) + BigInt(dice.between(-5_000, 5_000))
    const header = { kind: 'sign', ceremonyId, sid, stage: 1, from: self, to, previousTranscript: sid } as const
    return sealEnvelope(identity, network, header, dice.bytes(128)).bytes
  }
  const kinds: readonly (() => Junk)[] = [
    () => ({ subject: `${prefix}.p2p`, bytes: noise() }),
    () => ({ subject: `${prefix}.p2p`, bytes: framed() }),
    () => ({ subject: `${prefix}.p2p`, bytes: dice.flipped(envelope(), 120) }),
    () => ({ subject: `${prefix}.p2p`, bytes: envelope() }),
    () => ({ subject: `${prefix}.p2p.${dice.pick(others)}`, bytes: framed() }),
    () => {
      const to = dice.pick(others)
      return { subject: `${prefix}.p2p.${to}`, bytes: envelope(to) }
    },
    () => ({ subject: `${prefix}.ready`, bytes: framed() }),
  ]
  return Array.from({ length: VARIETY }, (_, i) => kinds[i % kinds.length]?.() ?? { subject: `${prefix}.p2p`, bytes: noise() })
}

/** Resolves with how many it sent, once it is ended. What the broker or this machine does not keep up with is sent late, not left out. */
async function flood(connection: NatsConnection, junk: readonly Junk[], perSecond: number, until: AbortSignal): Promise<number> {
  const started = performance.now()
  let sent = 0
  while (!until.aborted) {
    const due = ((performance.now() - started) / 1_000) * perSecond
    for (; sent < due; sent++) {
      const { subject, bytes } = junk[sent % junk.length] ?? { subject: '', bytes: new Uint8Array(0) }
      connection.publish(subject, bytes)
    }
    await connection.flush()
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  return sent
}

/** What the process is told. */
export interface FloodOrder {
  readonly access: BrokerAccess
  readonly nkeyFile: string
  /** configuration of the member's node, which holds its identity */
  readonly config: string
  readonly group: string
  readonly others: readonly string[]
  readonly perSecond: number
  readonly seed: string
}

async function run(order: FloodOrder): Promise<void> {
  const ending = new AbortController()
  process.once('SIGTERM', () => ending.abort())
  const config = loadNodeConfig({ file: order.config, env: {} })
  const identity = await openIdentity(config, await openUnlock(config))
  const { self, network } = config
  const junk = makeJunk({ self, identity, network, group: order.group, others: order.others }, new Dice(order.seed))
  const connection = await connectAs(self, nkeySeedIn(order.nkeyFile), order.access)
  process.stdout.write('flooding\n')
  const sent = await flood(connection, junk, order.perSecond, ending.signal)
  process.stdout.write(`sent ${sent}\n`)
  await connection.close()
}

const [script = '', order] = process.argv.slice(1)
if (/\bcluster\/flood\.js$/.test(script) && order !== undefined) await run(JSON.parse(order))

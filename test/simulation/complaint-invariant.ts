/** A complaint ends a Stinson-Strobl signing before any LocalSig exists: who has sent one, or has taken one from a peer, sends none after it. */
import { equalBytes } from '../../src/bytes.ts'
import { peekHeader } from '../../src/wire/envelope.ts'
import { STAGE_NUMBER } from '../../src/wire/message.ts'
import type { CeremonyFacts } from './facts.ts'
import type { RunRecord } from './run.ts'
import type { SimulatedNode } from './simulated-node.ts'

const { Confirm, LocalSig } = STAGE_NUMBER.stinsonStrobl
/** status, and a hash: every other `Confirm` is one with complaints */
const OK_BYTES = 33

function isOf({ ceremonyId, sid }: CeremonyFacts, bytes: Uint8Array, stage: number): boolean {
  const header = peekHeader(bytes)?.header
  return header?.stage === stage && header.ceremonyId === ceremonyId && equalBytes(header.sid, sid)
}

/** The body is the end of an envelope, behind its length. */
function isComplaint(facts: CeremonyFacts, bytes: Uint8Array): boolean {
  if (!isOf(facts, bytes, Confirm)) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return bytes.length < OK_BYTES + 4 || view.getUint32(bytes.length - OK_BYTES - 4) !== OK_BYTES
}

/** The number of effects that a node had when it first said or heard of a complaint; infinity: it did not. */
function complainedAt(node: SimulatedNode, facts: CeremonyFacts): number {
  const said = node.log.findIndex(({ effect }) => effect.type === 'send' && isComplaint(facts, effect.bytes))
  const heard = node.taken.find(({ bytes }) => isComplaint(facts, bytes))?.effects ?? Number.POSITIVE_INFINITY
  return Math.min(said < 0 ? Number.POSITIVE_INFINITY : said, heard)
}

export function noShareAfterComplaint({ plan, honest, network }: RunRecord): string[] {
  return plan.ceremonies.flatMap((facts) => {
    if (facts.kind !== 'sign' || !facts.secretSharing) return []
    return honest.flatMap((id) => {
      const node = network.node(id)
      const from = complainedAt(node, facts)
      const sent = node.log.findIndex(({ effect }, i) => i >= from && effect.type === 'send' && isOf(facts, effect.bytes, LocalSig))
      return sent < 0 ? [] : [`${id} sent a LocalSig of ${facts.ceremonyId} after a complaint`]
    })
  })
}

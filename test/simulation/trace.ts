/** One run in words: the plan, every message with its lies, every outcome. */
import { outcomeOf } from './endings.ts'
import { type CeremonyFacts, stageNames } from './facts.ts'
import type { SimulatedNetwork } from './network.ts'
import type { Plan, RunRecord } from './run.ts'
import type { LogEntry } from './simulated-node.ts'
import { summary } from './world.ts'

export function describePlan({
  seed,
  ids,
  corrupted,
  minSigners,
  suite,
  protocol,
  weather,
  ceremonies,
  assignments,
  aligned,
  pure,
  stopped,
  restarted,
}: Plan): string {
  return [
    `seed ${seed}: ${ids.length} nodes, ${minSigners} sign, ${suite}, ${protocol}; corrupted: ${corrupted.join(' ') || 'nobody'}; network: ${weather.name}`,
    `lies carry ${aligned ? "their recipient's" : "the author's own"} digest${pure === null ? '' : `; one lie only: ${pure.name}`}`,
    ...ceremonies.map(({ ceremonyId, kind, participants, messages }) =>
      [`  ${ceremonyId} ${kind} of ${participants.join(' ')}`, ...(kind === 'sign' ? [`${messages.length} message(s)`] : [])].join(', '),
    ),
    ...assignments.map(
      ({ author, ceremonyId, strategy, victims }) => `  ${author} in ${ceremonyId}: ${strategy.name}, to ${victims.join(' ')}`,
    ),
    ...(restarted === null ? [] : [`  ${restarted.id} dies and starts again at ${restarted.atMs} ms`]),
    ...(stopped === null ? [] : [`  the operator of ${stopped.id} ends ${stopped.ceremonyId} after ${stopped.afterMs} ms`]),
  ].join('\n')
}

function stageName(facts: CeremonyFacts | undefined, stage: number): string {
  if (stage === 0x7f) return 'abort'
  if (stage > 0x40) return `view of ${stage - 0x40}`
  return (facts === undefined ? [] : stageNames(facts))[stage - 1] ?? `stage ${stage}`
}

type Decode = (bytes: Uint8Array) => { readonly ceremonyId: bigint; readonly stage: number } | null

/** What honest and corrupted machines did, by time. */
export function describeLog(network: SimulatedNetwork, ceremonies: readonly CeremonyFacts[], decode: Decode): string[] {
  const lines: { at: number; text: string }[] = []
  for (const { id, log } of network.nodes.values()) for (const entry of log) lines.push(...lineOf(id, entry, ceremonies, decode))
  return lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `${at.toFixed(1).padStart(10)} ms  ${text}`)
}

function lineOf(
  id: string,
  { at, effect }: LogEntry,
  ceremonies: readonly CeremonyFacts[],
  decode: Decode,
): { at: number; text: string }[] {
  switch (effect.type) {
    case 'send': {
      const header = decode(effect.bytes)
      const facts = ceremonies.find(({ ceremonyId }) => ceremonyId === header?.ceremonyId)
      const what = header === null ? `a frame of ${effect.bytes.length} bytes` : `${stageName(facts, header.stage)} of ${header.ceremonyId}`
      return [{ at, text: `${id} sends ${what} to ${effect.to ?? 'all'}` }]
    }
    case 'dropped':
      return [{ at, text: `${id} drops a message: ${effect.reason}` }]
    case 'internalError':
      return [{ at, text: `${id} fails: ${String(effect.error)}` }]
    case 'event': {
      const outcome = outcomeOf(effect)
      return outcome === null ? [] : [{ at, text: `${id} ends ${outcome.ceremonyId}: ${summary(outcome)}` }]
    }
    default:
      return []
  }
}

export function describeOutcomes({ plan, network, honest }: RunRecord): string[] {
  return plan.ceremonies.flatMap(({ ceremonyId, participants }) =>
    participants.map((id) => {
      const [outcome] = network.node(id).outcomes.get(ceremonyId) ?? []
      const words = outcome === undefined ? 'no outcome' : summary(outcome)
      return `${ceremonyId} ${id}${honest.includes(id) ? '' : ' (corrupted)'}: ${words}`
    }),
  )
}

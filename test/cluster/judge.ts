/**
 * What must hold in everything that honest nodes said, however often their processes were killed: one session under one ceremony id, one message in
 * one place, nothing new in a ceremony of a former process, and no nonce commitment with two challenges.
 */
import { toHex } from '../../src/bytes.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { NonceLedger } from '../simulation/ledger.ts'
import type { Said } from './traffic-record.ts'

export interface Judgement {
  readonly violations: readonly string[]
  readonly ceremonies: number
  readonly messages: number
  /** signature shares whose commitments were heard too */
  readonly judgedShares: number
  /** shares whose commitments were not: the broker was away meanwhile */
  readonly unjudgedShares: number
}

const FIRST_STAGE = 1
const FROST_SHARE_STAGE = 2

/** FROST's second stage: one scalar a message. */
function isShare({ header, body }: Envelope): boolean {
  return header.kind === 'sign' && header.stage === FROST_SHARE_STAGE && body.length % 32 === 0
}

const placeOf = ({ header }: Envelope): string => `${header.from} ${toHex(header.sid)}`

export function judge(all: readonly Said[]): Judgement {
  const violations = [...sessionViolations(all), ...placeViolations(all), ...lifeViolations(all)]
  const committed = new Set(all.filter(({ envelope }) => envelope.header.stage === FIRST_STAGE).map(({ envelope }) => placeOf(envelope)))
  const shares = all.filter(({ envelope }) => isShare(envelope))
  const unjudged = new Set(shares.filter(({ envelope }) => !committed.has(placeOf(envelope))).map(({ envelope }) => envelope))
  const bySid = new Map<string, Envelope[]>()
  for (const { envelope } of all) {
    if (unjudged.has(envelope)) continue
    const sid = toHex(envelope.header.sid)
    const session = bySid.get(sid) ?? []
    session.push(envelope)
    bySid.set(sid, session)
  }
  // One run a session: so a point that two sessions of one ceremony id share is found as well.
  const ledger = new NonceLedger()
  for (const [sid, envelopes] of bySid) {
    // In the order of their stages: on its way to us one author's message may have been forwarded by another, late.
    violations.push(
      ...ledger.enter(
        sid.slice(0, 16),
        envelopes.sort((a, b) => a.header.stage - b.header.stage),
      ),
    )
  }
  return {
    violations,
    ceremonies: new Set(all.map(({ envelope }) => envelope.header.ceremonyId)).size,
    messages: all.length,
    judgedShares: shares.length - unjudged.size,
    unjudgedShares: unjudged.size,
  }
}

/** One author, one ceremony id, one session. */
function sessionViolations(all: readonly Said[]): string[] {
  const sessions = new Map<string, string>()
  const violations = new Set<string>()
  for (const { envelope } of all) {
    const { from, ceremonyId, sid } = envelope.header
    const key = `${from} ${ceremonyId}`
    const known = sessions.get(key)
    if (known === undefined) sessions.set(key, toHex(sid))
    else if (known !== toHex(sid)) violations.add(`${from} used ceremony id ${ceremonyId} for two sessions`)
  }
  return [...violations]
}

/** One author, one session, one stage, one addressee: one message. */
function placeViolations(all: readonly Said[]): string[] {
  const places = new Map<string, string>()
  const violations = new Set<string>()
  for (const { envelope } of all) {
    const { from, ceremonyId, stage, to } = envelope.header
    const key = `${placeOf(envelope)} ${stage} ${to ?? ''}`
    const hash = toHex(envelope.headerHash)
    const known = places.get(key)
    if (known === undefined) places.set(key, hash)
    else if (known !== hash) violations.add(`${from} said two things at stage ${stage} of ceremony ${ceremonyId}`)
  }
  return [...violations]
}

/** A process says nothing new in a ceremony that a former process of the node had taken part in. */
function lifeViolations(all: readonly Said[]): string[] {
  const lives = new Map<string, number>()
  const violations = new Set<string>()
  for (const { envelope, life } of all) {
    // What others forward may come at any time.
    if (life === null) continue
    const { from, ceremonyId } = envelope.header
    const key = `${from} ${ceremonyId}`
    const known = lives.get(key)
    if (known === undefined) lives.set(key, life)
    else if (known !== life) violations.add(`${from} went on with ceremony ${ceremonyId} after it was restarted`)
  }
  return [...violations]
}

/** Audits of what honest nodes recorded among composed lies: they name whom the nodes named, nobody honest, and tell no secret. */
import { expect, it } from 'vitest'
import { equalBytes, toHex } from '../../src/bytes.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { auditRecorded } from '../../src/ceremony/transcript/audit.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { perform, type RunRecord } from '../simulation/run.ts'
import { summary } from '../simulation/world.ts'

const RUNS = 40

interface Seen {
  audits: number
  broken: number
  complete: number
}

/** What a node recorded, by ceremony: two transcripts of a signing over slots that fell back. */
function recordedBy({ network }: RunRecord, id: string): ReadonlyMap<bigint, readonly Uint8Array[]> {
  const all = new Map<bigint, Uint8Array[]>()
  for (const { effect } of network.node(id).log) {
    if (effect.type !== 'transcript') continue
    const { ceremonyId } = effect.info
    all.set(ceremonyId, [...(all.get(ceremonyId) ?? []), effect.bytes])
  }
  return all
}

/** @returns what does not hold in one run */
function check(record: RunRecord, seen: Seen): string[] {
  const { kernel, network, honest, plan, secrets } = record
  const wrong: string[] = []
  const hidden = secrets.map(toHex)
  for (const id of honest) {
    for (const [ceremonyId, transcripts] of recordedBy(record, id)) {
      const audits = transcripts.map((bytes) => auditRecorded(kernel, bytes, network.roster))
      const blamed = audits.flatMap((audit) => audit.blamed)
      const outcome = network.outcome(id, ceremonyId)
      const say = (what: string): void => void wrong.push(`${id} in ${ceremonyId}, ${summary(outcome)}: ${what}`)
      const named = new Set(blamed.map(({ validator }) => validator))
      for (const validator of named) if (!plan.corrupted.includes(validator)) say(`the audit blames the honest ${validator}`)
      for (const { validator, evidence } of blamed) {
        const verdict = judgeEvidence(kernel, evidence, network.roster)
        if (!verdict.valid || verdict.validator !== validator) say(`the evidence against ${validator} convinces nobody`)
      }
      const complete = audits.filter(({ status }) => status === 'complete')
      const broken = audits.some(({ status }) => status === 'broken')
      if (outcome.status === 'failure') {
        for (const { validator } of outcome.blamed) if (!named.has(validator)) say(`the audit does not name ${validator}`)
      } else {
        if (complete.length === 0 && !broken) say('nothing that it recorded is complete')
        const same = ({ result }: (typeof audits)[number]): boolean => {
          const signatures = result !== null && 'signatures' in result ? result.signatures : []
          return !('signatures' in outcome) || outcome.signatures.every((one, i) => equalBytes(one, signatures[i] ?? new Uint8Array()))
        }
        if (complete.length > 0 && !complete.some(same)) say('the audit comes to other signatures')
      }
      const texts = transcripts.map(toHex)
      if (hidden.some((secret) => texts.some((text) => text.includes(secret)))) say('the transcript holds a secret')
      seen.audits += audits.length
      seen.broken += broken ? 1 : 0
      seen.complete += complete.length
    }
  }
  return wrong
}

it(`${RUNS} runs with composed lies`, () => {
  const seen: Seen = { audits: 0, broken: 0, complete: 0 }
  for (let i = 0; i < RUNS; i++) {
    const seed = `transcript ${i}`
    const record = perform({ seed, kernel: sharedKernel(), settings: { transcripts: true } })
    expect(check(record, seen), `seed ${seed}`).toEqual([])
  }
  expect(seen.audits).toBeGreaterThan(RUNS)
  expect(seen.broken).toBeGreaterThan(RUNS / 4)
  expect(seen.complete).toBeGreaterThan(0)
})

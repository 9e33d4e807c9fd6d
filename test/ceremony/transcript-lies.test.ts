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

/** @returns what does not hold in one run */
function check({ kernel, network, honest, plan, secrets }: RunRecord, seen: Seen): string[] {
  const wrong: string[] = []
  const hidden = secrets.map(toHex)
  for (const id of honest) {
    for (const [ceremonyId, bytes] of network.node(id).transcripts) {
      const audit = auditRecorded(kernel, bytes, network.roster)
      const outcome = network.outcome(id, ceremonyId)
      const say = (what: string): void => void wrong.push(`${id} in ${ceremonyId}, ${summary(outcome)}: ${what}`)
      const named = new Set(audit.blamed.map(({ validator }) => validator))
      for (const validator of named) if (!plan.corrupted.includes(validator)) say(`the audit blames the honest ${validator}`)
      for (const { validator, evidence } of audit.blamed) {
        const verdict = judgeEvidence(kernel, evidence, network.roster)
        if (!verdict.valid || verdict.validator !== validator) say(`the evidence against ${validator} convinces nobody`)
      }
      if (outcome.status === 'failure') {
        for (const { validator } of outcome.blamed) if (!named.has(validator)) say(`the audit does not name ${validator}`)
        if (audit.status === 'complete' && 'reason' in outcome && outcome.blamed.length > 0) say('the audit finds nothing wrong')
      } else {
        if (audit.status !== 'complete' && audit.status !== 'broken') say(`a success is ${audit.status}`)
        const signatures = audit.result !== null && 'signatures' in audit.result ? audit.result.signatures : []
        const same = !('signatures' in outcome) || outcome.signatures.every((one, i) => equalBytes(one, signatures[i] ?? new Uint8Array()))
        if (audit.status === 'complete' && !same) say('the audit comes to other signatures')
      }
      const text = toHex(bytes)
      if (hidden.some((secret) => text.includes(secret))) say('the transcript holds a secret')
      seen.audits += 1
      seen.broken += audit.status === 'broken' ? 1 : 0
      seen.complete += audit.status === 'complete' ? 1 : 0
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

/** Evidence in aborts: what proves counts, and what does not prove costs no more than one look. */
import { describe, expect, it } from 'vitest'
import { hearAbort } from '../../src/ceremony/aborts.ts'
import { makeEvidence } from '../../src/ceremony/evidence/container.ts'
import type { EvidenceVerdict } from '../../src/ceremony/evidence/verify.ts'
import { seededRandom } from '../helpers/random.ts'

const sid = seededRandom('sid')(32)
const piece = makeEvidence({ fault: 'malformed', accused: 'b', context: new Uint8Array(1) })

/** What node a makes of an abort of c, when the judge says this of one piece after the other; and how many it judged. */
function hear(verdicts: readonly (string | null)[], of = sid) {
  let judged = 0
  const judge = (): EvidenceVerdict => {
    const validator = verdicts[judged] ?? null
    judged += 1
    if (validator === null) return { valid: false, reason: 'not proven' }
    return { valid: true, validator, fault: 'malformed', kind: 'keygen', ceremonyId: 1n, sid: of }
  }
  const heard = hearAbort({ type: 'evidence', evidence: verdicts.map(() => piece) }, 'c', { sid, self: 'a', judge })
  return { heard, judged }
}

describe('evidence in an abort', () => {
  it('one piece against each: all are blamed', () => {
    const { heard } = hear(['d', 'b'])
    expect(heard).toMatchObject({ type: 'proven', blamed: [{ validator: 'b' }, { validator: 'd' }], ignored: 0 })
  })

  it('after the first piece that does not verify, is of another run or accuses somebody again, none is judged', () => {
    expect(hear([null, 'b', 'd'])).toEqual({ heard: { type: 'nothing', ignored: 3 }, judged: 1 })
    expect(hear(['b', 'd'], seededRandom('other')(32))).toEqual({ heard: { type: 'nothing', ignored: 2 }, judged: 1 })
    expect(hear(['b', 'b', 'b', 'b'])).toMatchObject({ heard: { type: 'proven', blamed: [{ validator: 'b' }], ignored: 3 }, judged: 2 })
  })

  it('proof against ourselves is our own failure, and blames nobody', () => {
    expect(hear(['b', 'a'])).toEqual({ heard: { type: 'accused' }, judged: 2 })
  })
})

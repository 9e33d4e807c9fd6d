/** Evidence is shown to people with the place of the fault, whatever number its author has signed. */
import { describe, expect, it } from 'vitest'
import { makeEvidence } from '../../src/ceremony/evidence/container.ts'
import { placeOfFault } from '../../src/ceremony/evidence/where.ts'
import { encodeContext, sidOf } from '../../src/wire/context.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { ABORT_STAGE, VIEW_STAGE_BASE } from '../../src/wire/message.ts'
import { signedHeaderOf } from '../../src/wire/signed-header.ts'
import { testIdentity } from '../helpers/identities.ts'

const context = encodeContext({
  kind: 'keygen',
  network: 'places',
  ceremonyId: 1n,
  protocol: 'frost',
  suite: 'bip340',
  minSigners: 1,
  participants: ['a', 'b'].map((id) => ({ id, publicKey: testIdentity(id).publicKey })),
})
const sid = sidOf(context)

function signedAt(stage: number) {
  const header = { kind: 'keygen' as const, ceremonyId: 1n, sid, stage, from: 'a', to: null, previousTranscript: sid }
  return sealEnvelope(testIdentity('a'), 'places', header, new Uint8Array(3))
}

describe('the place of a fault', () => {
  it.each([
    [2, 'message', 'Commitments'],
    [9, 'message', null],
    [VIEW_STAGE_BASE + 4, 'view', 'Confirm'],
    [VIEW_STAGE_BASE + 15, 'view', null],
    [ABORT_STAGE, 'abort', null],
  ] as const)('number %i is a %s of stage %s', (number, sent, stage) => {
    const malformed = makeEvidence({ fault: 'malformed', accused: 'a', context, envelopes: [signedAt(number).bytes] })
    expect(placeOfFault(malformed)).toMatchObject({ sent, stage })
    const header = signedHeaderOf(signedAt(number)).bytes
    const equivocation = makeEvidence({ fault: 'equivocation', accused: 'a', context, headers: [header, header] })
    expect(placeOfFault(equivocation)).toMatchObject({ sent, stage })
  })
})

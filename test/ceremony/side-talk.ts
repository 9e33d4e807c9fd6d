/** Views and aborts made by hand, out of what was really said. */

import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { type Envelope, type EnvelopeHeader, type ValidatorId, VIEW_STAGE_BASE } from '../../src/wire/message.ts'
import { type SignedHeader, signedHeaderOf } from '../../src/wire/signed-header.ts'
import { encodeView, type ViewBody } from '../../src/wire/view.ts'
import { testIdentity } from '../helpers/identities.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { envelopesOf } from './support.ts'

/** Everything that left a machine in a ceremony, as it left it: once each. */
export function saidIn(world: World, ceremonyId: bigint): Envelope[] {
  const all = new Map(envelopesOf(world.network.sent).map((envelope) => [Buffer.from(envelope.headerHash).toString('hex'), envelope]))
  return [...all.values()].filter(({ header }) => header.ceremonyId === ceremonyId)
}

/** Signed headers of a broadcast stage in the order of the participants. */
export function headersOf(said: readonly Envelope[], stage: number): SignedHeader[] {
  return said
    .filter(({ header }) => header.stage === stage && header.to === null)
    .sort((a, b) => (a.header.from < b.header.from ? -1 : 1))
    .map(signedHeaderOf)
}

/** A message of this author in the ceremony of the sample, validly signed. */
export function sealAs(
  from: ValidatorId,
  sample: EnvelopeHeader,
  change: Partial<EnvelopeHeader> & Pick<EnvelopeHeader, 'stage'>,
  body: Uint8Array,
): Uint8Array {
  const { bodyDigest: _, ...header } = { ...sample, to: null, previousTranscript: sample.sid, from, ...change }
  return sealEnvelope(testIdentity(from), NETWORK, header, body).bytes
}

export function viewBy(
  from: ValidatorId,
  sample: EnvelopeHeader,
  k: number,
  transcript: Uint8Array,
  view: ViewBody,
  change: Partial<EnvelopeHeader> = {},
): Uint8Array {
  return sealAs(from, sample, { stage: VIEW_STAGE_BASE + k, previousTranscript: transcript, ...change }, encodeView(view))
}

/** Hands it to these, as the bus would. */
export function tell(world: World, ids: readonly ValidatorId[], bytes: Uint8Array): void {
  for (const id of ids) world.network.deliver(id, bytes)
}

export function reopened(bytes: Uint8Array): Envelope {
  return decodeEnvelope(new Uint8Array(bytes), NETWORK)
}

/** Faults, ceremonies and stages in words. */
import type { FaultPlace } from '../../ceremony/evidence/where.ts'
import type { Fault } from '../../index.ts'
import type { CeremonyKind } from '../../wire/message.ts'

export const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  'bad-hash-opening': 'revealed something else than what its hash had committed it to',
  'bad-commitment-count': 'published a wrong number of commitments, which would change how many signers the key needs',
  'bad-point': 'published a point that is not on the curve, or is the identity',
  'bad-proof': 'did not prove that it knows the secret that it committed to',
  'bad-share': 'dealt a share that does not open or does not fit its own commitments',
  'false-complaint': 'complained about a share without cause or proof',
  'bad-signature-share': 'sent a signature share that is not valid',
  'bad-certificate': 'confirmed another key than the one that follows from what it saw',
  equivocation: 'signed two different messages where it may send one',
  'bad-view': 'lied about what it had seen',
  malformed: 'signed a message that is no message of its stage',
}

export const KIND_WORDS: Readonly<Record<CeremonyKind, string>> = {
  keygen: 'key generation',
  preprocess: 'preprocessing',
  sign: 'signing',
}

/** "stage Commitments", "its view of stage Commitments", "its view of no stage", "its abort" */
export function placeWords({ sent, stage, message }: Omit<FaultPlace, 'context'>): string {
  const of = stage === null ? 'no stage' : `stage ${stage}`
  const where = { message: of, view: `its view of ${of}`, abort: 'its abort' }[sent]
  return message === undefined ? where : `${where}, message ${message}`
}

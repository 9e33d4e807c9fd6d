/** Which places of a key its signers have. */
import { concatBytes, itemOf } from '../../bytes.ts'
import { COMPRESSED_BYTES } from '../../kernel/contract.ts'
import type { SignContext } from '../../wire/context.ts'
import type { KeyRecord } from '../../wire/key-record.ts'
import { required } from '../step.ts'

/** Key indices of a signing's participants by place. The ids are sorted in both lists, so the indices ascend. */
export function signerIndices(context: Pick<SignContext, 'participants'>, record: KeyRecord): readonly number[] {
  return context.participants.map(({ id }) => {
    const place = record.participants.indexOf(id)
    return required(place < 0 ? undefined : place + 1)
  })
}

/** Verifying shares of these indices, indices x 33. */
export function verifyingSharesOf(record: KeyRecord, indices: readonly number[]): Uint8Array {
  return concatBytes(...indices.map((index) => itemOf(record.verifyingShares, index - 1, COMPRESSED_BYTES)))
}

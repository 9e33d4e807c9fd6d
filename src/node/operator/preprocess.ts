/** A preprocessing by an operator: a success once every signer reports it. */
import { assertInteger } from '../../bytes.ts'
import type { Failure } from '../../ceremony/outcome.ts'
import { QuorateError } from '../../errors.ts'
import { encodeContext, sidOf } from '../../wire/context.ts'
import { type CeremonyId, MAX_BATCH, type ValidatorId } from '../../wire/message.ts'
import type { Desk, Order, Terms } from './desk.ts'
import type { SuccessBody } from './gathering.ts'

export interface PreprocessOrder extends Terms {
  readonly keyId: string
  /** slots: one is used up by each message that is signed over them */
  readonly count: number
  /** default: as many as the key needs, of those who are ready */
  readonly signers?: readonly ValidatorId[]
}

export type PreprocessResult =
  | {
      readonly status: 'success'
      readonly ceremonyId: CeremonyId
      readonly keyId: string
      readonly signers: readonly ValidatorId[]
      readonly count: number
    }
  | Failure

export async function orderPreprocessing(desk: Desk, order: PreprocessOrder): Promise<PreprocessResult> {
  const { keyId, count } = order
  assertInteger(count, 'count', 1, MAX_BATCH)
  const status = await desk.keyStatus(keyId, order.signers ?? null, order)
  const { protocol, suite, minSigners, digest: keyDigest } = status.key
  if (protocol !== 'frost') throw new QuorateError('ERR_PROTOCOL_MISMATCH', { field: 'keyId' })
  const signers = desk.choose(status, order.signers)
  const ceremonyId = await desk.number(order, status.statuses)
  const judge = (body: SuccessBody): string | null => (body.kind === 'preprocess' && body.count === count ? null : 'it made other slots')
  const enough = (successes: ReadonlyMap<ValidatorId, SuccessBody>): boolean => successes.size === signers.length
  const instruction: Order = { kind: 'preprocess', ceremonyId, keyId, signers, count }
  const gathering = await desk.conduct(instruction, { judge, enough }, order)
  if (gathering.succeeded) return { status: 'success', ceremonyId, keyId, signers, count }
  const { network } = desk
  const participants = desk.seats(signers)
  const context = { kind: 'preprocess', network, ceremonyId, protocol, suite, minSigners, participants, keyDigest, count } as const
  return desk.failure(gathering, instruction, [sidOf(encodeContext(context))])
}

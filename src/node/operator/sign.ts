/** A signing by an operator: a success from the first report whose signatures all verify, and again with others where it failed and that was asked for. */
import { fromHex } from '../../bytes.ts'
import type { Failure } from '../../ceremony/outcome.ts'
import { assertMessagesFor } from '../../client/requests.ts'
import { verifySignature } from '../../crypto/verify-signature.ts'
import { QuorateError } from '../../errors.ts'
import type { Suite } from '../../kernel/contract.ts'
import { type ContextMode, encodeContext, messageDigest, sidOf } from '../../wire/context.ts'
import type { CeremonyId, ValidatorId } from '../../wire/message.ts'
import { sortValidatorIds } from '../../wire/validator-id.ts'
import { contested } from './choose.ts'
import type { Desk, Order, Terms } from './desk.ts'
import type { SuccessBody } from './gathering.ts'
import type { ProvenKey } from './key-proof.ts'

export interface SignOrder extends Terms {
  readonly keyId: string
  readonly messages: readonly Uint8Array[]
  /** default: as many as the key needs, of those who are ready */
  readonly signers?: readonly ValidatorId[]
  readonly preprocessed?: { readonly ceremonyId: CeremonyId; readonly firstSlot: number }
  /** further ceremonies, each without those that failed the ones before; default 0 */
  readonly retries?: number
}

export type SignResult =
  | {
      readonly status: 'success'
      readonly ceremonyId: CeremonyId
      readonly keyId: string
      readonly suite: Suite
      readonly signatures: readonly Uint8Array[]
    }
  | Failure

interface Attempt {
  readonly result: SignResult
  readonly signers: readonly ValidatorId[]
  /** what this operator saw for itself */
  readonly unheard: readonly ValidatorId[]
}

/** Of an attempt after the first. */
interface Again {
  readonly before: readonly ValidatorId[]
  readonly without: ReadonlySet<ValidatorId>
}

export async function orderSigning(desk: Desk, order: SignOrder): Promise<SignResult> {
  const { retries = 0, preprocessed: _, ceremonyId: __, ...further } = order
  const without = new Set<ValidatorId>()
  let attempt = await signOnce(desk, order, null)
  for (let again = 1; again <= retries; again++) {
    const { result, signers, unheard } = attempt
    if (result.status === 'success') break
    for (const id of [...result.blamed.map(({ validator }) => validator), ...unheard]) without.add(id)
    for (const id of contested(result.missing, without)) without.add(id)
    const others = without.size === 0 ? '' : ` without ${sortValidatorIds([...without]).join(', ')}`
    desk.tell({
      type: 'remark',
      text: `ceremony ${result.ceremonyId} failed (${result.reason}); trying again${others} (${again} of ${retries})`,
    })
    try {
      attempt = await signOnce(desk, further, { before: signers, without })
    } catch (error) {
      if (!(error instanceof QuorateError) || error.code !== 'ERR_BUS') throw error
      // The failure that there is says more than that nobody is left to try again with.
      desk.tell({ type: 'remark', text: `not tried again: ${error.message}` })
      break
    }
  }
  return attempt.result
}

async function signOnce(desk: Desk, order: SignOrder, again: Again | null): Promise<Attempt> {
  const { keyId, messages, preprocessed } = order
  const status = await desk.keyStatus(keyId, again === null ? (order.signers ?? null) : null, order)
  const { key, ready, notReady, statuses } = status
  assertMessagesFor(key.suite, messages)
  if (preprocessed !== undefined && key.protocol !== 'frost') throw new QuorateError('ERR_PROTOCOL_MISMATCH', { field: 'preprocessed' })
  const able = ready.filter((id) => again?.without.has(id) !== true)
  const signers = again === null ? desk.choose(status, order.signers) : desk.among(key, again.before, able, again.before.length, notReady)
  const ceremonyId = await desk.number(order, statuses)
  const mode: ContextMode = preprocessed === undefined ? { type: 'two-round' } : { type: 'one-round', ...preprocessed }
  const judge = judgeOf(key, messages)
  const enough = (successes: ReadonlyMap<ValidatorId, SuccessBody>): boolean => successes.size > 0
  const instruction: Order = { kind: 'sign', ceremonyId, keyId, signers, mode, messages }
  const gathering = await desk.conduct(instruction, { judge, enough }, order)
  // A signing over slots that somebody lacks is done in two rounds, which are a ceremony of their own.
  const modes: readonly ContextMode[] = mode.type === 'two-round' ? [mode] : [mode, { type: 'two-round' }]
  const sids = modes.map((each) => sidOfSigning(desk, key, { ceremonyId, signers, messages, mode: each }))
  const [first] = gathering.successes.values()
  if (first?.kind === 'sign') {
    desk.dissent(gathering, instruction, sids)
    const signatures = first.signatures.map((signature) => fromHex(signature, 'signature'))
    return { result: { status: 'success', ceremonyId, keyId, suite: key.suite, signatures }, signers, unheard: [] }
  }
  return { result: desk.failure(gathering, instruction, sids), signers, unheard: gathering.unheard }
}

function judgeOf({ suite, groupPublicKey }: ProvenKey, messages: readonly Uint8Array[]): (body: SuccessBody) => string | null {
  return (body) => {
    if (body.kind !== 'sign' || body.signatures.length !== messages.length) return 'it has not one signature for each message'
    const wrong = body.signatures.findIndex((text, i) => {
      const signature = fromHex(text, 'signature')
      return !verifySignature({ suite, groupPublicKey, message: messages[i] ?? new Uint8Array(), signature })
    })
    return wrong < 0 ? null : `its signature of message ${wrong} does not verify`
  }
}

interface Signing {
  readonly ceremonyId: CeremonyId
  readonly signers: readonly ValidatorId[]
  readonly messages: readonly Uint8Array[]
  readonly mode: ContextMode
}

function sidOfSigning(desk: Desk, key: ProvenKey, { ceremonyId, signers, messages, mode }: Signing): Uint8Array {
  const { protocol, suite, minSigners, digest: keyDigest } = key
  return sidOf(
    encodeContext({
      kind: 'sign',
      network: desk.network,
      ceremonyId,
      protocol,
      suite,
      minSigners,
      participants: desk.seats(signers),
      keyDigest,
      mode,
      messages: messages.map(messageDigest),
    }),
  )
}

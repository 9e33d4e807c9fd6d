/** A key generation by an operator: a success once every participant reports the same key. */
import { assertInteger, fromHex, toHex } from '../../bytes.ts'
import type { Failure } from '../../ceremony/outcome.ts'
import { invalidArgument } from '../../errors.ts'
import { SIGNATURE_BYTES, type Suite } from '../../kernel/contract.ts'
import { encodeContext, sidOf } from '../../wire/context.ts'
import type { CeremonyId, Protocol, ValidatorId } from '../../wire/message.ts'
import { type Desk, notEnough, type Order, type Terms } from './desk.ts'
import type { Gathering, SuccessBody } from './gathering.ts'
import { askAll, notReadyOf, wordsOf } from './status.ts'

export interface KeygenOrder extends Terms {
  readonly participants: readonly ValidatorId[]
  readonly minSigners: number
  readonly suite: Suite
  /** default frost */
  readonly protocol?: Protocol
}

export type KeygenResult =
  | { readonly status: 'success'; readonly ceremonyId: CeremonyId; readonly keyId: string; readonly groupPublicKey: Uint8Array }
  | Failure

type Successes = ReadonlyMap<ValidatorId, SuccessBody>

export async function orderKeygen(desk: Desk, order: KeygenOrder): Promise<KeygenResult> {
  const { minSigners, suite, protocol = 'frost' } = order
  const participants = desk.members(order.participants, 'participants')
  if (!Object.hasOwn(SIGNATURE_BYTES, suite)) throw invalidArgument('suite', `must be one of ${Object.keys(SIGNATURE_BYTES).join(', ')}`)
  assertInteger(minSigners, 'minSigners', 1, participants.length)
  await desk.ensureStreams()
  const statuses = await askAll(null, desk.asking(order), { all: (soFar) => notReadyOf(participants, soFar).length === 0 })
  const notReady = notReadyOf(participants, statuses)
  desk.tell({ type: 'asked', ready: participants.filter((id) => !notReady.some(({ validator }) => validator === id)), notReady })
  if (notReady.length > 0) throw notEnough(`a key generation needs all its participants, and not ready: ${wordsOf(notReady)}`)
  const ceremonyId = await desk.number(order, statuses)
  const terms = { kind: 'keygen', ceremonyId, protocol, suite, minSigners } as const
  const sid = sidOf(encodeContext({ ...terms, network: desk.network, participants: desk.seats(participants) }))
  const keyId = toHex(sid)
  const judge = (body: SuccessBody): string | null => {
    if (body.kind !== 'keygen' || body.keyId !== keyId) return 'it made another key'
    const same = body.suite === suite && body.minSigners === minSigners && body.participants.join() === participants.join()
    return same ? null : 'the key is on other terms'
  }
  const enough = (successes: Successes): boolean => successes.size === participants.length && groupKeys(successes).size === 1
  const probe = (gathering: Gathering): Promise<void> => lookAgain(desk, keyId, gathering, order)
  const instruction: Order = { ...terms, participants }
  const gathering = await desk.conduct(instruction, { judge, enough }, { ...order, probe })
  const [groupPublicKey] = groupKeys(gathering.successes)
  if (!gathering.succeeded || groupPublicKey === undefined) return desk.failure(gathering, instruction, [sid])
  return { status: 'success', ceremonyId, keyId, groupPublicKey: fromHex(groupPublicKey, 'groupPublicKey') }
}

const groupKeys = (successes: Successes): ReadonlySet<string> =>
  new Set([...successes.values()].map((body) => (body.kind === 'keygen' ? body.groupPublicKey : '')))

/** A node that was killed at the end has no ceremony to report any more, and one that missed a confirmation asks for it later: what counts is the key. */
async function lookAgain(desk: Desk, keyId: string, gathering: Gathering, terms: Terms): Promise<void> {
  const wanted = gathering.unsuccessful
  const statuses = await askAll(keyId, desk.asking(terms), { all: (soFar) => wanted.every((id) => soFar.has(id)) })
  for (const id of wanted) {
    const key = statuses.get(id)?.key
    if (key?.state !== 'active') continue
    const { suite, minSigners, participants, groupPublicKey } = key
    const body: SuccessBody = { status: 'success', kind: 'keygen', keyId: key.keyId, groupPublicKey, suite, minSigners, participants }
    if (gathering.amend(id, body, performance.now())) desk.tell({ type: 'ended', from: id, status: 'success' })
  }
}

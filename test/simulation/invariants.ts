/** What must hold after every run, one function each; what a function returns are the ways in which it does not. */
import { equalBytes, toHex } from '../../src/bytes.ts'
import { decodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import { isZero } from '../../src/crypto/group-order.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { isCertificate } from './certificate.ts'
import { noShareAfterComplaint } from './complaint-invariant.ts'
import { endings, failures, outcomeOf } from './endings.ts'
import { evidenceConvinces, nobodyIsFramed } from './evidence-invariants.ts'
import type { NonceLedger } from './ledger.ts'
import { type Outcome, STAGE_TIMEOUT_MS } from './network.ts'
import { isCalm, type RunRecord } from './run.ts'
import { leaks } from './secrecy.ts'
import { summary } from './world.ts'

export interface Invariant {
  readonly name: string
  check(record: RunRecord, ledger: NonceLedger): readonly string[]
}

function honestUnblamed(record: RunRecord): string[] {
  return failures(record).flatMap(({ id, ceremony, outcome }) =>
    outcome.blamed
      .filter(({ validator }) => record.honest.includes(validator))
      .map(({ validator, fault }) => `${id} blames the honest ${validator} for ${fault} in ${ceremony.ceremonyId}`),
  )
}

/** Where messages between honest nodes arrive, each of them knows somebody who is to blame, whom it missed, or who reported a failure. */
function guiltyNamed(record: RunRecord): string[] {
  const { plan, honest } = record
  if (!isCalm(plan)) return []
  return failures(record).flatMap(({ id, ceremony, outcome }) => {
    // By chance the sums make no key: nobody's fault.
    if (plan.stopped?.ceremonyId === ceremony.ceremonyId || outcome.reason === 'degenerate') return []
    const named = [
      ...outcome.blamed.map(({ validator }) => validator),
      ...outcome.missing.flatMap(({ validator, reportedBy }) => [validator, reportedBy]),
    ]
    return named.some((validator) => !honest.includes(validator))
      ? []
      : [`${id} names nobody guilty in ${ceremony.ceremonyId}: ${summary(outcome)}`]
  })
}

/** Nor does an honest node itself miss an honest one there. */
function honestNotMissed(record: RunRecord): string[] {
  const { plan, honest } = record
  if (!isCalm(plan)) return []
  return failures(record).flatMap(({ id, ceremony, outcome }) =>
    plan.stopped?.ceremonyId === ceremony.ceremonyId
      ? []
      : outcome.missing
          .filter(({ validator, reportedBy }) => honest.includes(validator) && honest.includes(reportedBy))
          .map(({ validator, reportedBy }) => `${id} reports in ${ceremony.ceremonyId} that ${reportedBy} misses the honest ${validator}`),
  )
}

/** One fault, shown to some: all honest participants blame its authors for it, and those to whom it was shown by all of them, all of them. */
function faultsAttributed(record: RunRecord): string[] {
  const { plan, coalition } = record
  const { pure } = plan
  if (pure?.proves === undefined || !isCalm(plan)) return []
  return endings(record).flatMap(({ id, ceremony, outcome }) => {
    const applied = coalition.applied.filter(({ name, ceremonyId }) => name === pure.name && ceremonyId === ceremony.ceremonyId)
    if (applied.length === 0) return []
    const words = `${id} in ${ceremony.ceremonyId}: ${pure.name}, but ${summary(outcome)}`
    // A second message may come when the ceremony has its result; anything else that a node was shown must end it.
    if (outcome.status === 'success') return pure.proves !== 'something' && applied.some(({ to }) => to === id) ? [words] : []
    const right = outcome.blamed.every(({ fault }) => fault === pure.proves || pure.proves === 'something') && outcome.blamed.length > 0
    return right ? [] : [words]
  })
}

/** Bad shares, of a dealer or a signer, that all of their victims got: everybody who sent one is named. */
function allCulpritsNamed(record: RunRecord): string[] {
  const { plan, coalition, honest } = record
  const { pure } = plan
  if (!isCalm(plan) || (pure?.proves !== 'bad-share' && pure?.proves !== 'bad-signature-share')) return []
  return failures(record).flatMap(({ id, ceremony, outcome }) => {
    const guilty = plan.corrupted.filter((author) => {
      const shown = coalition.applied.filter((a) => a.name === pure.name && a.author === author && a.ceremonyId === ceremony.ceremonyId)
      return honest.filter((node) => ceremony.participants.includes(node)).every((node) => shown.some(({ to }) => to === node))
    })
    const blamed = new Set(outcome.blamed.map(({ validator }) => validator))
    return guilty
      .filter((author) => !blamed.has(author))
      .map((author) => `${id} does not blame ${author} in ${ceremony.ceremonyId}: ${summary(outcome)}`)
  })
}

/** No two honest nodes report different results, and every signature is one by another implementation. */
function resultsAgree(record: RunRecord): string[] {
  return record.plan.ceremonies.flatMap((ceremony) => {
    const done = endings(record).flatMap(({ id, ceremony: of, outcome }) =>
      of === ceremony && outcome.status === 'success' ? [{ id, outcome }] : [],
    )
    const [first] = done
    if (first === undefined) return []
    const same = (outcome: Outcome): boolean => {
      if ('key' in outcome && 'key' in first.outcome) return toHex(outcome.key.groupPublicKey) === toHex(first.outcome.key.groupPublicKey)
      if ('count' in outcome && 'count' in first.outcome) return outcome.count === first.outcome.count
      if (!('signatures' in outcome) || !('signatures' in first.outcome)) return false
      return outcome.signatures.map(toHex).join() === first.outcome.signatures.map(toHex).join()
    }
    const different = done
      .filter(({ outcome }) => !same(outcome))
      .map(({ id }) => `${id} has another result of ${ceremony.ceremonyId} than ${first.id}`)
    const { key, slots } = ceremony
    if (key === null || !('signatures' in first.outcome)) return different
    // One node may have got there in one round and another in two: then each is looked at.
    const wrong = done.slice(0, slots === null ? 1 : done.length).flatMap(({ outcome }) =>
      ceremony.messages.flatMap((message, i) => {
        const signature = 'signatures' in outcome ? outcome.signatures[i] : undefined
        const valid = nobleAccepts(ceremony.suite, key.record.groupPublicKey, message, signature ?? new Uint8Array())
        return valid ? [] : [`signature ${i} of ${ceremony.ceremonyId} is invalid`]
      }),
    )
    return slots === null ? [...different, ...wrong] : wrong
  })
}

/** Whether the verifying shares of the first t - 1 participants give the group key: then so do their shares. */
function fewerSuffice(kernel: Kernel, { record }: KeyMaterial): boolean {
  const count = record.minSigners - 1
  if (count === 0) return false
  const indices = Array.from({ length: count }, (_, i) => i + 1)
  const { points } = kernel.decompress(record.verifyingShares.slice(0, 33 * count))
  const sum = kernel.msmVar(points, kernel.lagrange(indices))
  return !isZero(sum) && equalBytes(kernel.compress(sum), record.groupPublicKey)
}

/** A signature that the corrupted nodes made by themselves under a key that an honest node holds. */
function nobodySignsAlone({ coalition, network, honest }: RunRecord): string[] {
  const held = honest.flatMap((id) =>
    [...network.node(id).store.values()].map(({ record }) => toHex(KeyMaterial.decode(record).record.groupPublicKey)),
  )
  return coalition.forgeries
    .filter(({ groupPublicKey }) => held.includes(toHex(groupPublicKey)))
    .filter(({ suite, groupPublicKey, message, signature }) => nobleAccepts(suite, groupPublicKey, message, signature))
    .map(({ groupPublicKey }) => `the corrupted nodes sign alone under ${toHex(groupPublicKey)}`)
}

/**
 * Keys in the stores of honest nodes: an active key has n valid certificates; every honest participant then holds a share of that very key, at
 * least pending; and every share belongs to its verifying share.
 */
function keysConsistent(record: RunRecord): string[] {
  const { plan, honest, network, kernel } = record
  return plan.ceremonies.flatMap((ceremony) => {
    if (ceremony.kind !== 'keygen') return []
    const keyId = toHex(ceremony.sid)
    const held = honest.map((id) => {
      const stored = network.node(id).store.get(keyId)
      return { id, stored, key: stored === undefined ? null : KeyMaterial.decode(stored.record) }
    })
    const wrong: string[] = []
    for (const { id, key, stored } of held) {
      if (key === null) continue
      const place = key.record.participants.indexOf(id)
      const own = key.record.verifyingShares.slice(place * 33, (place + 1) * 33)
      const share = key.share()
      if (isZero(share)) wrong.push(`the share of ${id} is zero, which everybody can see`)
      else if (!equalBytes(kernel.compress(kernel.baseMul(share)), own)) wrong.push(`the share of ${id} is not that of its verifying share`)
      if (kernel.decompress(key.record.groupPublicKey).valid[0] !== 1) wrong.push(`the key of ${id} is no point`)
      if (key.record.minSigners !== ceremony.minSigners) wrong.push(`the key of ${id} needs ${key.record.minSigners} signers`)
      if (fewerSuffice(kernel, key)) wrong.push(`fewer than ${ceremony.minSigners} shares give the key of ${id}`)
      if (stored === undefined || stored.certificates === null) continue
      for (const [validator, certificate] of decodeCertificates(stored.certificates, key.record.participants)) {
        if (!isCertificate(key, validator, certificate)) wrong.push(`${id} holds a false certificate of ${validator}`)
      }
      for (const other of held) {
        if (other.key === null) wrong.push(`the key is active at ${id}, and ${other.id} has none`)
        else if (!equalBytes(other.key.recordHash, key.recordHash))
          wrong.push(`the key of ${other.id} is another than the active one of ${id}`)
      }
    }
    for (const { id, outcome } of endings(record)) {
      if (outcome.status !== 'success' || !('key' in outcome) || outcome.key.keyId !== keyId) continue
      if (network.node(id).store.get(keyId)?.certificates === null) wrong.push(`${id} reports a key that is not active`)
    }
    return wrong
  })
}

/** Each ceremony ends once on every node that was instructed, and within its deadlines. */
function endsOnce(record: RunRecord): string[] {
  const { plan, honest, network, started } = record
  return plan.ceremonies.flatMap((ceremony) =>
    honest
      .filter((id) => ceremony.participants.includes(id))
      .flatMap((id) => {
        const { ceremonyId, stages } = ceremony
        const node = network.node(id)
        const count = (node.outcomes.get(ceremonyId) ?? []).length
        // A process that dies says nothing more of what it had begun.
        if (count === 0 && plan.restarted?.id === id) return []
        if (count !== 1) return [`${id} reported ${count} outcomes of ${ceremonyId}`]
        const entry = node.log.find(({ effect }) => outcomeOf(effect)?.ceremonyId === ceremonyId)
        const took = (entry?.at ?? Number.POSITIVE_INFINITY) - (started.get(`${id} ${ceremonyId}`) ?? 0)
        // One stage more for a dispute, and one for our own computation at the last deadline.
        return took <= (stages + 2) * STAGE_TIMEOUT_MS ? [] : [`${id} ended ${ceremonyId} after ${took} ms`]
      }),
  )
}

/** Where nobody lies, stops or is cut off, every ceremony succeeds: defences must not cost the honest anything. */
function honestSucceed(record: RunRecord): string[] {
  const { plan } = record
  if (plan.assignments.length > 0 || plan.stopped !== null || !isCalm(plan)) return []
  return failures(record).map(({ id, ceremony, outcome }) => `${id} failed in ${ceremony.ceremonyId}: ${summary(outcome)}`)
}

function noncesOnce({ plan, coalition, honest }: RunRecord, ledger: NonceLedger): string[] {
  return ledger.enter(
    plan.seed,
    [...coalition.heard].filter(({ header }) => honest.includes(header.from)),
    (sid) => plan.ceremonies.find((ceremony) => equalBytes(ceremony.sid, sid))?.slots ?? undefined,
  )
}

function secretsStay({ secrets, network, honest }: RunRecord): string[] {
  const sent = new Set(network.sent.filter(({ from }) => honest.includes(from)).map(({ bytes }) => bytes))
  const found = leaks(secrets, sent)
  return found === 0 ? [] : [`${found} secret scalars of honest nodes are in what they sent`]
}

function stateGone({ network, honest, plan, earlyBytes }: RunRecord): string[] {
  const budget = (1 << 20) * plan.ids.length
  const keygens = plan.ceremonies.filter(({ kind }) => kind === 'keygen').length
  const left = honest.flatMap((id) => {
    const { open, earlyBytes: early, tailBytes, pendingKeys } = network.node(id).inner
    if (open === 0 && early === 0 && tailBytes === 0 && pendingKeys <= keygens) return []
    return [
      `${id} still holds ${open} ceremonies, ${early} early bytes, ${tailBytes} bytes of ended ceremonies and ${pendingKeys} pending keys`,
    ]
  })
  return earlyBytes <= budget ? left : [...left, `a node held ${earlyBytes} bytes of early messages`]
}

function noInternalError({ network, honest }: RunRecord): string[] {
  return honest.flatMap((id) => network.node(id).errors.map((error) => `${id}: ${error instanceof Error ? error.stack : String(error)}`))
}

/** What a node sends is bounded by what it was instructed to do, whatever it is sent. */
function noAmplification({ network, honest, plan }: RunRecord): string[] {
  const n = plan.ids.length
  // A few messages a stage and recipient, of its own or for others that ask.
  const bound = plan.ceremonies.length * 8 * n * (8 + 4 * n)
  return honest.flatMap((id) => {
    const count = network.sent.filter(({ from }) => from === id).length
    return count <= bound ? [] : [`${id} sent ${count} frames`]
  })
}

export const invariants: readonly Invariant[] = [
  { name: 'no honest node is blamed', check: honestUnblamed },
  { name: 'every piece of evidence convinces with the roster alone', check: evidenceConvinces },
  { name: 'no evidence that corrupted nodes compose convicts an honest one', check: nobodyIsFramed },
  { name: 'every honest node names a guilty one', check: guiltyNamed },
  { name: 'no honest node misses an honest one', check: honestNotMissed },
  { name: 'a fault that can be attributed is', check: faultsAttributed },
  { name: 'all who sent bad shares are named', check: allCulpritsNamed },
  { name: 'results agree, and every signature is valid', check: resultsAgree },
  { name: 'keys are consistent, and an active one is held by all honest participants', check: keysConsistent },
  { name: 'fewer nodes than the threshold cannot sign', check: nobodySignsAlone },
  { name: 'each ceremony ends once and in time', check: endsOnce },
  { name: 'where all keep to the rules, ceremonies succeed', check: honestSucceed },
  { name: 'who complains, or hears a complaint, sends no LocalSig', check: noShareAfterComplaint },
  { name: 'no nonce meets two challenges, and nothing drawn comes twice', check: noncesOnce },
  { name: 'no secret leaves an honest node', check: secretsStay },
  { name: 'state of finished ceremonies is gone, buffers stay in their budgets', check: stateGone },
  { name: 'no error of our own', check: noInternalError },
  { name: 'nobody is made to send without bound', check: noAmplification },
]

export interface Violation {
  readonly invariant: string
  readonly detail: string
}

export function violationsOf(record: RunRecord, ledger: NonceLedger): Violation[] {
  return invariants.flatMap(({ name, check }) => check(record, ledger).map((detail) => ({ invariant: name, detail })))
}

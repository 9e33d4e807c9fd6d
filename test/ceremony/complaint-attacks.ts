/** Dealers of bad shares and complainers, and what every honest node must make of them. */
import { expect } from 'vitest'
import type { Job, JobResult } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import type { Corruption, Tampering } from '../simulation/adversary.ts'
import type { World } from '../simulation/world.ts'
import { expectFailure, makeWorld, type SUITES, stageOf } from './support.ts'

export const ALL = 'abcdefg'

/** What a corrupted node's machine is told instead of the result of its own job. */
export type Lie = (job: Job, result: unknown) => unknown

export interface Setting {
  readonly name: string
  readonly nodes?: number
  readonly minSigners?: number
  readonly suite?: (typeof SUITES)[number]
  /** by node: these are corrupted */
  readonly lies?: Readonly<Record<ValidatorId, Lie>>
  readonly corruptions?: Readonly<Record<ValidatorId, Corruption>>
}

export interface Run {
  readonly world: World
  readonly ceremonyId: bigint
}

export function run({ name, nodes = 4, minSigners = 2, suite = 'bip340', lies = {}, corruptions = {} }: Setting): Run {
  const world = makeWorld(`complaint ${name}`, nodes, { duplicate: 0.2, compute: (id, job, result) => lies[id]?.(job, result) ?? result })
  for (const id of Object.keys(lies)) world.adversary.corrupt(id, ({ envelope }) => [envelope.bytes])
  for (const [id, corruption] of Object.entries(corruptions)) world.adversary.corrupt(id, corruption)
  const ceremonyId = world.startKeygen(suite, minSigners)
  world.network.run()
  return { world, ceremonyId }
}

export const kernel = makeWorld('kernel', 1).kernel

/** The dealer's machine makes the shares of these recipients from another polynomial, and encrypts them as it should. */
export function dealWrongly(self: ValidatorId, victims: string): Lie {
  return (job, result) => {
    if (job.name !== 'dealShares') return result
    const honest = result as JobResult<'dealShares'>
    const coefficients = kernel.scalarAdd(job.args.coefficients, job.args.coefficients)
    const other = runJob(kernel, { name: 'dealShares', args: { ...job.args, coefficients } })
    const recipients = [...ALL].filter((id) => id !== self)
    return {
      ...honest,
      ciphertexts: honest.ciphertexts.map((text, i) => (victims.includes(recipients[i] ?? '') ? other.ciphertexts[i] : text)),
    }
  }
}

/** Alters the shares to these recipients on their way. */
export function alterShares(victims: string, alter: (tampering: Tampering) => Uint8Array): Corruption {
  return (tampering) => {
    const { envelope, recipient, reseal } = tampering
    return [envelope.header.stage === 3 && victims.includes(recipient) ? reseal({ body: alter(tampering) }) : envelope.bytes]
  }
}

/** All honest nodes name exactly these, with proof; who was cheated as a fault, who had confirmed as unconfirmed; nobody has a usable key. */
export function expectNamed({ world, ceremonyId }: Run, blames: string[], victims: string): void {
  expectFailure(world, ceremonyId, { stage: 'Confirm', missing: [], blames })
  for (const id of world.honest) {
    const cheated = victims.includes(id)
    expect(world.failureOf(id, ceremonyId).reason, id).toBe(cheated ? 'fault' : 'unconfirmed')
    // Never both: who complains has stored no pending key, and sent no certificate.
    expect([...world.network.node(id).store.values()].map(({ certificates }) => certificates)).toEqual(cheated ? [] : [null])
    // Only a victim has to look for the dealer.
    const computed = world.network.node(id).log.flatMap(({ effect }) => (effect.type === 'compute' ? [effect.job.name] : []))
    expect(computed.includes('findBadDealers')).toBe(cheated)
    const confirms = world.network.sent.filter(({ from, bytes }) => from === id && stageOf(bytes) === 4)
    expect(new Set(confirms.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1)
  }
}

/** A complainer's machine that takes the shares of these dealers for bad. */
export function findBad(self: ValidatorId, dealers: string, nodes = 4): Lie {
  return (job, result) => {
    if (job.name === 'openShares') return { status: 'bad-shares' }
    if (job.name !== 'findBadDealers') return result
    const others = [...ALL.slice(0, nodes)].filter((id) => id !== self)
    return { faults: Uint8Array.from(others, (id) => (dealers.includes(id) ? 2 : 0)) }
  }
}

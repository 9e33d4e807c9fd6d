/**
 * Compares the package's declarations with the promised surface. Nothing here runs: it compiles, or the package broke its word. Inputs must
 * accept what was promised, outputs must be what was promised.
 */
import type * as quorate from 'quorate'
import type * as frost from 'quorate/frost'
import type * as kernel from 'quorate/kernel'
import type * as client from './client-surface.ts'
import type * as promisedFrost from './frost-surface.ts'
import type * as promisedKernel from './kernel-surface.ts'

/** What is given may be used as what is promised. */
type Gives<Given extends Promised, Promised> = Given
/** A user's value of the promised type is accepted where the package takes its own. */
type Takes<Own, Promised extends Own> = [Own, Promised]
/** Neither more nor less: unions that users switch over, or that they implement themselves. */
type Same<A extends B, B extends C, C = A> = [A, B, C]
/** A class without its private fields, which would make it equal to nothing but itself. */
type Open<T> = Pick<T, keyof T>

export type Outputs = [
  Gives<quorate.KeyInfo, client.KeyInfo>,
  Gives<quorate.KeygenOutcome, client.KeygenOutcome>,
  Gives<quorate.SignOutcome, client.SignOutcome>,
  Gives<quorate.InnerEvent, client.InnerEvent>,
  Gives<quorate.EvidenceVerdict, client.EvidenceVerdict>,
  Gives<quorate.PoolStats, promisedKernel.PoolStats>,
  Gives<Open<quorate.QuorateError>, Open<client.QuorateErrorInstance>>,
  Gives<Open<quorate.MultisigClient>, Open<client.MultisigClientInstance>>,
  Gives<Open<quorate.KernelPool>, Open<promisedKernel.KernelPoolInstance>>,
  Gives<Open<quorate.MemoryBus>, Open<client.Bus>>,
  Gives<Open<quorate.MemoryKeyStore>, Open<client.KeyStore>>,
  Gives<Open<frost.FrostNonces>, Open<promisedFrost.FrostNoncesInstance>>,
]

export type Inputs = [
  Takes<quorate.ClientOptions, client.ClientOptions>,
  Takes<quorate.KeygenRequest, client.KeygenRequest>,
  Takes<quorate.SignRequest, client.SignRequest>,
  Takes<quorate.PoolOptions, promisedKernel.PoolOptions>,
  Takes<quorate.Roster, client.Roster>,
  // Users write their own of these.
  Takes<quorate.Identity, client.Identity>,
  Takes<quorate.Bus, client.Bus>,
  Takes<quorate.BusConnection, client.BusConnection>,
  Takes<quorate.KeyStore, client.KeyStore>,
  Takes<kernel.Kernel, promisedKernel.Kernel>,
]

export type Both = [
  Same<quorate.ErrorCode, client.ErrorCode>,
  Same<quorate.Suite, promisedKernel.Suite>,
  Same<quorate.Protocol, client.Protocol>,
  Same<quorate.StageName, client.StageName>,
  Same<quorate.Fault, client.Fault>,
  Same<quorate.Failure, client.Failure>,
  Same<quorate.Identity, client.Identity>,
  Same<quorate.CeremonyId, client.CeremonyId>,
  Same<quorate.KeyId, client.KeyId>,
  Same<quorate.ValidatorId, client.ValidatorId>,
  Same<kernel.Kernel, promisedKernel.Kernel>,
  Same<kernel.KernelInfo, promisedKernel.KernelInfo>,
  Same<keyof kernel.Kernel, keyof promisedKernel.Kernel>,
  Same<quorate.AsyncKernel, promisedKernel.AsyncKernel>,
  Same<frost.FrostPublic, promisedFrost.FrostPublic>,
  Same<frost.FrostShare, promisedFrost.FrostShare>,
  Same<frost.FrostCommitment, promisedFrost.FrostCommitment>,
  Same<frost.FrostSigning, promisedFrost.FrostSigning>,
  Same<frost.FrostSuite, promisedFrost.FrostSuite>,
]

export type Functions = [
  Gives<typeof quorate, client.Functions>,
  Gives<typeof kernel, promisedKernel.KernelModule>,
  Gives<typeof frost, promisedFrost.FrostFunctions<frost.FrostNonces>>,
]

/** The static sides: how the objects come to be. */
export function creates(q: typeof quorate, options: client.ClientOptions, pool: promisedKernel.PoolOptions): void {
  const started: Promise<quorate.MultisigClient> = q.MultisigClient.start(options)
  const created: Promise<quorate.KernelPool> = q.KernelPool.create(pool)
  const alone: Promise<quorate.KernelPool> = q.KernelPool.create()
  const bus: client.Bus = new q.MemoryBus()
  const store: client.KeyStore = new q.MemoryKeyStore({ highestCeremonyId: 7n })
  const fresh: client.KeyStore = new q.MemoryKeyStore()
  void [started, created, alone, bus, store, fresh]
}

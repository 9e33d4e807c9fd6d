/**
 * Compares the package's declarations with the promised surface. Nothing here runs: it compiles, or the package broke its word. `Same` is
 * neither more nor less; where the package may grow, that is said by `Has` or by `Without`.
 */
import type * as quorate from 'quorate'
import type * as frost from 'quorate/frost'
import type * as kernel from 'quorate/kernel'
import type * as client from './client-surface.ts'
import type * as promisedFrost from './frost-surface.ts'
import type * as promisedKernel from './kernel-surface.ts'
import type { Check, Has, Same } from './same.ts'

/** Growth by name: the key may be there or not. Distributes over unions. */
type Without<T, Key extends PropertyKey> = T extends unknown ? { [K in keyof T as K extends Key ? never : K]: T[K] } : never

export type Data = [
  Check<Same<quorate.KeyInfo, client.KeyInfo>>,
  Check<Same<quorate.Blame, client.Blame>>,
  Check<Same<quorate.Failure, client.Failure>>,
  Check<Same<quorate.KeygenOutcome, client.KeygenOutcome>>,
  Check<Same<quorate.SignOutcome, client.SignOutcome>>,
  Check<Same<quorate.PreprocessOutcome, client.PreprocessOutcome>>,
  // A stage event may say whose message it was.
  Check<Same<Without<quorate.InnerEvent, 'from'>, Without<client.InnerEvent, 'from'>>>,
  Check<Same<quorate.EvidenceVerdict, client.EvidenceVerdict>>,
  Check<Has<quorate.PoolStats, promisedKernel.PoolStats>>,
  Check<Has<quorate.ClientStats, client.ClientStats>>,
  Check<Same<quorate.ErrorCode, client.ErrorCode>>,
  Check<Same<quorate.Suite, promisedKernel.Suite>>,
  Check<Same<quorate.Protocol, client.Protocol>>,
  Check<Same<quorate.StageName, client.StageName>>,
  Check<Same<quorate.Fault, client.Fault>>,
  Check<Same<quorate.CeremonyId, client.CeremonyId>>,
  Check<Same<quorate.KeyId, client.KeyId>>,
  Check<Same<quorate.ValidatorId, client.ValidatorId>>,
  Check<Same<kernel.KernelInfo, promisedKernel.KernelInfo>>,
  Check<Same<frost.FrostPublic, promisedFrost.FrostPublic>>,
  Check<Same<frost.FrostShare, promisedFrost.FrostShare>>,
  Check<Same<frost.FrostCommitment, promisedFrost.FrostCommitment>>,
  Check<Same<frost.FrostSigning, promisedFrost.FrostSigning>>,
  Check<Same<frost.FrostSuite, promisedFrost.FrostSuite>>,
]

export type Inputs = [
  Check<Same<quorate.ClientOptions, client.ClientOptions>>,
  Check<Same<quorate.KeygenRequest, client.KeygenRequest>>,
  Check<Same<quorate.SignRequest, client.SignRequest>>,
  Check<Same<quorate.PreprocessRequest, client.PreprocessRequest>>,
  Check<Same<quorate.PoolOptions, promisedKernel.PoolOptions>>,
  Check<Same<quorate.Roster, client.Roster>>,
]

/** What users write their own of, and so may not grow. */
export type Contracts = [
  Check<Same<quorate.Identity, client.Identity>>,
  Check<Same<quorate.Bus, client.Bus>>,
  Check<Same<quorate.BusConnection, client.BusConnection>>,
  Check<Same<quorate.KeyStore, client.KeyStore>>,
  Check<Same<kernel.Kernel, promisedKernel.Kernel>>,
  Check<Same<quorate.AsyncKernel, promisedKernel.AsyncKernel>>,
]

/** Objects and functions: what is promised is there as promised, and there may be more. `sign`, `stats` and `events` have rows of their own. */
export type Objects = [
  Check<Has<quorate.QuorateError, client.QuorateErrorInstance>>,
  Check<Has<quorate.MultisigClient, client.MultisigClientInstance>>,
  Check<Has<quorate.KernelPool, promisedKernel.KernelPoolInstance>>,
  Check<Has<quorate.MemoryBus, client.Bus>>,
  Check<Has<quorate.MemoryKeyStore, client.KeyStore>>,
  Check<Has<frost.FrostNonces, promisedFrost.FrostNoncesInstance>>,
  Check<Same<quorate.MultisigClient['sign'], (request: quorate.SignRequest) => Promise<client.SignOutcome>>>,
  Check<Same<quorate.MultisigClient['events'], (options?: { signal?: AbortSignal }) => AsyncIterable<quorate.InnerEvent>>>,
  Check<Same<ReturnType<quorate.MultisigClient['stats']>, quorate.ClientStats>>,
  Check<Same<ReturnType<quorate.KernelPool['stats']>, quorate.PoolStats>>,
  Check<Has<typeof quorate, client.Functions>>,
  Check<Has<typeof kernel, promisedKernel.KernelModule>>,
  Check<Has<typeof frost, promisedFrost.FrostFunctions<frost.FrostNonces>>>,
]

/** `quorate/kernel` has the pool as well: the same one. */
export type Pool = [
  Check<Same<kernel.PoolOptions, promisedKernel.PoolOptions>>,
  Check<Has<kernel.PoolStats, promisedKernel.PoolStats>>,
  Check<Same<kernel.AsyncKernel, promisedKernel.AsyncKernel>>,
  Check<Has<kernel.KernelPool, promisedKernel.KernelPoolInstance>>,
  Check<Same<kernel.KernelPool, quorate.KernelPool>>,
]

/** How the objects come to be. */
export type Statics = [
  Check<Same<typeof quorate.MultisigClient.start, (options: client.ClientOptions) => Promise<quorate.MultisigClient>>>,
  Check<Same<typeof quorate.KernelPool.create, (options?: promisedKernel.PoolOptions) => Promise<quorate.KernelPool>>>,
  Check<Same<ConstructorParameters<typeof quorate.MemoryKeyStore>, [options?: { highestCeremonyId?: client.CeremonyId }]>>,
]

export function creates(q: typeof quorate): readonly unknown[] {
  return [new q.MemoryBus(), new q.MemoryKeyStore(), new q.MemoryKeyStore({ highestCeremonyId: 7n })]
}

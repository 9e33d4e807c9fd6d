/** The client's public list. */
export type { ClientStats } from './client-stats.ts'
export { MultisigClient, type OpenCeremony } from './multisig-client.ts'
export type { ClientOptions } from './options.ts'
export type { KeygenRequest, PreprocessRequest, SignRequest } from './requests.ts'

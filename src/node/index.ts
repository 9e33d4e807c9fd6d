/** `quorate/node`: what makes a process of a client, for applications that run a node of their own. node/ may import client/ and what lies below it. */

export { loadNodeConfig, loadOperatorConfig, type NodeConfig, type NodeSettings, type OperatorConfig } from './config/node.ts'
export { type Config, type ConfigSources, loadConfig } from './config.ts'
export { type LogOptions, type NodeLog, type OpenLog, openLog } from './logs.ts'
export type { NotReady, OperatorBus, OperatorEvent } from './operator/contract.ts'
export type { OperatorOptions, Terms } from './operator/desk.ts'
export type { KeygenOrder, KeygenResult } from './operator/keygen.ts'
export { OperatorClient } from './operator/operator-client.ts'
export type { PreprocessOrder, PreprocessResult } from './operator/preprocess.ts'
export type { SignOrder, SignResult } from './operator/sign.ts'
export type { Statuses } from './operator/status.ts'
export { type NodeDependencies, type RunningNode, startNode } from './start.ts'

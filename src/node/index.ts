/** `quorate/node`: what makes a process of a client, for applications that run a node of their own. node/ may import client/ and what lies below it. */

export { loadNodeConfig, loadOperatorConfig, type NodeConfig, type NodeSettings, type OperatorConfig } from './config/node.ts'
export { type Config, type ConfigSources, loadConfig } from './config.ts'
export { type LogOptions, type NodeLog, type OpenLog, openLog } from './logs.ts'
export { type NodeDependencies, type RunningNode, startNode } from './start.ts'

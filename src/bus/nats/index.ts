/** `quorate/nats`: the bus of nodes on separate machines, over a NATS broker. */
export { type BrokerConfigOptions, brokerConfig } from './broker-config.ts'
export type { NatsIssue, NatsIssueType } from './issues.ts'
export type { LinkStats } from './link.ts'
export { type AskHandler, NatsBus, type NatsBusOptions, type NatsBusStats } from './nats-bus.ts'
export { NatsOperator, type NatsOperatorOptions, type ReportKind, type StreamState } from './nats-operator.ts'
export type { NatsAuth, NatsConnectionOptions, NatsTls } from './options.ts'

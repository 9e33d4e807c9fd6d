/** The group's operator in this process: what the commands do, without the start of a process for each. */
import { NatsOperator } from '../../src/bus/nats/index.ts'
import { loadOperatorConfig } from '../../src/node/config/node.ts'
import { openOperator, openUnlock } from '../../src/node/open.ts'
import { natsOptions } from '../../src/node/open-nats.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { Roster } from '../../src/wire/roster.ts'
import type { Group } from './group.ts'

export interface OpenOperator {
  readonly network: string
  readonly name: string
  readonly identity: Identity
  readonly roster: Roster
  readonly bus: NatsOperator
}

/** Whoever opens it closes its bus. */
export async function openOperatorOf(group: Group): Promise<OpenOperator> {
  const config = loadOperatorConfig({ file: group.operatorConfig, env: {} })
  const { name } = config.operator
  const { self: _, ...options } = await natsOptions(name, config)
  const identity = await openOperator(config, await openUnlock(config))
  const bus = await NatsOperator.connect({ ...options, operator: name })
  return { network: config.network, name, identity, roster: group.roster, bus }
}

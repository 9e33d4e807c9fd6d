/** From an operator's configuration to an operator at work, and back: everything opened is closed, whatever happens. */
import { type NatsBusOptions, NatsOperator } from '../../bus/nats/index.ts'
import { wipe } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import { loadOperatorConfig } from '../../node/config/node.ts'
import { openOperator, openRoster, openUnlock } from '../../node/open.ts'
import { natsOptions } from '../../node/open-nats.ts'
import { OperatorClient } from '../../node/operator/operator-client.ts'
import { renamed } from '../exit.ts'
import type { Terminal } from '../terminal.ts'
import { OperatorProgress } from './progress.ts'

/**
 * @throws (rejects with) ERR_CONFIG, ERR_PASSPHRASE, ERR_BUS when there is no broker, and what `work` throws; interrupted after an instruction was sent, it says
 * that the ceremony goes on
 */
export async function withOperator<Result>(
  file: string,
  terminal: Terminal,
  work: (client: OperatorClient) => Promise<Result>,
): Promise<Result> {
  const progress = new OperatorProgress(terminal)
  const opened = await open(file)
  try {
    const client = new OperatorClient({ ...opened, onEvent: (event) => progress.show(event) })
    return await work(client)
  } catch (error) {
    progress.clear()
    if (progress.ceremonyId !== null && error instanceof QuorateError && error.code === 'ERR_ABORTED') {
      terminal.log(`quorate: ceremony ${progress.ceremonyId} goes on without this command`)
    }
    throw error
  } finally {
    progress.clear()
    await opened.bus.close()
  }
}

async function open(file: string) {
  try {
    const config = loadOperatorConfig({ file, env: process.env })
    const { roster } = await openRoster(config)
    const unlock = await openUnlock(config)
    try {
      const identity = await openOperator(config, unlock)
      const { name } = config.operator
      const bus = await connect(name, await natsOptions(name, config))
      return { network: config.network, name, identity, roster, bus }
    } finally {
      wipe(unlock.bytes)
    }
  } catch (error) {
    // The file as a whole: here it is what --config names.
    throw renamed(error, 'file', 'config')
  }
}

async function connect(name: string, options: NatsBusOptions): Promise<NatsOperator> {
  try {
    return await NatsOperator.connect({ ...options, operator: name })
  } finally {
    // The connection has a copy of its own.
    if (options.auth !== undefined) wipe('nkeySeed' in options.auth ? options.auth.nkeySeed : options.auth.credentials)
  }
}

/** One broker for all tests of a file: started by the first that needs it, ended by what `end` is given to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, type NatsServer, natsServerFor, startNatsServer } from './nats-server.ts'

export interface Broker extends NatsServer {
  readonly folder: string
  readonly url: string
}

type Skippable = { skip(note?: string): unknown }

/** @param configOf its configuration without a port, given a folder of its own; default: nobody needs to log in, JetStream is on */
export function sharedBroker(configOf: (folder: string) => string | Promise<string> = openConfig): {
  /** the broker, or the test is reported as skipped, with the reason */
  broker(context: Skippable): Promise<Broker>
  end(): Promise<void>
} {
  let started: Promise<Broker> | null = null
  const start = async (binary: string): Promise<Broker> => {
    const folder = mkdtempSync(path.join(tmpdir(), 'quorate-broker-'))
    const port = await freePort()
    const config = await configOf(folder)
    const server = await startNatsServer({ binary, folder, port, config })
    const url = `${config.includes('tls {') ? 'tls' : 'nats'}://127.0.0.1:${port}`
    return Object.assign(Object.create(server) as NatsServer, { folder, url })
  }
  return {
    broker: (context) => {
      const binary = natsServerFor(context)
      started ??= start(binary)
      return started
    },
    end: async () => {
      if (started === null) return
      const { folder, stop } = await started
      await stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The stream API stands under a name of the group's own, as `quorate nats-config` has it, but without accounts: for the groups g, g0, g1 and so on. */
export const jetStreamConfig = (folder: string): string => {
  const groups = ['g', ...Array.from({ length: 100 }, (_, i) => `g${i}`)]
  const mappings = groups.map((group) => `"quorate.streams.${group}.>": "$JS.API.>"`)
  return `jetstream { store_dir: ${JSON.stringify(path.join(folder, 'jetstream'))} }\nmappings = { ${mappings.join(', ')} }\n`
}

const openConfig = jetStreamConfig

/** Polls: what a broker does in its own time has no event here. */
export async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

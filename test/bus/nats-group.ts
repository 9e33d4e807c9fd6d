/** A broker as `quorate nats-config` sets it up: TLS with certificates for both sides, a user for each node and operator, nothing allowed besides. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type BrokerConfigOptions, brokerConfig, NatsBus, type NatsIssue, NatsOperator } from '../../src/bus/nats/index.ts'
import { makeNkey, type Nkey } from '../../src/bus/nats/nkeys.ts'
import { type Authority, makeAuthority } from '../helpers/certificates.ts'

export const GROUP = 'g'

export interface Group {
  readonly authority: Authority
  readonly keys: ReadonlyMap<string, Nkey>
  configOf(folder: string, changes?: Partial<BrokerConfigOptions>): Promise<string>
  /** what connects `name` to that broker */
  optionsOf(name: string, url: string): Promise<GroupOptions>
}

export interface GroupOptions {
  readonly servers: string
  readonly group: string
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string }
  readonly auth: { readonly nkeySeed: Uint8Array }
  readonly reconnectWaitMs: number
  readonly onIssue: (issue: NatsIssue) => void
  readonly issues: NatsIssue[]
}

export async function makeGroup(nodes: readonly string[], operators: readonly string[] = ['ops']): Promise<Group> {
  const authority = await makeAuthority()
  const keys = new Map([...nodes, ...operators].map((name) => [name, makeNkey()]))
  const keyOf = (name: string): Nkey => {
    const key = keys.get(name)
    if (key === undefined) throw new Error(`no user ${name}`)
    return key
  }
  const publicKeys = (names: readonly string[]): Map<string, string> => new Map(names.map((name) => [name, keyOf(name).publicKey]))
  return {
    authority,
    keys,
    configOf: async (folder, changes = {}) => {
      const { certPem, keyPem } = await authority.issue({ names: ['127.0.0.1', 'localhost'], usage: 'server' })
      const files = { cert: path.join(folder, 'server.pem'), key: path.join(folder, 'server.key'), ca: path.join(folder, 'ca.pem') }
      for (const [name, text] of Object.entries({ cert: certPem, key: keyPem, ca: authority.caPem })) {
        writeFileSync(files[name as keyof typeof files], text, { mode: 0o600 })
      }
      return brokerConfig({
        group: GROUP,
        nodes: publicKeys(nodes),
        operators: publicKeys(operators),
        maxPayload: 1 << 20,
        tls: files,
        jetstreamFolder: path.join(folder, 'jetstream'),
        ...changes,
      })
    },
    optionsOf: async (name, url) => {
      const { certPem, keyPem } = await authority.issue({ names: [name], usage: 'client' })
      const issues: NatsIssue[] = []
      return {
        servers: url,
        group: GROUP,
        tls: { ca: authority.caPem, cert: certPem, key: keyPem },
        auth: { nkeySeed: keyOf(name).seed },
        reconnectWaitMs: 20,
        issues,
        onIssue: (issue) => issues.push(issue),
      }
    },
  }
}

export const connectNode = async (group: Group, self: string, url: string, changes: object = {}) => {
  const options = await group.optionsOf(self, url)
  const bus = await NatsBus.connect({ ...options, self, ...changes })
  return { bus, connection: await bus.connect(self), issues: options.issues }
}

export const connectOperator = async (group: Group, operator: string, url: string) => {
  const options = await group.optionsOf(operator, url)
  return { operator: await NatsOperator.connect({ ...options, operator }), issues: options.issues }
}

/** A user of the broker that is no node: the observer that hears all, and members that misbehave with their own credentials. */
import { readFileSync } from 'node:fs'
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node'
import type { TrafficRecord } from './traffic-record.ts'

export interface BrokerAccess {
  readonly server: string
  readonly caFile: string
  /** ours, for a broker that wants to see one */
  readonly certFile: string
  readonly keyFile: string
}

/** Stays, whatever becomes of the broker, until it is closed. */
export async function connectAs(name: string, nkeySeed: Uint8Array, access: BrokerAccess): Promise<NatsConnection> {
  const connection = await connect({
    servers: [access.server],
    name,
    authenticator: nkeyAuthenticator(nkeySeed),
    tls: { caFile: access.caFile, certFile: access.certFile, keyFile: access.keyFile },
    inboxPrefix: `_INBOX_${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    waitOnFirstConnect: true,
  })
  return connection
}

export const nkeySeedIn = (file: string): Uint8Array => new Uint8Array(Buffer.from(readFileSync(file, 'utf8').trim()))

/** Writes down all that the group says. Resolves once the broker has taken the subscription. */
export async function observe(connection: NatsConnection, group: string, record: TrafficRecord): Promise<void> {
  connection.subscribe(`quorate.v1.${group}.>`, {
    callback: (error, message) => {
      if (error === null) record.hear(message.subject, message.data)
    },
  })
  await connection.flush()
}

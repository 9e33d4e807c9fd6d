/** What section `nats` of a configuration names, opened. */
import { readFile } from 'node:fs/promises'
import type { NatsBusOptions } from '../bus/nats/index.ts'
import { nkeyOfSeed } from '../bus/nats/nkeys.ts'
import { wipe } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import { readSecretFile } from '../keystore/index.ts'
import type { Config } from './config/schema.ts'
import { about, required } from './open.ts'

/** A certificate with its chain, a list of authorities, a credentials file. */
const MAX_PEM_BYTES = 1 << 20

type Nats = NonNullable<Config['nats']>

/** What the files of section `nats` hold. @throws (rejects with) ERR_CONFIG */
export async function natsOptions(self: string, config: Pick<Config, 'nats'>): Promise<NatsBusOptions> {
  const { servers, group, tls, nkeyFile, credentialsFile } = required(config.nats, 'nats')
  return {
    self,
    servers,
    group,
    ...(tls === undefined ? {} : { tls: await readTls(tls) }),
    ...(nkeyFile === undefined ? {} : { auth: { nkeySeed: await readNkey(nkeyFile) } }),
    ...(credentialsFile === undefined
      ? {}
      : { auth: { credentials: await about('nats.credentialsFile', () => readSecretFile(credentialsFile, MAX_PEM_BYTES)) } }),
  }
}

async function readNkey(file: string): Promise<Uint8Array> {
  return about('nats.nkeyFile', async () => {
    const seed = await readSecretFile(file, 256)
    nkeyOfSeed(seed)
    return seed
  })
}

async function readTls({ caFile, certFile, keyFile, serverName }: NonNullable<Nats['tls']>): Promise<NonNullable<NatsBusOptions['tls']>> {
  return {
    ...(caFile === undefined ? {} : { ca: await readPem(caFile, 'nats.tls.caFile') }),
    ...(certFile === undefined ? {} : { cert: await readPem(certFile, 'nats.tls.certFile') }),
    ...(keyFile === undefined ? {} : { key: await readTlsKey(keyFile) }),
    ...(serverName === undefined ? {} : { serverName }),
  }
}

/** As text, since TLS takes it so and keeps it: the key of a certificate, which opens the broker's door and nothing else. */
async function readTlsKey(file: string): Promise<string> {
  return about('nats.tls.keyFile', async () => {
    // The bytes whose file was looked at: under its name there may be another by now.
    const bytes = await readSecretFile(file, MAX_PEM_BYTES)
    try {
      return new TextDecoder().decode(bytes)
    } finally {
      wipe(bytes)
    }
  })
}

async function readPem(file: string, field: string): Promise<string> {
  return about(field, async () => {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
      throw new QuorateError('ERR_CONFIG', { message: `${file} cannot be read: ${code}` })
    })
    if (!text.includes('-----BEGIN CERTIFICATE-----'))
      throw new QuorateError('ERR_CONFIG', { message: `${file} holds no certificate in PEM` })
    return text
  })
}

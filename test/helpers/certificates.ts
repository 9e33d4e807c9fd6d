/** Certificates for brokers and their users, of an authority that lives as long as a test: ECDSA on P-256, valid from an hour ago. */
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export interface Certificate {
  readonly certPem: string
  readonly keyPem: string
}

export interface CertificateRequest {
  /** DNS names and IP addresses that it is for; of a client's, any name */
  readonly names: readonly string[]
  readonly usage: 'server' | 'client'
  /** default: in a day; in the past for one that has expired */
  readonly notAfter?: Date
}

export interface Authority {
  readonly caPem: string
  issue(request: CertificateRequest): Promise<Certificate>
}

const isAddress = (name: string): boolean => /^[0-9.]+$|:/.test(name)

async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return x509.PemConverter.encode(bytes, 'PRIVATE KEY')
}

const makeKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

export async function makeAuthority(name = 'quorate test authority'): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto)
  const keys = await makeKeys()
  const subject = `CN=${name}`
  const now = Date.now()
  let serial = 1
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: subject,
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
  return {
    caPem: root.toString('pem'),
    issue: async ({ names, usage, notAfter = new Date(now + DAY_MS) }) => {
      const own = await makeKeys()
      serial++
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(4, '0'),
        subject: `CN=${names[0] ?? 'nobody'}`,
        issuer: subject,
        notBefore: new Date(Math.min(now, notAfter.getTime()) - HOUR_MS),
        notAfter,
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage === 'server' ? 'serverAuth' : 'clientAuth']], false),
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value }))),
        ],
      })
      return { certPem: certificate.toString('pem'), keyPem: await keyPem(own) }
    },
  }
}

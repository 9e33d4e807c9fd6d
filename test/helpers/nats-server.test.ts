/** The broker's helper: what it says when it finds none; and that one starts, is killed, and starts again where it was, with certificates that hold. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect, it } from 'vitest'
import { makeAuthority } from './certificates.ts'
import { findNatsServer, freePort, natsServerFor, startNatsServer } from './nats-server.ts'

/** NATS says INFO in clear and takes TLS on the same connection. */
function handshake(port: number, tls: { ca: string; cert?: string; key?: string }): Promise<string> {
  return new Promise((resolve) => {
    const plain = connectPlain(port, '127.0.0.1')
    plain.once('data', () => {
      const secure = connectTls({ socket: plain, servername: 'localhost', ...tls })
      const done = (answer: string) => {
        plain.destroy()
        resolve(answer)
      }
      secure.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
      secure.once('close', () => done('closed'))
      // A client certificate that is missing is complained of after the handshake, on our first word.
      secure.once('secureConnect', () => secure.write('CONNECT {"verbose":false}\r\nPING\r\n'))
      secure.once('data', (data) => done(data.toString('latin1').trim()))
    })
  })
}

it('says in one line what is missing', () => {
  const { PATH } = process.env
  process.env['PATH'] = ''
  try {
    const found = findNatsServer({ install: false })
    // Some systems have it where nobody's PATH leads.
    if ('missing' in found) expect(found.missing).toMatch(/^nats-server is not on PATH; install it: [^\n]+$/)
    else expect(found.path).toMatch(/\/s?bin\/nats-server$/)
  } finally {
    process.env['PATH'] = PATH
  }
})

it('a broker starts, is killed and starts again on its port, and takes those whom its authority knows', async (context) => {
  const binary = natsServerFor(context)
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-broker-'))
  const authority = await makeAuthority()
  const server = await authority.issue({ names: ['localhost', '127.0.0.1'], usage: 'server' })
  const files = { cert: server.certPem, key: server.keyPem, ca: authority.caPem }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, `${name}.pem`), text, { mode: 0o600 })
  const file = (name: keyof typeof files) => path.join(folder, `${name}.pem`)
  const config = `tls { cert_file: "${file('cert')}", key_file: "${file('key')}", ca_file: "${file('ca')}", verify: true }\n`
  const broker = await startNatsServer({ binary, folder, port: await freePort(), config })
  try {
    const { pid, port } = broker
    await broker.stop('SIGKILL')
    await broker.restart()
    expect(broker.pid).not.toBe(pid)
    const { certPem: cert, keyPem: key } = await authority.issue({ names: ['a'], usage: 'client' })
    const expired = await authority.issue({ names: ['a'], usage: 'client', notAfter: new Date(Date.now() - 1_000) })
    const other = await makeAuthority('another')
    expect(await handshake(port, { ca: authority.caPem, cert, key })).toBe('PONG')
    expect(await handshake(port, { ca: authority.caPem })).not.toBe('PONG')
    expect(await handshake(port, { ca: authority.caPem, cert: expired.certPem, key: expired.keyPem })).not.toBe('PONG')
    expect(await handshake(port, { ca: other.caPem, cert, key })).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET/)
    expect(broker.log().match(/Server is ready/g)).toHaveLength(2)
    const silent = startNatsServer({ binary, folder, port: 1, configFile: path.join(folder, 'gone.conf') })
    await expect(silent).rejects.toThrow(/did not start on port 1; it wrote:\n[\s\S]*gone\.conf/)
  } finally {
    await broker.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})

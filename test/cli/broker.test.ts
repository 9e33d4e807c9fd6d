/** `quorate nats-config` and `quorate nats-setup`, up to a real broker that runs by what they wrote. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeNkey } from '../../src/bus/nats/nkeys.ts'
import { formatRosterDocument } from '../../src/wire/roster-file.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { testRoster } from '../helpers/identities.ts'
import { freePort, natsServerFor, startNatsServer } from '../helpers/nats-server.ts'
import { inProcess, oneLine } from './command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-nats-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => path.join(folder, name)

function writeRoster(name: string, ids: readonly string[], withKeys = ids): string {
  const keys = (names: readonly string[]) => new Map(names.map((id) => [id, makeNkey().publicKey]))
  const nkeys = { validators: keys(withKeys), operators: keys(['ops']) }
  writeFileSync(at(name), formatRosterDocument({ roster: testRoster([...ids]), nkeys }))
  return at(name)
}
const roster = writeRoster('roster.json', ['a', 'b', 'c'])

describe('quorate nats-config', () => {
  it('writes a user for each node and operator, each with subjects of its own', async () => {
    const { code, stdout, stderr } = await inProcess('nats-config', '--roster', roster, '--group', 'main')
    expect(code).toBe(0)
    expect(stderr).toContain('without TLS')
    for (const id of ['a', 'b', 'c']) {
      expect(stdout).toContain(`# node ${id}\n`)
      expect(stdout).toContain(`"quorate.v1.main.${id}.p2p.*"`)
      expect(stdout).toContain(`"quorate.v1.main.*.p2p.${id}"`)
      expect(stdout).toContain(`"_INBOX_${id}.>"`)
    }
    expect(stdout).toContain('"quorate.v1.main.ops.instruction"')
    expect(stdout.match(/nkey: U/g)).toHaveLength(4)
    expect(stdout).toContain('listen: "127.0.0.1:4222"')
    expect(stdout).toContain('max_payload: 1048576\n')
    expect(stdout).not.toMatch(/"(?:>|\$SYS|_INBOX\.)/)
  })

  it('T17: a large roster gets a payload that its key generation fits into', async () => {
    const ids = Array.from({ length: 150 }, (_, i) => `n${i}`)
    const large = writeRoster('large.json', ids)
    const { stdout } = await inProcess('nats-config', '--roster', large)
    const payload = Number(/max_payload: (\d+)/.exec(stdout)?.[1])
    // 150 participants, all of them needed to sign: 1,955,400 bytes, and what the broker counts beside them, in steps of 64 KiB.
    expect(payload).toBe(1_966_080)
    const less = await inProcess('nats-config', '--roster', large, '--max-payload', '1000000')
    expect(less.code).toBe(0)
    expect(less.stderr).toMatch(/150 validators needs messages of up to 1955400 bytes, more than 1000000/)
  })

  it('refuses what would not be safe or would leave somebody out', async () => {
    const plain = (...args: string[]) => inProcess('nats-config', '--roster', roster, ...args)
    expect((await plain('--host', '192.0.2.1')).stderr).toMatch(/host: must be a loopback address without TLS.*ERR_CONFIG/)
    expect((await plain('--tls-cert', 'x')).stderr).toMatch(/tlsKey/)
    expect((await plain('--tls-ca', 'x')).stderr).toMatch(/tlsCert/)
    expect((await plain('--group', 'a.b')).stderr).toMatch(/group: .*ERR_CONFIG/)
    expect((await plain('--port', '0')).stderr).toMatch(/port/)
    const without = writeRoster('without.json', ['a', 'b'], ['a'])
    const ended = await inProcess('nats-config', '--roster', without)
    expect(ended).toMatchObject({ code: 78, stdout: '' })
    expect(ended.stderr).toMatch(/nkeys\.validators\.b: is not in the roster/)
  })

  it('a broker runs by it, and "quorate nats-setup" makes its streams', async (context) => {
    const binary = natsServerFor(context)
    const authority = await makeAuthority()
    const port = await freePort()
    const pem = async (name: string, usage: 'server' | 'client') => {
      const { certPem, keyPem } = await authority.issue({ names: ['127.0.0.1'], usage })
      writeFileSync(at(`${name}.pem`), certPem)
      writeFileSync(at(`${name}.key`), keyPem, { mode: 0o600 })
    }
    await Promise.all([pem('server', 'server'), pem('ops', 'client')])
    writeFileSync(at('ca.pem'), authority.caPem)
    writeFileSync(at('unlock.key'), new Uint8Array(32).fill(7), { mode: 0o600 })
    const tls = ['--tls-ca', at('ca.pem'), '--tls-cert', at('ops.pem'), '--tls-key', at('ops.key')]
    const made = await inProcess(
      ...['init', '--operator', 'ops', '--folder', at('ops'), '--key-file', at('unlock.key'), '--roster', at('live.json')],
      ...['--group', 'main', '--server', `tls://127.0.0.1:${port}`, ...tls],
    )
    expect(made.code).toBe(0)
    const node = await inProcess('init', '--self', 'a', '--folder', at('a'), '--key-file', at('unlock.key'), '--roster', at('live.json'))
    await inProcess('roster', 'add', '--file', at('live.json'), made.stdout.trim(), node.stdout.trim())
    const written = await inProcess(
      ...['nats-config', '--roster', at('live.json'), '--group', 'main', '--jetstream-dir', at('jetstream'), '--output', at('nats.conf')],
      ...['--tls-cert', at('server.pem'), '--tls-key', at('server.key'), '--tls-ca', at('ca.pem')],
    )
    expect(written).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(statSync(at('nats.conf')).mode & 0o777).toBe(0o644)
    expect(readFileSync(at('nats.conf'), 'utf8')).toContain('verify: true')
    const server = await startNatsServer({ binary, folder, port, configFile: at('nats.conf') })
    try {
      const setUp = () => inProcess('nats-setup', '--json', '--config', at('ops/operator.yaml'))
      const states = ['QUORATE_main_INSTRUCTIONS', 'QUORATE_main_OUTCOMES']
      for (const state of ['made', 'kept']) {
        const ended = await setUp()
        expect(ended.code, ended.stderr).toBe(0)
        expect(oneLine(ended)).toEqual({
          schema: 'quorate.nats-setup/1',
          streams: states.map((name) => ({ name, state })),
          maxMessageBytes: 1 << 20,
        })
      }
      await server.stop('SIGKILL')
      const ended = await setUp()
      expect(ended.code).toBe(75)
      expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_BUS' })
    } finally {
      await server.stop('SIGKILL')
    }
  })
})

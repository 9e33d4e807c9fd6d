/** The built command as a process: what a shell, a script and an operator see. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Ended, inProcess, oneLine, quorate, start } from './command.ts'

/** Loaded before anything else, in each thread: a worker's first words. The handler of signals is in place by then. */
const TELLS_OF_WORKER = "import { isMainThread } from 'node:worker_threads'; if (!isMainThread) process._rawDebug('a worker starts')"

describe('quorate demo', () => {
  it('prints exactly one line of JSON, with a key, a signature count and bytes a suite', async () => {
    const ended = await quorate('demo', '--nodes', '4', '--min-signers', '2', '--messages', '8', '--seed', 'x', '--json')
    expect(ended.stderr).toBe('')
    expect(ended.code).toBe(0)
    const json = oneLine(ended)
    expect(json).toMatchObject({
      schema: 'quorate.demo/1',
      nodes: 4,
      minSigners: 2,
      seed: 'x',
      signatures: { requested: 24, verified: 24, verifiedBy: 'noble' },
    })
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(['schema', 'nodes', 'minSigners', 'kernel', 'workers', 'seed', 'keygen', 'signatures', 'pool', 'totalMs']),
    )
    const keygens = json['keygen'] as readonly Record<string, unknown>[]
    expect(keygens.map(({ suite }) => suite)).toEqual(['secp256k1-sha256', 'bip340', 'evm'])
    for (const { keyId, groupPublicKey, stages, bytesPerNode, totalMs } of keygens) {
      expect(keyId).toMatch(/^[0-9a-f]{64}$/)
      expect(groupPublicKey).toMatch(/^0[23][0-9a-f]{64}$/)
      expect(Object.keys(stages as object)).toEqual(['HashCommitment', 'Commitments', 'SecretShare', 'Confirm'])
      expect(bytesPerNode).toBeGreaterThan(0)
      expect(totalMs).toBeGreaterThan(0)
    }
  })

  it('draws new keys under the same seed', async () => {
    const run = (): Promise<Ended> =>
      quorate('demo', '--nodes', '2', '--min-signers', '2', '--messages', '1', '--suite', 'evm', '--seed', 'x', '--json')
    const [first, second] = (await Promise.all([run(), run()])).map(oneLine)
    const keyOf = (json: Record<string, unknown> = {}): unknown =>
      (json['keygen'] as readonly { groupPublicKey: string }[])[0]?.groupPublicKey
    expect(keyOf(first)).toMatch(/^0[23]/)
    expect(keyOf(first)).not.toBe(keyOf(second))
  })

  it('works for one node, and without workers', async () => {
    const ended = await quorate('demo', '--nodes', '1', '--min-signers', '1', '--messages', '2', '--workers', '0', '--batch', '2', '--json')
    expect(ended.code).toBe(0)
    expect(oneLine(ended)).toMatchObject({ nodes: 1, workers: 0, signatures: { requested: 6, verified: 6 } })
  })

  it('is quiet when piped, and tells people the keys, times, bytes and worker use', async () => {
    const { code, stdout, stderr } = await quorate('demo', '--nodes', '3', '--min-signers', '2', '--messages', '3', '--suite', 'bip340')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).not.toContain('\u001b')
    for (const text of ['group key  0', 'HashCommitment', 'a signature', 'sent by a node', 'on the main thread', 'noble']) {
      expect(stdout).toContain(text)
    }
  })

  it('ends cleanly on SIGINT: exit 130, one line of JSON', async () => {
    const { child, ended } = start(['demo', '--messages', '10000', '--suite', 'bip340', '--workers', '1', '--json'], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELLS_OF_WORKER)}`,
    })
    // Under --json the demo itself says nothing before its end.
    if (child.stderr !== null) await once(child.stderr, 'data')
    child.kill('SIGINT')
    const result = await ended
    expect(result.code).toBe(130)
    expect(oneLine(result)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_ABORTED' })
  })
})

describe('usage errors', () => {
  it.each([
    [['--nodes', '0'], 'nodes'],
    [['--nodes', '1001'], 'nodes'],
    [['--nodes', '1.5'], 'nodes'],
    [['--nodes', '3', '--min-signers', '4'], 'minSigners'],
    [['--messages', '-1'], 'messages'],
    [['--suite', 'ed25519'], 'suite'],
    [['--workers', '65'], 'workers'],
    [['--batch', '1001'], 'batch'],
    [['--seed', ''], 'seed'],
    [['--nodez', '3'], 'nodez'],
    [['--nodes'], 'nodes'],
    [['--seed', '--json'], 'seed'],
    [['extra'], 'arguments'],
  ])('quorate demo %j exits 2 and names the field', async (flags, field) => {
    // Before the others: "--nodes --json" would be a number called "--json".
    const ended = await inProcess('demo', '--json', ...flags)
    expect(ended.code).toBe(2)
    expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_INVALID_ARGUMENT', field })
  })

  it('without --json nothing is on stdout', async () => {
    const { code, stdout, stderr } = await quorate('demo', '--nodes', 'five')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('nodes')
    expect(stderr.trimEnd().split('\n').length).toBe(1)
  })

  it('no command and an unknown one are usage errors; help and version are not', async () => {
    const [none, unknown, help, version] = await Promise.all([quorate(), quorate('frobnicate'), quorate('--help'), quorate('--version')])
    expect([none.code, unknown.code, help.code, version.code]).toEqual([2, 2, 0, 0])
    expect(help.stdout).toContain('demo')
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('quorate verify', () => {
  // BIP-340's test vectors, row 1.
  const key = 'dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659'
  const message = '243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89'
  const signature =
    '6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a'
  const ARGUMENTS = ['verify', '--suite', 'bip340', '--key', key, '--message', message, '--signature', signature]
  const verify = (...more: string[]): Promise<Ended> => quorate(...ARGUMENTS, ...more)

  it('exits 0 for a valid signature, 1 for another', async () => {
    const [good, bad] = await Promise.all([verify(), verify('--message', '00')])
    expect([good.code, good.stdout, bad.code, bad.stdout]).toEqual([0, 'valid\n', 1, 'not valid\n'])
  })

  it('refuses odd and non-hex text by field', async () => {
    for (const [flag, text, field] of [
      ['--key', 'abc', 'key'],
      ['--message', 'zz', 'message'],
      ['--signature', '0x00', 'signature'],
      ['--key', '00', 'key'],
    ] as const) {
      const ended = await inProcess(...ARGUMENTS, flag, text, '--json')
      expect(ended.code, `${flag} ${text}`).toBe(2)
      expect(oneLine(ended)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field })
    }
  })
})

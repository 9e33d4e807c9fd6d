/** The demo's pool comes from the configuration: flags over environment over file over defaults, from outside the process. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
const SMALL = ['demo', '--nodes', '1', '--min-signers', '1', '--messages', '1', '--suite', 'bip340', '--json']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'quorate-config-'))
  await writeFile(path.join(folder, 'node.yaml'), 'pool:\n  workers: 2\nkernel: baseline\n')
  await writeFile(path.join(folder, 'wrong.yaml'), 'pool:\n  wokers: 2\n')
})

afterAll(() => rm(folder, { recursive: true }))

function run(flags: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; line: Record<string, unknown> }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...SMALL, ...flags], { env: { ...process.env, ...env } }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, line: JSON.parse(stdout) as Record<string, unknown> })
    })
  })
}

describe('the demo reads its configuration', () => {
  it('from a file, which the environment overrides, which a flag overrides', async () => {
    const file = ['--config', path.join(folder, 'node.yaml')]
    const [fromFile, fromEnvironment, fromFlag] = await Promise.all([
      run(file),
      run(file, { QUORATE_POOL_WORKERS: '1', QUORATE_KERNEL: 'integer' }),
      run([...file, '--workers', '0', '--kernel', 'integer'], { QUORATE_POOL_WORKERS: '1', QUORATE_KERNEL: 'baseline' }),
    ])
    expect(fromFile.line).toMatchObject({ workers: 2, kernel: 'baseline' })
    expect(fromEnvironment.line).toMatchObject({ workers: 1, kernel: 'integer' })
    expect(fromFlag.line).toMatchObject({ workers: 0, kernel: 'integer' })
  })

  it.each([
    [['--config', 'wrong.yaml'], {}, 'pool.wokers'],
    [['--config', 'missing.yaml'], {}, 'config'],
    [[], { QUORATE_POOL_WORKERS: '1e1' }, 'pool.workers'],
    [[], { QUORATE_SIGNING_BATCH: '0' }, 'signing.batch'],
    [[], { QUORATE_POOL_WOKERS: '1' }, 'QUORATE_POOL_WOKERS'],
  ])('and refuses %j with %j: exit 78, and names the setting', async (flags, env, field) => {
    const { code, line } = await run(
      flags.map((flag) => (flag.endsWith('.yaml') ? path.join(folder, flag) : flag)),
      env,
    )
    expect(code).toBe(78)
    expect(line).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_CONFIG', field })
  })

  it('and runs the fma kernel, or says that it cannot be had where the engine lacks relaxed SIMD', async () => {
    const { code, line } = await run(['--workers', '0'], { QUORATE_KERNEL: 'fma' })
    // Later versions of Node have relaxed SIMD without a flag.
    const there = Number(process.versions.node.split('.')[0]) >= 22
    expect(code).toBe(there ? 0 : 78)
    expect(line).toMatchObject(there ? { kernel: 'fma' } : { code: 'ERR_KERNEL_UNAVAILABLE' })
  })
})

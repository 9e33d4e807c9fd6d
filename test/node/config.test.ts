import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type ConfigLayer, type ConfigSources, loadConfig } from '../../src/node/config.ts'
import { KernelPool } from '../../src/pool/kernel-pool.ts'
import { threadsOf } from '../../src/pool/threads.ts'

/** What a test about the pool does not ask for. */
const REST = {
  http: { host: '127.0.0.1', port: 9464 },
  log: { level: 'info' },
  limits: { stageTimeoutMs: 30_000, graceMs: 30_000, maxOpenCeremonies: 4_096, earlyBytesPerPeer: 4 << 20, earlyBytesTotal: 64 << 20 },
}

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function file(content: string | Uint8Array): string {
  const name = path.join(folder, `${files++}.yaml`)
  writeFileSync(name, content)
  return name
}

/** The error's field and message. */
function refusal(sources: ConfigSources): { field?: string; message: string } {
  try {
    loadConfig(sources)
  } catch (error) {
    expect(error).toMatchObject({ name: 'QuorateError', code: 'ERR_CONFIG' })
    return error as { field?: string; message: string }
  }
  throw new Error(`accepted: ${JSON.stringify(sources)}`)
}

const refusedFile = (content: string | Uint8Array): { field?: string; message: string } => refusal({ file: file(content) })
const refusedEnv = (env: Record<string, string>): { field?: string; message: string } => refusal({ env })

describe('precedence', () => {
  test('without sources the defaults are those of the pool', () => {
    const workers = Math.min(64, Math.max(1, availableParallelism() - 1))
    const defaults = { pool: { workers, maxQueue: 1024, inlineBelowMicros: 150 }, kernel: 'auto', signing: { batch: 1 }, ...REST }
    expect(loadConfig()).toEqual(defaults)
    expect(loadConfig({ flags: {}, env: {}, file: null })).toEqual(defaults)
    expect(loadConfig({ file: file('') })).toEqual(defaults)
    expect(loadConfig({ file: file('# nothing\n') })).toEqual(defaults)
  })

  test('flags over QUORATE_* over file over defaults, each setting by itself', () => {
    const yaml = file('pool:\n  workers: 3\n  maxQueue: 30\n  inlineBelowMicros: 300\nkernel: integer\nsigning:\n  batch: 7\n')
    const env = {
      QUORATE_POOL_WORKERS: '4',
      QUORATE_POOL_MAX_QUEUE: '40',
      QUORATE_SIGNING_BATCH: '8',
      QUORATE_KERNEL: 'baseline',
      HOME: '/root',
    }
    const flags: ConfigLayer = { pool: { workers: 5, maxQueue: undefined }, kernel: undefined }
    expect(loadConfig({ file: yaml })).toEqual({
      pool: { workers: 3, maxQueue: 30, inlineBelowMicros: 300 },
      kernel: 'integer',
      signing: { batch: 7 },
      ...REST,
    })
    expect(loadConfig({ file: yaml, env })).toEqual({
      pool: { workers: 4, maxQueue: 40, inlineBelowMicros: 300 },
      kernel: 'baseline',
      signing: { batch: 8 },
      ...REST,
    })
    expect(loadConfig({ file: yaml, env, flags })).toEqual({
      pool: { workers: 5, maxQueue: 40, inlineBelowMicros: 300 },
      kernel: 'baseline',
      signing: { batch: 8 },
      ...REST,
    })
    expect(loadConfig({ file: yaml, env, flags: { signing: { batch: 9 } } }).signing).toEqual({ batch: 9 })
    expect(loadConfig({ file: yaml, flags: { pool: { workers: 0 } } }).pool.workers).toBe(0)
  })

  test('every setting has its variable', () => {
    const env = {
      QUORATE_POOL_WORKERS: '0',
      QUORATE_POOL_MAX_QUEUE: '1000000',
      QUORATE_POOL_INLINE_BELOW_MICROS: '1000000000',
      QUORATE_SIGNING_BATCH: '1000',
      QUORATE_KERNEL: 'fma',
      QUORATE_HTTP_HOST: '::1',
      QUORATE_HTTP_PORT: '0',
      QUORATE_LOG_LEVEL: 'debug',
    }
    expect(loadConfig({ env })).toEqual({
      pool: { workers: 0, maxQueue: 1_000_000, inlineBelowMicros: 1_000_000_000 },
      kernel: 'fma',
      signing: { batch: 1_000 },
      http: { host: '::1', port: 0 },
      log: { level: 'debug' },
      limits: REST.limits,
    })
  })

  test('the result is frozen', () => {
    const config = loadConfig()
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.pool)).toBe(true)
    expect(Object.isFrozen(config.signing)).toBe(true)
  })

  test('pool.workers is the number of threads', async () => {
    for (const workers of [0, 2]) {
      const config = loadConfig({ file: file('kernel: integer\n'), env: { QUORATE_POOL_WORKERS: String(workers) } })
      const pool = await KernelPool.create({ ...config.pool, kernel: config.kernel })
      try {
        expect(threadsOf(pool)).toHaveLength(workers)
        expect(pool.stats().workers).toBe(workers)
        expect(pool.kernel.info.name).toBe('integer')
      } finally {
        await pool.close()
      }
    }
  })
})

describe('the file', () => {
  test('wrong values are refused with their setting and the file that says so, also where another source overrides it', () => {
    for (const workers of ['-1', '65', '1.5', '.nan', '.inf', '"2"', 'true', 'null', '[]', '1e99', '9007199254740993', '2s']) {
      const yaml = file(`pool:\n  workers: ${workers}\n`)
      for (const flags of [{}, { pool: { workers: 1 } }]) {
        const { field, message } = refusal({ file: yaml, flags })
        expect(field).toBe('pool.workers')
        expect(message).toContain('0..64')
        expect(message).toContain(yaml)
      }
    }
    expect(refusedFile('pool:\n  maxQueue: 0\n').field).toBe('pool.maxQueue')
    expect(refusedFile('pool:\n  inlineBelowMicros: -1\n').field).toBe('pool.inlineBelowMicros')
    expect(refusedFile('kernel: wasm\n')).toMatchObject({
      field: 'kernel',
      message: expect.stringContaining('auto, integer, fma, baseline'),
    })
    for (const content of ['pool: 3\n', 'pool:\n', 'pool: []\n']) expect(refusedFile(content).field).toBe('pool')
    for (const content of ['- pool\n', 'text\n', '7\n']) expect(refusedFile(content).field).toBe('file')
  })

  test('J1: unknown keys are refused with their path, those of Object.prototype too', () => {
    expect(refusedFile('pool:\n  wrokers: 2\n').field).toBe('pool.wrokers')
    expect(refusedFile('pools:\n  workers: 2\n').field).toBe('pools')
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(refusedFile(`${key}:\n  workers: 2\n`).field).toBe(key)
      expect(refusedFile(`pool:\n  ${key}: 2\n`).field).toBe(`pool.${key}`)
    }
    expect(({} as { workers?: unknown }).workers).toBeUndefined()
  })

  test('J2: a key given twice is refused with its line', () => {
    expect(refusedFile('kernel: auto\npool:\n  workers: 1\n  workers: 2\n').message).toContain('DUPLICATE_KEY in line 4')
    expect(refusedFile('kernel: auto\nkernel: auto\n').message).toContain('DUPLICATE_KEY')
  })

  test('anchors, aliases, merge keys, tags, several documents and non-string keys are refused', () => {
    const bomb = ['a: &a [x, x]', ...Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *a]`)].join('\n')
    for (const content of [
      bomb,
      'pool: &p\n  workers: 1\n',
      'pool: *nowhere\n',
      'kernel: !!js/function "x"\n',
      'kernel: !secret auto\n',
      'kernel: auto\n---\nkernel: auto\n',
      '? [a]\n: 1\n',
      '%YAML 9.9\n---\nkernel: auto\n',
      'pool: {workers: 1\n',
      '\tkernel: auto\n',
    ]) {
      expect(refusedFile(content), content).toMatchObject({ field: 'file' })
    }
    expect(refusedFile('pool:\n  <<: {workers: 1}\n').field).toBe('pool.<<')
  })

  test('a file that is too large, not UTF-8, nested without end or not there is refused', () => {
    expect(refusedFile(`# ${'x'.repeat(256 * 1024)}\n`).message).toContain('larger than 262144 bytes')
    expect(refusedFile(Uint8Array.of(0x23, 0xff, 0x0a)).message).toContain('not UTF-8')
    for (const opening of ['[', '{a: ', '- ', '? ', '[{? ']) {
      for (const count of [20, 20_000]) expect(refusedFile(opening.repeat(count)).message, opening).toContain('nested too deep')
    }
    const blocks = Array.from({ length: 30 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
    expect(refusedFile(blocks).message).toContain('nested too deep')
    expect(refusal({ file: path.join(folder, 'missing.yaml') }).message).toContain('ENOENT')
    expect(refusal({ file: folder }).message).toContain('EISDIR')
  })

  test('nothing of a wrong value is quoted', () => {
    for (const content of ['pool:\n  workers: s3cr3t\n', 'kernel: s3cr3t\n', 'pool: s3cr3t\n', 's3cr3t\n', 'pool: [s3cr3t\n']) {
      expect(refusedFile(content).message).not.toContain('s3cr3t')
    }
    expect(refusedEnv({ QUORATE_KERNEL: 's3cr3t' }).message).not.toContain('s3cr3t')
    expect(refusedEnv({ QUORATE_POOL_WORKERS: 's3cr3t' }).message).not.toContain('s3cr3t')
  })
})

describe('the environment', () => {
  test('J3: numbers are decimal digits and nothing else', () => {
    for (const text of [
      '',
      ' ',
      ' 1 ',
      '1 ',
      '0x10',
      '1e3',
      'NaN',
      'Infinity',
      '-1',
      '+1',
      '1.0',
      '01',
      '1_000',
      '٣',
      '1\n',
      '9'.repeat(20),
    ]) {
      const { field, message } = refusedEnv({ QUORATE_POOL_WORKERS: text })
      expect(field).toBe('pool.workers')
      expect(message).toContain('QUORATE_POOL_WORKERS')
    }
    expect(refusedEnv({ QUORATE_POOL_WORKERS: '65' }).message).toContain('must be an integer in 0..64 (from the environment variable')
    expect(refusedEnv({ QUORATE_POOL_MAX_QUEUE: '0' }).field).toBe('pool.maxQueue')
    expect(refusedEnv({ QUORATE_POOL_INLINE_BELOW_MICROS: '1000000001' }).field).toBe('pool.inlineBelowMicros')
    for (const text of ['', 'AUTO', 'auto ']) expect(refusedEnv({ QUORATE_KERNEL: text }).field).toBe('kernel')
  })

  test('an unknown QUORATE_ variable is refused by name; the suite has its own, others are not ours', () => {
    expect(refusedEnv({ QUORATE_POOL_WORKER: '2' })).toMatchObject({
      field: 'QUORATE_POOL_WORKER',
      message: expect.stringContaining('QUORATE_POOL_WORKERS'),
    })
    expect(refusedEnv({ QUORATE_: '' }).field).toBe('QUORATE_')
    loadConfig({ env: { QUORATE_TEST_SEED: '1', QUORATES: 'x', PATH: '/bin', toString: 'x' } })
  })
})

describe('the command line', () => {
  test('is checked like the rest and named as the source', () => {
    const refused = (flags: unknown) => refusal({ flags: flags as ConfigLayer })
    expect(refused({ pool: { workers: '2' } })).toMatchObject({ field: 'pool.workers', message: expect.stringContaining('command line') })
    expect(refused({ pool: { workers: NaN } }).field).toBe('pool.workers')
    expect(refused({ pool: { workerz: 1 } }).field).toBe('pool.workerz')
    expect(refused({ kernel: null }).field).toBe('kernel')
    expect(refused([]).field).toBe('flags')
  })
})

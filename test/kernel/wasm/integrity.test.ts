import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/bytes.ts'
import { QuorateError } from '../../../src/errors.ts'
import type { Kernel } from '../../../src/kernel/contract.ts'
import { sharedKernel } from '../../../src/kernel/shared.ts'
import { compileKernelModule, instantiateKernel, loadWasmKernel } from '../../../src/kernel/wasm/index.ts'
import { type ModuleName, verifyKernelBytes } from '../../../src/kernel/wasm/module.ts'
import { selfTest } from '../../../src/kernel/wasm/self-test.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'

const MODULES: readonly ModuleName[] = ['integer', 'fma']
const root = fileURLToPath(new URL('../../../', import.meta.url))

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof QuorateError) return error.code
    throw error
  }
  return 'none'
}

describe('the kernel that runs is the kernel that was built', () => {
  it('the generated arithmetic is what its generator writes', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-field.mjs', '--check'], { cwd: root, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  it.each(MODULES)('J13: one flipped bit anywhere in %s is ERR_KERNEL_INTEGRITY', (name) => {
    const bytes = new Uint8Array(readFileSync(`${root}dist/src/kernel/wasm/${name}.wasm`))
    const random = seededRandom(`wasm integrity ${testSeed()}`)
    verifyKernelBytes(name, bytes)
    for (let i = 0; i < 200; i++) {
      const [a = 0, b = 0, c = 0, bit = 0] = random(4)
      const at = ((a << 16) | (b << 8) | c) % bytes.length
      const altered = new Uint8Array(bytes)
      altered[at] = (altered[at] ?? 0) ^ (1 << (bit & 7))
      expect(codeOf(() => verifyKernelBytes(name, altered))).toBe('ERR_KERNEL_INTEGRITY')
    }
    expect(codeOf(() => verifyKernelBytes(name, bytes.subarray(1)))).toBe('ERR_KERNEL_INTEGRITY')
  })

  it('J13: a kernel that computes one operation wrongly fails its self-test', () => {
    const kernel = sharedKernel()
    selfTest(kernel)
    const spoil = (result: Uint8Array) => {
      result[result.length - 1] = (result.at(-1) ?? 0) ^ 1
      return result
    }
    const spoiled: Partial<Kernel>[] = [
      { baseMul: (s) => spoil(kernel.baseMul(s)) },
      { baseMulVar: (s) => spoil(kernel.baseMulVar(s)) },
      { mul: (p, s) => spoil(kernel.mul(p, s)) },
      { mulVar: (p, s) => spoil(kernel.mulVar(p, s)) },
      { evaluateInExponent: (c, t, i) => spoil(kernel.evaluateInExponent(c, t, i)) },
      { msmVar: (p, s) => spoil(kernel.msmVar(p, s)) },
      { scalarMul: (a, b) => spoil(kernel.scalarMul(a, b)) },
      { verifySignatures: (a) => spoil(kernel.verifySignatures(a)) },
    ]
    for (const fault of spoiled)
      expect(['ERR_KERNEL_INTEGRITY', 'ERR_INVALID_ARGUMENT']).toContain(codeOf(() => selfTest({ ...kernel, ...fault })))
  })

  it.each(MODULES)('%s tells what it is', (name) => {
    const compiled = compileKernelModule(name)
    expect(compiled.sha256).toMatch(/^[0-9a-f]{64}$/)
    const { info } = instantiateKernel(structuredClone(compiled))
    expect(info.name).toBe(name)
    expect(info.wasmSha256).toBe(compiled.sha256)
    expect(info.tablesBytes).toBeGreaterThan(100_000)
    expect(info.initMs).toBeGreaterThan(0)
  })

  it('refuses a kernel that is none', async () => {
    const unknown: object = { kernel: 'fast' }
    await expect(loadWasmKernel(unknown)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'kernel' })
    expect(toHex((await loadWasmKernel({ kernel: 'auto' })).scalarMul(one(3), one(5)))).toBe(toHex(one(15)))
  })
})

function one(value: number): Uint8Array {
  const out = new Uint8Array(32)
  out[31] = value
  return out
}

/** Which module runs where: `fma` only on a machine that shows that it computes it, `integer` everywhere else. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { QuorateError } from '../../../src/errors.ts'
import { instantiateKernel } from '../../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule, readKernelBytes } from '../../../src/kernel/wasm/module.ts'
import { type Machine, selectKernel } from '../../../src/kernel/wasm/select.ts'
import { webAssembly } from '../../../src/kernel/wasm/webassembly.ts'
import '../../helpers/relaxed-simd.ts'

const unavailable = expect.objectContaining({ name: 'QuorateError', code: 'ERR_KERNEL_UNAVAILABLE', field: 'kernel' })
const able: Machine = { validate: (bytes) => webAssembly.validate(bytes), instantiate: instantiateKernel }
const integer = compileKernelModule('integer')

/** Machines that must not run `fma`. */
const UNABLE: readonly (readonly [string, Machine])[] = [
  ['an engine that does not know relaxed SIMD', { ...able, validate: () => false }],
  [
    'a multiply-add that rounds twice',
    // the probe of the integer module says no: it stands for an instance on such a machine
    { ...able, instantiate: (compiled) => instantiateKernel(compiled.name === 'fma' ? { ...compiled, module: integer.module } : compiled) },
  ],
  [
    'an arithmetic that gives wrong answers',
    {
      ...able,
      instantiate: (compiled) => {
        if (compiled.name === 'fma') throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'the self-test failed' })
        return instantiateKernel(compiled)
      },
    },
  ],
]

describe('the choice of the module', () => {
  it.each(UNABLE)('%s: auto runs integer, fma is refused, integer does not care', (_, machine) => {
    const { compiled, kernel } = selectKernel('auto', machine)
    expect(kernel.info.name).toBe('integer')
    expect(compiled.sha256).toBe(integer.sha256)
    expect(() => selectKernel('fma', machine)).toThrow(unavailable)
    expect(selectKernel('integer', machine).kernel.info.name).toBe('integer')
  })

  it('where the machine shows that it can, auto and fma are the module of fused multiply-adds', () => {
    for (const choice of ['auto', 'fma'] as const) {
      const { compiled, kernel } = selectKernel(choice)
      expect(kernel.info).toMatchObject({ name: 'fma', wasmSha256: compiled.sha256 })
      // what another thread is given
      expect(instantiateKernel(structuredClone(compiled)).info).toMatchObject({ name: 'fma', wasmSha256: compiled.sha256 })
    }
  })

  it('the probe tells one rounding from two', () => {
    expect(new KernelInstance(compileKernelModule('fma')).exports.roundsOnce()).toBe(1)
    expect(new KernelInstance(integer).exports.roundsOnce()).toBe(0)
    // rounded twice, as here, nothing is left of the 2^-60 that the probe wants to see
    const factor = 1 + 2 ** -30
    expect(factor * factor - (1 + 2 ** -29)).toBe(0)
  })

  it('an unknown name is ERR_INVALID_ARGUMENT', () => {
    const unknown: string = 'fast'
    expect(() => selectKernel(unknown as 'auto')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'kernel' }))
  })

  it('a process without flags runs what its engine has by default, and says which', () => {
    const index = new URL('../../../dist/src/kernel.js', import.meta.url).href
    const script = `const { loadWasmKernel } = await import(${JSON.stringify(index)})
      const { readKernelBytes } = await import(${JSON.stringify(new URL('./wasm/module.js', index.replace(/kernel\.js$/, 'kernel/')).href)})
      const { info } = await loadWasmKernel()
      console.log(info.name, WebAssembly.validate(readKernelBytes('fma')))`
    const env = { ...process.env, NODE_OPTIONS: '' }
    const options = { encoding: 'utf8', env, cwd: fileURLToPath(new URL('../../../', import.meta.url)) } as const
    const line = execFileSync(process.execPath, ['--input-type=module', '-e', script], options).trim()
    expect(['fma true', 'integer false']).toContain(line)
    expect(readKernelBytes('fma').length).toBeLessThan(250_000)
  })
})

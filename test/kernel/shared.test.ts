import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const shared = new URL('dist/src/kernel/shared.js', root).href

/** What a process of its own says of its shared kernel when the variable has this value. */
function kernelUnder(value: string | undefined): string {
  const script = `const { sharedKernel } = await import(${JSON.stringify(shared)})
    try { console.log(sharedKernel().info.name) } catch ({ code, field }) { console.log(code, field) }`
  // A variable whose value is undefined is not set.
  const env = { ...process.env, NODE_OPTIONS: '', QUORATE_KERNEL: value }
  const options = { encoding: 'utf8', cwd: fileURLToPath(root), env } as const
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], options).trim()
}

describe('the kernel of functions that take none', () => {
  it('is the one that QUORATE_KERNEL names', () => {
    expect(kernelUnder('baseline')).toBe('baseline')
    expect(kernelUnder('integer')).toBe('integer')
    expect(['fma', 'ERR_KERNEL_UNAVAILABLE kernel']).toContain(kernelUnder('fma'))
  })

  it('is the best that runs here when the variable is not set or says auto', () => {
    const best = kernelUnder('fma') === 'fma' ? 'fma' : 'integer'
    expect(kernelUnder(undefined)).toBe(best)
    expect(kernelUnder('auto')).toBe(best)
  })

  it('a name that is none is refused, and not taken for the default', () => {
    for (const name of ['', 'AUTO', 'fast']) expect(kernelUnder(name)).toBe('ERR_CONFIG kernel')
  })
})

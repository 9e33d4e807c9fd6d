import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule } from '../../../src/kernel/wasm/module.ts'
import { webAssembly } from '../../../src/kernel/wasm/webassembly.ts'
import { buildCopies } from '../test-kernels.ts'
import { MODULES, moduleBytes } from './modules.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const MAX_BYTES = 250_000
const PAGE = 65_536

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const copies = await buildCopies(MODULES)
afterAll(() => {
  for (const { path: copy } of copies) for (const ending of ['.wasm', '.wat']) rmSync(`${copy}${ending}`, { force: true })
})

describe.each(MODULES)('the module %s', (name) => {
  it('is built again from the sources, in another folder, byte for byte as the set-up built it', () => {
    const again = copies[MODULES.indexOf(name)]
    expect(digest(again?.wasm ?? new Uint8Array())).toBe(digest(moduleBytes(name)))
  })

  it(`has fewer than ${MAX_BYTES} bytes, imports nothing, and a memory that cannot grow`, async () => {
    const bytes = moduleBytes(name)
    expect(bytes.length).toBeLessThan(MAX_BYTES)
    const module = await webAssembly.compile(bytes)
    expect(webAssembly.Module.imports(module)).toEqual([])
    const { exports } = new KernelInstance({ module })
    const pages = exports.memory.buffer.byteLength / PAGE
    expect(() => (exports.memory as unknown as { grow(pages: number): number }).grow(1)).toThrow(RangeError)
    expect(exports.memory.buffer.byteLength / PAGE).toBe(pages)
  })

  it('holds nothing that only tests need: no check of bounds, no leak', () => {
    const text = readFileSync(path.join(root, `dist/assembly/${name}.wat`), 'utf8')
    expect(text).toMatch(/\(func \$assembly\/field\/multiply\/fieldMul /)
    expect(text).not.toMatch(/\$assembly\/tests\//)
  })
})

it('the modules that are loaded are those whose digests the build wrote', () => {
  expect([...MODULES].sort()).toEqual(['fma', 'integer'])
  for (const name of ['integer', 'fma'] as const) expect(compileKernelModule(name).sha256).toBe(digest(moduleBytes(name)))
})

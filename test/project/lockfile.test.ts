import { describe, expect, it } from 'vitest'
import { textOf } from './sources.ts'

interface Locked {
  readonly integrity?: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly hasInstallScript?: boolean
}

const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Readonly<Record<string, Locked>> }
const manifest = JSON.parse(textOf('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>> & {
  engines: { node: string }
}

describe('the lockfile', () => {
  it('holds every optional package, of other platforms too: without one "npm ci" refuses the lockfile there and here', () => {
    const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !names.has(name))
        .map((name) => `${path} -> ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('J20: pins each package by its hash, and no registry by its address', () => {
    const others = Object.entries(packages).filter(([path]) => path !== '')
    expect(others.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([])
    expect(others.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
  })

  it('J20: no dependency of a user runs a script at installation, and none but the known ones is there', () => {
    const direct = Object.keys(manifest.dependencies)
    expect(direct).toEqual([
      '@nats-io/jetstream',
      '@nats-io/nkeys',
      '@nats-io/transport-node',
      '@noble/ciphers',
      '@noble/hashes',
      'bn.js',
      'classic-level',
      'cli-progress',
      'commander',
      'micro-packed',
      'pino',
      'piscina',
      'prom-client',
      'yaml',
      'zod',
    ])
    const scripted = direct.filter((name) => packages[`node_modules/${name}`]?.hasInstallScript === true)
    // It builds LevelDB where its package holds no binary for the platform; where it does, the script need not run and nothing here runs it.
    expect(scripted).toEqual(['classic-level'])
  })

  it('the manifest pins exact versions', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    )
    expect(loose).toEqual([])
  })
})

it('the set-up asks for the Node that the manifest asks for', () => {
  const wanted = /^const WANTED = \[(\d+), (\d+)\]$/m.exec(textOf('scripts/ensure.mjs'))
  expect(manifest.engines.node).toBe(`>=${wanted?.[1]}.${wanted?.[2]}`)
})

import { describe, expect, it } from 'vitest'
import { filesUnder, importsOf, isGenerated, textOf } from './sources.ts'

/** What a room may import directly; it may import whatever lies below that as well (docs/architecture.md). */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  // The commands are the first users of the public list.
  cli: ['node', 'index'],
  node: ['client'],
  client: ['bus', 'pool', 'keystore', 'ceremony'],
  bus: ['bytes'],
  keystore: ['bytes'],
  ceremony: ['wire', 'crypto'],
  wire: ['crypto'],
  pool: ['crypto'],
  frost: ['crypto', 'kernel'],
  crypto: ['kernel'],
  kernel: ['errors', 'bytes'],
  bytes: ['errors'],
  errors: [],
  index: [],
}

/** Packages that belong to one part alone. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  piscina: ['src/pool/'],
  'bn.js': ['src/kernel/baseline/'],
  commander: ['src/cli/'],
  'cli-progress': ['src/cli/'],
  'micro-packed': ['src/wire/', 'src/ceremony/'],
  '@nats-io/transport-node': ['src/bus/nats/'],
  '@nats-io/jetstream': ['src/bus/nats/'],
  '@nats-io/nkeys': ['src/bus/nats/'],
  'classic-level': ['src/keystore/'],
  pino: ['src/node/'],
  'prom-client': ['src/node/'],
  yaml: ['src/node/'],
  zod: ['src/node/'],
}

/** Loaded by the demo when they are there: everything else in src/ must do with the dependencies. */
const OPTIONAL_PEERS: Readonly<Record<string, readonly string[]>> = { '@noble/curves': ['src/cli/'] }

const sources = filesUnder('src').filter((file) => file.endsWith('.ts'))

/** The public lists, of `quorate` and of `quorate/kernel`: the second adds the pool to what kernel/ has, which may not know it. */
const LISTS: ReadonlySet<string> = new Set(['src/index.ts', 'src/kernel.ts'])

/** The public lists may name every room but the commands; a room is the folder, or the file, right below src/. */
const roomOf = (file: string): string => (LISTS.has(file) ? 'index' : (file.split('/')[1] ?? '').replace(/\.ts$/, ''))

function below(room: string): ReadonlySet<string> {
  const reached = new Set<string>()
  const walk = (name: string): void => {
    for (const next of ARROWS[name] ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      walk(next)
    }
  }
  walk(room)
  return reached
}

describe('rooms', () => {
  it('every file below src/ is in a room that the rules name', () => {
    const strangers = sources.filter((file) => !(roomOf(file) in ARROWS))
    expect(strangers).toEqual([])
  })

  it('a room imports only itself and what lies below it', () => {
    const breaches: string[] = []
    for (const file of sources) {
      const room = roomOf(file)
      if (room === 'index') continue
      const allowed = below(room)
      for (const target of importsOf(file).files) {
        if (!target.startsWith('src/')) breaches.push(`${file} -> ${target}`)
        else if (roomOf(target) !== room && !allowed.has(roomOf(target))) breaches.push(`${file} -> ${target}`)
      }
    }
    expect(breaches).toEqual([])
  })

  it('the rule itself: the ceremony reaches no bus, pool or store, and nothing reaches the commands', () => {
    const reached = below('ceremony')
    for (const room of ['bus', 'pool', 'keystore', 'client', 'node', 'cli', 'frost']) expect(reached.has(room), room).toBe(false)
    expect(reached.has('kernel')).toBe(true)
    for (const room of Object.keys(ARROWS)) expect(below(room).has('cli'), room).toBe(false)
  })

  it('nothing imports the commands, not even the public list', () => {
    const importers = sources.filter((file) => roomOf(file) !== 'cli' && importsOf(file).files.some((target) => roomOf(target) === 'cli'))
    expect(importers).toEqual([])
  })
})

describe('packages', () => {
  it('a package is imported only where it belongs', () => {
    const breaches: string[] = []
    for (const file of sources) {
      for (const name of importsOf(file).packages) {
        const homes = PACKAGE_HOMES[name] ?? OPTIONAL_PEERS[name]
        if (homes !== undefined && !homes.some((home) => file.startsWith(home))) breaches.push(`${file} -> ${name}`)
      }
    }
    expect(breaches).toEqual([])
  })

  it('what src/ imports is a dependency, not a development dependency', () => {
    const manifest = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> }
    const allowed = new Set([...Object.keys(manifest.dependencies), ...Object.keys(OPTIONAL_PEERS)])
    const missing = sources.flatMap((file) =>
      importsOf(file)
        .packages.filter((name) => !allowed.has(name))
        .map((name) => `${file} -> ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('built-in modules are imported with their node: prefix', () => {
    const bare = sources.flatMap((file) =>
      importsOf(file)
        .builtins.filter((name) => !name.startsWith('node:'))
        .map((name) => `${file} -> ${name}`),
    )
    expect(bare).toEqual([])
  })
})

describe('the sans-I/O core', () => {
  // The client's pure half: what the network simulation runs on virtual time.
  const inner = [
    'multisig-client-inner',
    'ceremony-manager',
    'keygen-manager',
    'signing-state-manager',
    'preprocess-manager',
    'slot-ring',
    'early-messages',
    'resends',
    'answer-budget',
    'tails',
    'pending-key',
    'pending-keys',
    'ceremony-ids',
    'node-settings',
    'carried',
    'unknown-versions',
    'requests',
  ]
  const core = sources.filter((file) => file.startsWith('src/ceremony/') || inner.some((name) => file === `src/client/${name}.ts`))
  const impure =
    /\b(?:Date\.now|new Date\b|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random|randomBytes|getRandomValues)\b|\basync\b|\bawait\b|\bPromise\b/

  it('holds no clock, randomness or promise: they are handed in', () => {
    const breaches: string[] = []
    for (const file of core) {
      const code = textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const match = impure.exec(code)
      if (match !== null) breaches.push(`${file}: ${match[0]}`)
    }
    expect(core.filter((file) => file.startsWith('src/client/'))).toHaveLength(inner.length)
    expect(core.length).toBeGreaterThan(inner.length)
    expect(breaches).toEqual([])
  })

  it('runs nothing of the half with I/O', () => {
    const breaches = core
      .filter((file) => file.startsWith('src/client/'))
      .flatMap((file) =>
        importsOf(file)
          .files.filter((target) => target.startsWith('src/client/') && !core.includes(target))
          .map((target) => `${file} -> ${target}`),
      )
    expect(breaches).toEqual([])
  })

  it('imports no built-in module', () => {
    const breaches = core.flatMap((file) => importsOf(file).builtins.map((name) => `${file} -> ${name}`))
    expect(breaches).toEqual([])
  })
})

it('a generated file is imported by its own room only', () => {
  const breaches = sources.flatMap((file) =>
    importsOf(file)
      .files.filter((target) => isGenerated(target) && roomOf(target) !== roomOf(file))
      .map((target) => `${file} -> ${target}`),
  )
  expect(breaches).toEqual([])
})

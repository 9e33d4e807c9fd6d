import path from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { SecretFlow } from './secrets.ts'
import { filesUnder, ROOT } from './sources.ts'

const FIXTURE = path.join(ROOT, 'src/crypto/fixture-of-the-test.ts')

/** Each line hands a secret to an operation in variable time, or makes text or a BigInt of one, or does not; the comment says which. */
const CODE = `
import { concatAll, itemOf, toHex } from '../bytes.ts'
import type { Batch, Kernel, Scalar } from '../kernel/contract.ts'
import { randomScalars } from './random-scalars.ts'

export interface Held {
  /** secret, t x 32 */
  readonly share: Scalar
  readonly points: Batch
}

function gather(list: readonly Uint8Array[]): Uint8Array {
  return concatAll(list)
}

function elsewhere(kernel: Kernel, points: Batch, factors: Batch): Batch {
  return kernel.mulVar(points, factors) // refused: called with a secret below
}

/** @param given secret */
export function uses(kernel: Kernel, held: Held, given: Batch, open: Batch, random: (length: number) => Uint8Array): void {
  const { share: own, points } = held
  kernel.baseMulVar(held.share) // refused
  kernel.baseMulVar(own) // refused
  kernel.mulVar(points, given) // refused
  kernel.msmVar(points, open, itemOf(given, 0, 32)) // refused
  const copies = [own, open].map((bytes) => bytes.slice())
  kernel.baseMulVar(concatAll(copies)) // refused
  const list: Uint8Array[] = []
  list.push(given)
  kernel.baseMulVar(gather(list)) // refused
  const product = kernel.scalarMul(own, open)
  kernel.verifySignatureShares({ shares: product, noncePoints: points, verifyingShares: points, multipliers: open }) // refused
  for (const one of [given]) kernel.baseMulVar(one) // refused
  const drawn = randomScalars(random, 2)
  kernel.baseMulVar(drawn) // refused
  elsewhere(kernel, points, own)
  kernel.mulVar(kernel.mul(points, own), open) // refused
  const text = toHex(own) // lasts
  const named = \`\${own} of \${open}\` // lasts
  const number = BigInt(given[0] ?? 0) // lasts
  const list2 = [...copies].join() // lasts
  toHex(open)
  const published = kernel.baseMul(own)
  kernel.mulVar(published, open)
  kernel.verifyShares(points, 2, 1, given)
  kernel.msmVar(points, open)
  kernel.mul(points, own)
  kernel.evaluateInExponent(points, own.length, [1])
}
`

const files = filesUnder('src')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.join(ROOT, file))

/** The private key of a TLS certificate, which OpenSSL keeps in its memory as long as the connection lives. */
const ALLOWED = ['src/node/open-nats.ts:'] as const

/** The sources and the fixture, which is in no folder. */
function program(): ts.Program {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: { compilerOptions: object } }
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions: config.compilerOptions, files: [] }, ts.sys, ROOT)
  const host = ts.createCompilerHost(options, true)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => name === FIXTURE || fileExists(name)
  host.getSourceFile = (name, ...rest) =>
    name === FIXTURE ? ts.createSourceFile(name, CODE, ts.ScriptTarget.ES2023, true) : getSourceFile(name, ...rest)
  return ts.createProgram([...files, FIXTURE], options, host)
}

/** The kernels themselves are no callers; that the WebAssembly one keeps secrets to the exports for secrets has a test of its own. */
const callers = files.filter((file) => !file.startsWith(path.join(ROOT, 'src/kernel/')))

describe('secrets and operations in variable time', () => {
  const all = program()

  const flow = new SecretFlow(all, files)
  const ofFixture = new SecretFlow(all, [FIXTURE])

  it('J18: no call in src/ hands a secret to one', () => {
    const { calls, breaches } = flow.breaches(callers)
    expect(calls).toBeGreaterThan(15)
    expect(breaches).toEqual([])
  })

  it('the rule refuses code that does, by property, parameter, copy, list, loop, product, random draw and call, and nothing else', () => {
    const { breaches } = ofFixture.breaches([FIXTURE])
    const refused = CODE.split('\n').flatMap((line, i) => (line.includes('// refused') ? [i + 1] : []))
    expect(breaches.map((breach) => Number(breach.split(':')[1]))).toEqual(refused)
  })

  it('J8: nothing in src/ makes text or a BigInt of a secret, which could not be overwritten', () => {
    const { places, breaches } = flow.lasting(callers)
    expect(places).toBeGreaterThan(100)
    expect(breaches.filter((breach) => !ALLOWED.some((allowed) => breach.includes(allowed)))).toEqual([])
  })

  it('J8: the rule refuses code that does', () => {
    const { breaches } = ofFixture.lasting([FIXTURE])
    const lasting = CODE.split('\n').flatMap((line, i) => (line.includes('// lasts') ? [i + 1] : []))
    expect(breaches.map((breach) => Number(breach.split(':')[1]))).toEqual(lasting)
  })
})

import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/bytes.ts'
import { createBaselineKernel, type Kernel } from '../../../src/kernel/index.ts'
import { kernelOver } from '../../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule, type ModuleName } from '../../../src/kernel/wasm/module.ts'
import { webAssembly } from '../../../src/kernel/wasm/webassembly.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'

const baseline = createBaselineKernel()
const random = seededRandom(`wasm memory ${testSeed()}`)
const PAGE = 65_536
const ITEMS = 5

function secretScalars(n: number): Uint8Array {
  const out = random(32 * n)
  for (let i = 0; i < n; i++) out[32 * i] = (out[32 * i] ?? 0) & 0x7f
  return out
}

const points = baseline.baseMul(secretScalars(ITEMS))
const TOO_LARGE = new Uint8Array(32).fill(255)

function withBadLast(scalars: Uint8Array): Uint8Array {
  const out = new Uint8Array(scalars)
  out.set(TOO_LARGE, out.length - 32)
  return out
}

/** The forms in which the kernel holds a scalar: bytes, reversed bytes, limbs of 29 and 30 bits in 64-bit words. */
function formsOf(scalar: Uint8Array): Buffer[] {
  const value = BigInt(`0x${toHex(scalar)}`)
  const limbs = (bits: bigint) => {
    const out = Buffer.alloc(72)
    for (let i = 0n; i < 9n; i++) out.writeBigUInt64LE((value >> (bits * i)) & ((1n << bits) - 1n), Number(8n * i))
    return out
  }
  return [Buffer.from(scalar), Buffer.from(scalar).reverse(), limbs(29n), limbs(30n)]
}

/** Which of the secrets lie in the memory, whole or in a half. */
function found(memory: Uint8Array, secrets: readonly Uint8Array[]): number {
  const haystack = Buffer.from(memory)
  let hits = 0
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      const half = form.length / 2
      if (haystack.includes(form.subarray(0, half)) || haystack.includes(form.subarray(half))) hits++
    }
  }
  return hits
}

function memoryOf(instance: KernelInstance): Uint8Array {
  return new Uint8Array(instance.exports.memory.buffer)
}

type Call = (kernel: Omit<Kernel, 'info'>, secrets: Uint8Array) => unknown
const share = secretScalars(1)
const plain = secretScalars(ITEMS)

const SECRET_CALLS: readonly (readonly [string, Call])[] = [
  ['baseMul', (k, s) => k.baseMul(s)],
  ['mul', (k, s) => k.mul(points, s)],
  ['evaluatePolynomial', (k, s) => k.evaluatePolynomial(s, [1, 2, 65_535])],
  ['scalarAdd', (k, s) => k.scalarAdd(plain, s)],
  ['scalarMul', (k, s) => k.scalarMul(plain, s)],
  ['scalarInvert', (k, s) => k.scalarInvert(s)],
  [
    'signatureShares with binding nonces',
    (k, s) =>
      k.signatureShares({
        hiding: plain,
        binding: s,
        bindingFactors: plain,
        negate: new Uint8Array(ITEMS).fill(1),
        multipliers: plain,
        share,
      }),
  ],
  [
    'signatureShares with hiding nonces alone',
    (k, s) =>
      k.signatureShares({ hiding: s, binding: null, bindingFactors: null, negate: new Uint8Array(ITEMS), multipliers: plain, share }),
  ],
]

describe.each<ModuleName>(['integer', 'fma'])('the memory of the kernel %s', (module) => {
  const compiled = compileKernelModule(module)

  it('belongs to the module alone: no imports, no growth, a sound map', () => {
    expect(webAssembly.Module.imports(compiled.module)).toEqual([])
    const instance = new KernelInstance(compiled)
    const size = instance.exports.memory.buffer.byteLength
    expect(size % PAGE).toBe(0)
    expect(size).toBeLessThan(32 << 20)
    const memory = instance.exports.memory as unknown as { grow(pages: number): number }
    expect(() => memory.grow(1)).toThrow(RangeError)
    expect(instance.exports.mapIsSound()).toBe(1)
  })

  it('the scan finds a scalar that is left behind', () => {
    const instance = new KernelInstance(compiled)
    const secrets = secretScalars(1)
    instance.put(secrets)
    instance.exports.baseMul(1)
    expect(found(memoryOf(instance), [secrets])).toBeGreaterThan(1)
    instance.exports.wipe(32, 64)
    expect(found(memoryOf(instance), [secrets])).toBe(0)
  })

  describe.each(SECRET_CALLS)('J7: %s', (_, call) => {
    it('leaves no trace of its inputs and outputs: every byte is what it was before', () => {
      const instance = new KernelInstance(compiled)
      const kernel = kernelOver(instance)
      const before = new Uint8Array(memoryOf(instance))
      const secrets = secretScalars(ITEMS)
      const out = call(kernel, secrets)
      const after = memoryOf(instance)
      expect(found(after, [share, secrets.slice(0, 32), secrets.slice(-32)])).toBe(0)
      if (out instanceof Uint8Array) expect(Buffer.from(after).includes(Buffer.from(out.slice(0, 32)))).toBe(false)
      expect(Buffer.compare(Buffer.from(before), Buffer.from(after))).toBe(0)
    })

    it('leaves none when it throws', () => {
      const instance = new KernelInstance(compiled)
      const kernel = kernelOver(instance)
      const before = new Uint8Array(memoryOf(instance))
      expect(() => call(kernel, withBadLast(secretScalars(ITEMS)))).toThrow(/must be below the group order/)
      expect(Buffer.compare(Buffer.from(before), Buffer.from(memoryOf(instance)))).toBe(0)
    })
  })

  it('J7: leaves none after a trap in the middle of a call, and works on', () => {
    const instance = new KernelInstance(compiled)
    const kernel = kernelOver(instance)
    const before = new Uint8Array(memoryOf(instance))
    const secrets = secretScalars(ITEMS)
    expect(() =>
      instance.use(64 * ITEMS, () => {
        instance.put(secrets)
        instance.exports.baseMul(ITEMS)
        // more items than the arena holds: the allocation traps
        instance.exports.mul(1 << 20)
      }),
    ).toThrow(Error)
    expect(Buffer.compare(Buffer.from(before), Buffer.from(memoryOf(instance)))).toBe(0)
    expect(kernel.baseMul(secrets)).toEqual(baseline.baseMul(secrets))
  })

  it('every operation on public values leaves it as it was, too', () => {
    const instance = new KernelInstance(compiled)
    const kernel = kernelOver(instance)
    const before = new Uint8Array(memoryOf(instance))
    const many = kernel.baseMulVar(secretScalars(200))
    kernel.mulVar(points, plain)
    kernel.msmVar(many, secretScalars(200))
    kernel.msmVar(points, plain, share)
    kernel.sum(many, 10)
    kernel.evaluateInExponent(many, 50, [1, 2, 300])
    kernel.verifyShares(many, 20, 3, secretScalars(10))
    kernel.lagrange([3, 1, 2])
    kernel.checkPoints(many)
    kernel.decompress(kernel.compress(many))
    kernel.verifySignatureShares({ shares: plain, noncePoints: points, verifyingShares: points, multipliers: plain })
    expect(Buffer.compare(Buffer.from(before), Buffer.from(memoryOf(instance)))).toBe(0)
  })
})

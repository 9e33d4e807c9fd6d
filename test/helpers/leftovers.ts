/**
 * Finds secrets that code leaves in memory: every byte array that is made or filled while it runs is remembered, and searched afterwards.
 *
 * What a kernel does inside is its own business (test/kernel): only what goes in and comes out of it is remembered.
 */
import { toHex } from '../../src/bytes.ts'
import type { Kernel } from '../../src/kernel/contract.ts'

/** All byte arrays in a value: in objects, arrays and maps. */
export function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (value instanceof Map) return [...value.values()].flatMap(bytesIn)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(bytesIn)
  return []
}

export interface KernelCall {
  readonly operation: string
  readonly inputs: readonly Uint8Array[]
  /** the inputs as they were, in hex */
  readonly before: readonly string[]
  readonly output: readonly Uint8Array[]
  /** the output as it was, in hex */
  readonly after: readonly string[]
}

/** Thrown by a kernel that was told to fail. */
export class KernelFailure extends Error {}

export interface Watch<T> {
  /** what the code returned; absent when it threw */
  readonly result?: T
  readonly error?: unknown
  readonly calls: readonly KernelCall[]
  readonly arrays: readonly Uint8Array[]
}

/**
 * Runs `run` with a kernel that is watched, and with `Uint8Array` replaced by one that remembers what it makes.
 *
 * @param failAt the kernel call, from 0, that throws instead; left out: none
 */
export function watch<T>(kernel: Kernel, run: (kernel: Kernel) => T, failAt = Number.POSITIVE_INFINITY): Watch<T> {
  const calls: KernelCall[] = []
  const arrays: Uint8Array[] = []
  let insideKernel = false
  const remember = (...made: Uint8Array[]): void => {
    if (!insideKernel) arrays.push(...made)
  }
  const call = (operation: string, args: unknown[], compute: () => unknown): unknown => {
    if (calls.length === failAt) throw new KernelFailure()
    const inputs = bytesIn(args)
    const before = inputs.map(toHex)
    insideKernel = true
    try {
      const value = compute()
      const output = bytesIn(value)
      calls.push({ operation, inputs, before, output, after: output.map(toHex) })
      return value
    } finally {
      insideKernel = false
    }
  }
  const watched = new Proxy(kernel, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => call(String(name), args, () => Reflect.apply(value, target, args))
    },
  })
  const restore = replaceUint8Array(remember)
  try {
    const result = run(watched)
    return { result, calls, arrays: allOf(calls, arrays) }
  } catch (error) {
    return { error, calls, arrays: allOf(calls, arrays) }
  } finally {
    restore()
  }
}

function allOf(calls: readonly KernelCall[], arrays: readonly Uint8Array[]): Uint8Array[] {
  return [...arrays, ...calls.flatMap(({ inputs, output }) => [...inputs, ...output])]
}

/** Constructors, `slice` and the like (through the species constructor) and `set`. */
function replaceUint8Array(remember: (...made: Uint8Array[]) => void): () => void {
  const Original = Uint8Array
  const { prototype } = Original
  const Watched: typeof Uint8Array = new Proxy(Original, {
    construct(target, args: unknown[], newTarget) {
      const made: Uint8Array = Reflect.construct(target, args, newTarget === Watched ? target : newTarget)
      remember(made)
      return made
    },
  })
  const original = prototype.set
  prototype.set = function set(...args): void {
    remember(this)
    original.apply(this, args)
  }
  prototype.constructor = Watched
  globalThis.Uint8Array = Watched
  return () => {
    globalThis.Uint8Array = Original
    prototype.constructor = Original
    // The method is inherited from %TypedArray%: our own property goes away again.
    delete (prototype as Partial<Uint8Array>).set
  }
}

/** Operations of the kernel on scalars, by what of theirs is secret wherever they are given a secret at all. */
const SECRET_IN = new Set(['scalarAdd', 'evaluatePolynomial', 'baseMul'])
const SECRET_OUT = new Set(['scalarAdd', 'scalarMul', 'evaluatePolynomial', 'mul'])

/**
 * What must not stay behind after dealing or nonces: every scalar and Diffie-Hellman coordinate that the kernel was given or gave, but for
 * what is published. In hex, without leading zeros, so that half of a wide hash is found in the whole.
 */
export function secretsOf(calls: readonly KernelCall[], published: readonly Uint8Array[]): string[] {
  const open = published.map(toHex)
  const batches = calls.flatMap(({ operation, before, after }) => [
    ...(SECRET_IN.has(operation) ? before : []),
    // mul(points, scalars)
    ...(operation === 'mul' ? before.slice(1) : []),
    ...(SECRET_OUT.has(operation) ? after : []),
  ])
  const chunks = batches.flatMap((hex) => hex.match(/.{64}/g) ?? []).map((chunk) => chunk.replace(/^(?:00)+/, ''))
  return [...new Set(chunks)].filter((chunk) => chunk.length >= 32 && !open.some((hex) => hex.includes(chunk)))
}

/** The secrets that are still in one of the arrays, but for those that share memory with `kept`. */
export function leftIn(arrays: readonly Uint8Array[], secrets: readonly string[], kept: readonly Uint8Array[]): string[] {
  const buffers = new Set(kept.map(({ buffer }) => buffer))
  const left = [...new Set(arrays)].filter(({ buffer }) => !buffers.has(buffer)).map(toHex)
  return secrets.filter((secret) => left.some((hex) => hex.includes(secret)))
}

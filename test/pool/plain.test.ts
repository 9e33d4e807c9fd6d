import { describe, expect, test } from 'vitest'
import { copyPlain, NotPlain, ownResult } from '../../src/pool/plain.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

function pathOf(value: unknown): string {
  try {
    copyPlain(value, [])
  } catch (error) {
    if (error instanceof NotPlain) return error.path
    throw error
  }
  return 'accepted'
}

describe('J5: what crosses to a thread', () => {
  test('J5: is a copy in one buffer that holds nothing else, whatever the views were cut from', () => {
    const around = bytes(9, 9, 1, 2, 9)
    const given = { a: around.subarray(2, 4), list: [null, undefined, 1, 'x', true, 5n, { b: around.subarray(0, 1) }] }
    const buffers: Uint8Array<ArrayBuffer>[] = []
    const copy = copyPlain(given, buffers)
    around.fill(0)
    expect(copy).toEqual({ a: bytes(1, 2), list: [null, undefined, 1, 'x', true, 5n, { b: bytes(9) }] })
    expect(Object.keys(copy)).toEqual(['a', 'list'])
    expect(buffers).toEqual([bytes(1, 2, 9)])
    expect(buffers[0]?.buffer.byteLength).toBe(3)
    expect(copy.a.buffer).toBe(buffers[0]?.buffer)
  })

  test('J5: without bytes there is nothing to transfer', () => {
    const buffers: Uint8Array<ArrayBuffer>[] = []
    expect(copyPlain({ none: bytes(), list: [] }, buffers)).toEqual({ none: bytes(), list: [] })
    expect(buffers).toEqual([])
  })

  test('J6: a getter that shortens an array seen before it changes the copy, not the memory around it', () => {
    const shrinking = new Uint8Array(Reflect.construct(ArrayBuffer, [4, { maxByteLength: 4 }]) as ArrayBuffer)
    const given = {
      shrinking,
      get next() {
        ;(shrinking.buffer as { resize?: (length: number) => void }).resize?.(2)
        return bytes(7)
      },
    }
    const buffers: Uint8Array<ArrayBuffer>[] = []
    expect(copyPlain(given, buffers).next).toEqual(bytes(7))
    expect(buffers[0]?.length).toBe(shrinking.length + 1)
  })

  test('J5, J6: Buffers, views of shared memory, other views, functions, symbols and class instances are refused with their path', () => {
    expect(pathOf({ a: [bytes(1), { b: Buffer.from([1]) }] })).toBe('a[1].b')
    expect(pathOf([new Uint8Array(new SharedArrayBuffer(1))])).toBe('[0]')
    expect(pathOf({ c: new Uint16Array(1) })).toBe('c')
    expect(pathOf({ c: new DataView(new ArrayBuffer(1)) })).toBe('c')
    expect(pathOf({ c: () => 1 })).toBe('c')
    expect(pathOf({ c: Symbol('s') })).toBe('c')
    expect(pathOf({ c: new Map() })).toBe('c')
    expect(pathOf({ c: new ArrayBuffer(1) })).toBe('c')
    expect(pathOf(new (class Point {})())).toBe('')
  })

  test('J1: a key __proto__ and a cyclic object are refused, a null prototype is plain', () => {
    expect(pathOf(JSON.parse('{"a":{"__proto__":{"b":1}}}'))).toBe('a')
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(pathOf(cyclic)).toMatch(/^self(\.self)+$/)
    expect(pathOf(Object.assign(Object.create(null), { a: 1 }))).toBe('accepted')
  })
})

describe('a result', () => {
  test('keeps its own exact arrays and copies views, Buffers and arguments that were passed through', () => {
    const argument = bytes(1)
    const exact = bytes(2)
    const view = bytes(3, 4).subarray(1)
    const buffer = Buffer.from([5])
    const { value, buffers } = ownResult({ argument, exact, twice: [exact], view, buffer }, (b) => b === argument.buffer)
    expect(value).toEqual({ argument: bytes(1), exact: bytes(2), twice: [bytes(2)], view: bytes(4), buffer: bytes(5) })
    expect(value.exact).toBe(exact)
    expect(value.argument).not.toBe(argument)
    expect(Object.getPrototypeOf(value.buffer)).toBe(Uint8Array.prototype)
    expect(buffers.size).toBe(4)
    for (const owned of [value.argument, value.exact, value.view, value.buffer]) {
      expect(owned.byteLength).toBe(owned.buffer.byteLength)
      expect(buffers.has(owned.buffer as ArrayBuffer)).toBe(true)
    }
  })
})

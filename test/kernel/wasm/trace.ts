/**
 * Puts a recorder into a compiled module: before every branch decides, every load, store, fill or copy goes to an address, the condition (taken or
 * not) or the address is mixed into a running hash with the number of the place in the code. Two runs with equal hashes and counts took the
 * same branches and touched the same addresses in the same order, and so executed the same instructions.
 *
 * It sees nothing of a selection, which takes both operands, nor of an instruction whose time depends on its operands.
 */
import binaryen from 'assemblyscript/binaryen'
import { type WasmMemory, webAssembly } from '../../../src/kernel/wasm/webassembly.ts'

/** The setters of binaryen's expressions, which its types leave out. */
interface Setters {
  readonly If: { setCondition(e: number, value: number): void }
  readonly Break: { setCondition(e: number, value: number): void }
  readonly Switch: { setCondition(e: number, value: number): void }
  readonly Load: { setPtr(e: number, value: number): void }
  readonly SIMDLoad: { setPtr(e: number, value: number): void }
  readonly Store: { setPtr(e: number, value: number): void }
  readonly MemoryFill: { setDest(e: number, value: number): void; setSize(e: number, value: number): void }
  readonly MemoryCopy: {
    setDest(e: number, value: number): void
    setSource(e: number, value: number): void
    setSize(e: number, value: number): void
  }
}

const set = binaryen as unknown as Setters
const HASH = 'trace/hash'
const COUNT = 'trace/count'
const RECORD = 'trace/record'
/** of SplitMix64 */
const MULTIPLIER = 0xbf58476d1ce4e5b9n

interface ModuleBuilder extends binaryen.Module {
  addGlobalExport(internal: string, external: string): number
}

function addRecorder(module: ModuleBuilder): void {
  const { i32, i64, local, global } = module
  // takes a bigint, other than its type says
  const long = (n: bigint) => (i64 as unknown as { const(n: bigint): number }).const(n)
  module.addGlobal(HASH, binaryen.i64, true, long(0n))
  module.addGlobal(COUNT, binaryen.i32, true, i32.const(0))
  const event = i64.or(i64.shl(i64.extend_u(local.get(0, binaryen.i32)), long(32n)), i64.extend_u(local.get(1, binaryen.i32)))
  // rotated, so that the order counts
  const mixed = i64.mul(i64.xor(i64.rotl(global.get(HASH, binaryen.i64), long(23n)), event), long(BigInt.asIntN(64, MULTIPLIER)))
  const body = module.block(
    null,
    [global.set(HASH, mixed), global.set(COUNT, i32.add(global.get(COUNT, binaryen.i32), i32.const(1))), local.get(0, binaryen.i32)],
    binaryen.i32,
  )
  module.addFunction(RECORD, binaryen.createType([binaryen.i32, binaryen.i32]), binaryen.i32, [], body)
  module.addGlobalExport(HASH, HASH)
  module.addGlobalExport(COUNT, COUNT)
}

/** Every expression below one, itself included, children first. */
function* expressionsOf(
  root: number,
): Generator<{ readonly id: number; readonly e: number; readonly info: Readonly<Record<string, unknown>> }> {
  const id = binaryen.getExpressionId(root)
  if (id === binaryen.NopId || id === binaryen.UnreachableId) return
  const info = binaryen.getExpressionInfo(root) as unknown as Readonly<Record<string, unknown>>
  const own = [
    'body',
    'condition',
    'ifTrue',
    'ifFalse',
    'value',
    'ptr',
    'left',
    'right',
    'dest',
    'source',
    'size',
    'vec',
    'shift',
    'a',
    'b',
    'c',
  ]
  const isOperand = id !== binaryen.ConstId
  for (const name of isOperand ? own : []) {
    const child = info[name]
    if (typeof child === 'number' && child !== 0) yield* expressionsOf(child)
  }
  for (const list of [info['children'], info['operands']])
    if (Array.isArray(list)) for (const child of list) yield* expressionsOf(child as number)
  yield { id, e: root, info }
}

/** The module with the recorder in all of its functions. */
export function withRecorder(wasm: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(wasm) as ModuleBuilder
  try {
    module.setFeatures(binaryen.Features.All)
    const roots = Array.from({ length: module.getNumFunctions() }, (_, i) => binaryen.getFunctionInfo(module.getFunctionByIndex(i)).body)
    addRecorder(module)
    let place = 0
    const record = (value: number) => module.call(RECORD, [value, module.i32.const(place++)], binaryen.i32)
    const taken = (condition: number) => record(module.i32.ne(condition, module.i32.const(0)))
    for (const root of roots) {
      for (const { id, e, info } of [...expressionsOf(root)]) {
        const part = (name: string) => info[name] as number
        if (id === binaryen.IfId) set.If.setCondition(e, taken(part('condition')))
        else if (id === binaryen.BreakId && part('condition') !== 0) set.Break.setCondition(e, taken(part('condition')))
        else if (id === binaryen.SwitchId) set.Switch.setCondition(e, record(part('condition')))
        else if (id === binaryen.LoadId) set.Load.setPtr(e, record(part('ptr')))
        else if (id === binaryen.SIMDLoadId) set.SIMDLoad.setPtr(e, record(part('ptr')))
        else if (id === binaryen.StoreId) set.Store.setPtr(e, record(part('ptr')))
        else if (id === binaryen.MemoryFillId) {
          set.MemoryFill.setDest(e, record(part('dest')))
          set.MemoryFill.setSize(e, record(part('size')))
        } else if (id === binaryen.MemoryCopyId) {
          set.MemoryCopy.setDest(e, record(part('dest')))
          set.MemoryCopy.setSource(e, record(part('source')))
          set.MemoryCopy.setSize(e, record(part('size')))
        }
      }
    }
    if (module.validate() !== 1) throw new Error('the module with the recorder is not valid')
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

export interface Trace {
  /** branches decided and addresses used */
  readonly events: number
  readonly hash: bigint
}

export interface TracedModule {
  readonly memory: WasmMemory
  /** calls an export that takes counts and returns a number or nothing */
  call(name: string, ...counts: readonly number[]): unknown
  /** what `run` executed */
  trace(run: () => void): Trace
}

export async function traced(wasm: Uint8Array): Promise<TracedModule> {
  const { exports } = new webAssembly.Instance(await webAssembly.compile(withRecorder(wasm)))
  const hash = exports[HASH] as { value: bigint }
  const count = exports[COUNT] as { value: number }
  return {
    memory: exports['memory'] as WasmMemory,
    call: (name, ...counts) => (exports[name] as (...counts: readonly number[]) => unknown)(...counts),
    trace(run) {
      hash.value = 0n
      count.value = 0
      run()
      return { events: count.value, hash: hash.value }
    },
  }
}

/** The functions of a compiled module as trees, read by binaryen (the optimiser that AssemblyScript comes with), for what reasons about them. */
import binaryen from 'assemblyscript/binaryen'

export type Expression =
  | { readonly kind: 'block'; readonly name: string | null; readonly children: readonly Expression[] }
  | { readonly kind: 'loop'; readonly name: string | null; readonly body: Expression }
  | { readonly kind: 'if'; readonly condition: Expression; readonly taken: Expression; readonly otherwise: Expression | null }
  | { readonly kind: 'break'; readonly name: string; readonly condition: Expression | null; readonly value: Expression | null }
  | { readonly kind: 'switch'; readonly names: readonly string[]; readonly condition: Expression; readonly value: Expression | null }
  | { readonly kind: 'call'; readonly target: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'indirect call' }
  | { readonly kind: 'get local'; readonly index: number }
  | { readonly kind: 'set local'; readonly index: number; readonly value: Expression }
  | { readonly kind: 'get global'; readonly name: string }
  | { readonly kind: 'set global'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'load'; readonly address: Expression }
  | { readonly kind: 'store'; readonly address: Expression; readonly value: Expression }
  /** memory.fill, memory.copy: addresses and sizes, and the byte to write */
  | { readonly kind: 'bulk'; readonly addresses: readonly Expression[]; readonly value: Expression | null }
  | { readonly kind: 'select'; readonly condition: Expression; readonly choices: readonly Expression[] }
  | { readonly kind: 'return'; readonly value: Expression | null }
  | { readonly kind: 'unreachable' }
  /** arithmetic without effects; `variable`: its time may depend on its operands (division, and counts of bits where a processor loops) */
  | { readonly kind: 'compute'; readonly operands: readonly Expression[]; readonly variable: boolean }

export interface WasmFunction {
  readonly name: string
  readonly parameters: number
  readonly body: Expression
}

export interface WasmFunctions {
  /** name -> function, as the compiler names them less the folder of the sources */
  readonly functions: ReadonlyMap<string, WasmFunction>
  /** export -> function name */
  readonly exported: ReadonlyMap<string, string>
}

const VARIABLE_BINARY: ReadonlySet<number> = new Set([
  binaryen.DivSInt32,
  binaryen.DivUInt32,
  binaryen.RemSInt32,
  binaryen.RemUInt32,
  binaryen.DivSInt64,
  binaryen.DivUInt64,
  binaryen.RemSInt64,
  binaryen.RemUInt64,
])

const VARIABLE_UNARY: ReadonlySet<number> = new Set([
  binaryen.ClzInt32,
  binaryen.CtzInt32,
  binaryen.PopcntInt32,
  binaryen.ClzInt64,
  binaryen.CtzInt64,
  binaryen.PopcntInt64,
])

function compute(operands: readonly number[], variable = false): Expression {
  return { kind: 'compute', operands: operands.map(read), variable }
}

const optional = (reference: number): Expression | null => (reference === 0 ? null : read(reference))

function read(reference: number): Expression {
  const id = binaryen.getExpressionId(reference)
  // these two have no description to ask for
  if (id === binaryen.NopId) return compute([])
  if (id === binaryen.UnreachableId) return { kind: 'unreachable' }
  const info = binaryen.getExpressionInfo(reference)
  switch (id) {
    case binaryen.BlockId: {
      const { name, children } = info as binaryen.BlockInfo
      return { kind: 'block', name, children: children.map(read) }
    }
    case binaryen.LoopId: {
      const { name, body } = info as binaryen.LoopInfo
      return { kind: 'loop', name, body: read(body) }
    }
    case binaryen.IfId: {
      const { condition, ifTrue, ifFalse } = info as binaryen.IfInfo
      return { kind: 'if', condition: read(condition), taken: read(ifTrue), otherwise: optional(ifFalse) }
    }
    case binaryen.BreakId: {
      const { name, condition, value } = info as binaryen.BreakInfo
      return { kind: 'break', name, condition: optional(condition), value: optional(value) }
    }
    case binaryen.SwitchId: {
      const { names, defaultName, condition, value } = info as binaryen.SwitchInfo
      const targets = defaultName === null ? names : [...names, defaultName]
      return { kind: 'switch', names: targets, condition: read(condition), value: optional(value) }
    }
    case binaryen.CallId: {
      const { target, operands } = info as binaryen.CallInfo
      return { kind: 'call', target: shortName(target), operands: operands.map(read) }
    }
    case binaryen.CallIndirectId:
      return { kind: 'indirect call' }
    case binaryen.LocalGetId:
      return { kind: 'get local', index: (info as binaryen.LocalGetInfo).index }
    case binaryen.LocalSetId: {
      const { index, value } = info as binaryen.LocalSetInfo
      return { kind: 'set local', index, value: read(value) }
    }
    case binaryen.GlobalGetId:
      return { kind: 'get global', name: (info as binaryen.GlobalGetInfo).name }
    case binaryen.GlobalSetId: {
      const { name, value } = info as binaryen.GlobalSetInfo
      return { kind: 'set global', name, value: read(value) }
    }
    case binaryen.LoadId:
      return { kind: 'load', address: read((info as binaryen.LoadInfo).ptr) }
    case binaryen.SIMDLoadId:
      return { kind: 'load', address: read((info as binaryen.SIMDLoadInfo).ptr) }
    case binaryen.StoreId: {
      const { ptr, value } = info as binaryen.StoreInfo
      return { kind: 'store', address: read(ptr), value: read(value) }
    }
    case binaryen.MemoryFillId: {
      const { dest, value, size } = info as binaryen.MemoryFillInfo
      return { kind: 'bulk', addresses: [read(dest), read(size)], value: read(value) }
    }
    case binaryen.MemoryCopyId: {
      const { dest, source, size } = info as binaryen.MemoryCopyInfo
      return { kind: 'bulk', addresses: [read(dest), read(source), read(size)], value: null }
    }
    case binaryen.SelectId: {
      const { ifTrue, ifFalse, condition } = info as binaryen.SelectInfo
      return { kind: 'select', condition: read(condition), choices: [read(ifTrue), read(ifFalse)] }
    }
    case binaryen.ReturnId:
      return { kind: 'return', value: optional((info as binaryen.ReturnInfo).value) }
    case binaryen.UnaryId: {
      const { op, value } = info as binaryen.UnaryInfo
      return compute([value], VARIABLE_UNARY.has(op))
    }
    case binaryen.BinaryId: {
      const { op, left, right } = info as binaryen.BinaryInfo
      return compute([left, right], VARIABLE_BINARY.has(op))
    }
    case binaryen.DropId:
      return compute([(info as binaryen.DropInfo).value])
    case binaryen.ConstId:
    case binaryen.MemorySizeId:
      return compute([])
    case binaryen.SIMDExtractId:
      return compute([(info as binaryen.SIMDExtractInfo).vec])
    case binaryen.SIMDReplaceId: {
      const { vec, value } = info as binaryen.SIMDReplaceInfo
      return compute([vec, value])
    }
    case binaryen.SIMDShuffleId: {
      const { left, right } = info as binaryen.SIMDShuffleInfo
      return compute([left, right])
    }
    case binaryen.SIMDTernaryId: {
      const { a, b, c } = info as binaryen.SIMDTernaryInfo
      return compute([a, b, c])
    }
    case binaryen.SIMDShiftId: {
      const { vec, shift } = info as binaryen.SIMDShiftInfo
      return compute([vec, shift])
    }
    default:
      throw new Error(`an instruction that this reader does not know: id ${id}`)
  }
}

const shortName = (name: string): string => name.replace(/^assembly\//, '')

/** Reads the text form: it has the names that the binary form leaves out. */
export function readFunctions(text: string): WasmFunctions {
  const module = binaryen.parseText(text)
  try {
    const functions = new Map<string, WasmFunction>()
    for (let i = 0; i < module.getNumFunctions(); i++) {
      const { name, params, body } = binaryen.getFunctionInfo(module.getFunctionByIndex(i))
      if (body === 0) continue
      functions.set(shortName(name), { name: shortName(name), parameters: binaryen.expandType(params).length, body: read(body) })
    }
    const exported = new Map<string, string>()
    for (let i = 0; i < module.getNumExports(); i++) {
      const { kind, name, value } = binaryen.getExportInfo(module.getExportByIndex(i))
      if (kind === binaryen.ExternalFunction) exported.set(name, shortName(value))
    }
    return { functions, exported }
  } finally {
    module.dispose()
  }
}

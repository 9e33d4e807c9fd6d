/**
 * The part of the JavaScript API of WebAssembly that the loader uses. Node's types of version 20 do not declare it, and an ambient declaration
 * would not reach the users of the package's types, so it is typed here and read from the global object.
 */

/** A compiled module: opaque, and structured-cloneable to workers. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module'
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

interface WebAssemblyApi {
  /** whether this engine can compile it: false where an instruction is unknown or not switched on */
  validate(bytes: Uint8Array): boolean
  compile(bytes: Uint8Array): Promise<WasmModule>
  readonly Module: { new (bytes: Uint8Array): WasmModule; imports(module: WasmModule): readonly unknown[] }
  readonly Instance: new (module: WasmModule) => { readonly exports: Readonly<Record<string, unknown>> }
}

export const webAssembly: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly

/**
 * Imported for its effect, before anything compiles a module: on Node 20 relaxed SIMD is behind a flag of its engine, which is set here for this
 * process and its threads, so that tests of the fma module run there too. Users of Node 20 need no flag: `auto` gives them `integer`.
 */
import { setFlagsFromString } from 'node:v8'
import { readKernelBytes } from '../../src/kernel/wasm/module.ts'
import { webAssembly } from '../../src/kernel/wasm/webassembly.ts'

if (!webAssembly.validate(readKernelBytes('fma'))) setFlagsFromString('--experimental-wasm-relaxed-simd')

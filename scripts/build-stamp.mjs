// When is what was built still what would be built? The stamp in dist/ holds a hash of the inputs and one of the outputs: the second
// notices a deleted or foreign output, for instance of a compiler run on sources that were changed back since.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { filesUnder, hashFiles, ROOT } from './tree-hash.mjs'

const STAMP = path.join(ROOT, 'dist', '.build-stamp.json')
const STAMP_NAME = 'dist/.build-stamp.json'

const isGenerated = (file) => file.endsWith('.generated.ts')

/** The kernel is built by itself: -O3 takes longer than the rest together. The lockfile stands for the compilers. */
function kernelInputs() {
  const scripts = filesUnder('scripts').filter((file) => /\/(build-kernel|generate)[^/]*$/.test(file))
  return [...filesUnder('assembly'), ...filesUnder('asconfig.json'), ...filesUnder('package-lock.json'), ...scripts]
}

function typescriptInputs() {
  const folders = [
    'src',
    'bench',
    'examples',
    'test/simulation',
    'test/forger',
    'test/fuzz',
    'test/cluster',
    'tsconfig.json',
    'package.json',
    'scripts/build.mjs',
  ]
  return folders.flatMap(filesUnder).filter((file) => !isGenerated(file))
}

/** The kernels that tests build for themselves come and go. */
const built = () => filesUnder('dist').filter((file) => !file.startsWith('dist/test-kernels/'))

const kernelOutputs = () => [...built().filter((file) => file.endsWith('.wasm')), ...filesUnder('src').filter(isGenerated)]
const outputs = () => [...built().filter((file) => file !== STAMP_NAME), ...filesUnder('src').filter(isGenerated)]

function readStamp() {
  if (!existsSync(STAMP)) return {}
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'))
  } catch {
    return {}
  }
}

export function kernelIsCurrent() {
  const stamp = readStamp()
  return stamp.kernel === hashFiles(kernelInputs()) && stamp.kernelOutputs === hashFiles(kernelOutputs())
}

export function buildIsCurrent() {
  const stamp = readStamp()
  return stamp.inputs === hashFiles([...kernelInputs(), ...typescriptInputs()]) && stamp.outputs === hashFiles(outputs())
}

/** @param inputs the hash from before the build: a source saved meanwhile must count as changed */
export function writeKernelStamp(kernel) {
  writeFileSync(STAMP, `${JSON.stringify({ kernel, kernelOutputs: hashFiles(kernelOutputs()) })}\n`)
}

export function writeBuildStamp(inputs) {
  writeFileSync(STAMP, `${JSON.stringify({ ...readStamp(), inputs, outputs: hashFiles(outputs()) })}\n`)
}

export const kernelInputHash = () => hashFiles(kernelInputs())
export const inputHash = () => hashFiles([...kernelInputs(), ...typescriptInputs()])

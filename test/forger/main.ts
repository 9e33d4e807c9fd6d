/**
 * Plays the forger and prints what came of it, one JSON object a line.
 *
 *   node dist/test/forger/main.js          against the real build
 *   node dist/test/forger/main.js --weak   against a copy of it without binding factors
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { toHex } from '../../src/bytes.ts'
import { type Attack, forge } from './forge.ts'
import { withoutBindingFactors } from './weak-build.ts'

const SEED = 2020_945

/** Ceremonies and batches, all suites, and both ways of computing where they differ. */
const ATTACKS: readonly Attack[] = [
  { suite: 'bip340', seed: SEED, as: 'ceremonies', believes: 'binding factors', attempts: 50 },
  { suite: 'bip340', seed: SEED, as: 'ceremonies', believes: 'no binding', attempts: 1 },
  { suite: 'secp256k1-sha256', seed: SEED, as: 'batch', believes: 'binding factors', attempts: 50 },
  { suite: 'evm', seed: SEED, as: 'batch', believes: 'no binding', attempts: 1 },
]

function run(): void {
  for (const attack of ATTACKS) {
    const start = performance.now()
    const { suite, groupPublicKey, message, signature, ...found } = forge(attack)
    const hex = { groupPublicKey: toHex(groupPublicKey), message: toHex(message), signature: toHex(signature) }
    const log2Work = Math.round(Math.log2(found.work) * 10) / 10
    console.log(JSON.stringify({ ...attack, ...found, log2Work, ...hex, milliseconds: Math.round(performance.now() - start) }))
  }
}

if (process.argv.includes('--weak')) {
  withoutBindingFactors((folder) => {
    const { status } = spawnSync(process.execPath, [path.join(folder, 'dist', 'test', 'forger', 'main.js')], { stdio: 'inherit' })
    process.exitCode = status ?? 1
  })
} else run()

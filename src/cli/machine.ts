/** What a measurement was made on, as reports name it. */
import os from 'node:os'
import { VERSION } from '../node/version.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly node: string
  readonly v8: string
  readonly quorate: string
  readonly kernel: 'baseline' | 'integer' | 'fma'
}

export function machineOf(kernel: Machine['kernel']): Machine {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    node: process.versions.node,
    v8: process.versions.v8,
    quorate: VERSION,
    kernel,
  }
}

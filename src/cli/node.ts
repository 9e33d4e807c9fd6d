/** `quorate node`: runs a signer until it is told to stop. */
import { Command } from 'commander'
import { checkNode } from '../node/check.ts'
import { loadNodeConfig, type NodeConfig } from '../node/config/node.ts'
import { printConfig } from '../node/config/print.ts'
import { runNode } from '../node/lifecycle.ts'
import { readInteger } from './arguments.ts'
import { EXIT, renamed } from './exit.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface NodeFlags {
  readonly config: string
  readonly grace?: string
  readonly check?: true
  readonly printConfig?: true
  readonly json?: true
}

/** The line of `--check --json`. */
export interface NodeCheckJson {
  readonly schema: 'quorate.node-check/1'
  readonly self: string
  readonly validators: number
  readonly operators: readonly string[]
  readonly warnings: readonly string[]
}

const MAX_GRACE_SECONDS = 24 * 3600

export function nodeCommand(choose: (run: Run) => void): Command {
  return new Command('node')
    .description('run a signer; SIGTERM lets ceremonies under way end, a second one ends at once')
    .requiredOption('--config <file>', 'the configuration that "quorate init" wrote')
    .option('--grace <seconds>', 'for ceremonies under way when told to stop (default: limits.graceMs)')
    .option('--check', 'open all that the configuration names, connect to nothing, and end')
    .option('--print-config', 'print the configuration in force, and end; no secret is in it')
    .option('--json', 'with --check and --print-config: one line of JSON on stdout')
    .action((flags: NodeFlags) => choose((terminal) => node(flags, terminal)))
}

async function node(flags: NodeFlags, { writeResult, log, signal }: Terminal): Promise<number> {
  const config = readConfig(flags.config)
  const graceMs = flags.grace === undefined ? config.limits.graceMs : 1_000 * readInteger(flags.grace, 'grace', 0, MAX_GRACE_SECONDS)
  const json = flags.json === true
  if (flags.printConfig === true) {
    writeResult(json ? JSON.stringify(config) : printConfig(config))
    return EXIT.ok
  }
  if (flags.check === true) {
    const result: NodeCheckJson = { schema: 'quorate.node-check/1', self: config.self, ...(await checkNode(config)) }
    for (const warning of result.warnings) log(`quorate: ${warning}`)
    writeResult(
      json ? JSON.stringify(result) : `the configuration of ${config.self} is good: ${result.validators} validators in the roster`,
    )
    return EXIT.ok
  }
  await runNode(config, { signal, graceMs })
  return EXIT.ok
}

function readConfig(file: string): NodeConfig {
  try {
    return loadNodeConfig({ file, env: process.env })
  } catch (error) {
    throw renamed(error, 'file', 'config')
  }
}

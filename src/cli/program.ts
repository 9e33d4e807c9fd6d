/** Builds the command line, runs it and turns every end into an exit code, and into one line of JSON when that was asked for. */
import { Command, CommanderError } from 'commander'
import { invalidArgument, QuorateError } from '../errors.ts'
import { VERSION } from '../node/version.ts'
import { natsConfigCommand, natsSetupCommand } from './broker.ts'
import { demoCommand } from './demo.ts'
import { evidenceCommand } from './evidence.ts'
import { EXIT, errorJson, exitCodeOf } from './exit.ts'
import { initCommand } from './init.ts'
import { keygenCommand } from './keygen.ts'
import { keysCommand } from './keys.ts'
import { nodeCommand } from './node.ts'
import { preprocessCommand } from './preprocess.ts'
import { rosterCommand } from './roster.ts'
import { signCommand } from './sign.ts'
import type { Terminal } from './terminal.ts'
import { tuneCommand } from './tune.ts'
import { verifyCommand } from './verify.ts'

/** A command's way to the world; it returns its exit code. */
export type Run = (terminal: Terminal) => Promise<number>

/**
 * @returns the exit code: 0 ok, 1 protocol failure, 2 usage, 75 nothing was sent, 78 configuration, 130 interrupted
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  // Decided before parsing: a line that cannot be parsed must be answered in JSON as well.
  const json = args.includes('--json')
  let chosen: Run | undefined
  const program = new Command('quorate')
  program
    .description('Threshold Schnorr signatures on secp256k1')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => terminal.log(text.trimEnd()), writeOut: (text) => terminal.writeResult(text.trimEnd()) })
  for (const command of [
    demoCommand,
    verifyCommand,
    evidenceCommand,
    tuneCommand,
    initCommand,
    nodeCommand,
    rosterCommand,
    keygenCommand,
    preprocessCommand,
    signCommand,
    natsConfigCommand,
    natsSetupCommand,
    keysCommand,
  ]) {
    program.addCommand(
      inheriting(
        program,
        command((run) => {
          chosen = run
        }),
      ),
    )
  }
  program.hook('preAction', (_, command) => assertValues(command))
  try {
    program.parse(args, { from: 'user' })
    return chosen === undefined ? EXIT.usage : await chosen(terminal)
  } catch (error) {
    // Help and version are a success, and were printed by commander; so was the text of a usage error.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    if (json) terminal.writeResult(JSON.stringify(errorJson(error)))
    if (error instanceof QuorateError) terminal.log(`quorate: ${error.message} (${error.code})`)
    else if (!(error instanceof CommanderError)) terminal.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return exitCodeOf(error)
  }
}

/** Also where commands have commands of their own: those were made before they had a parent. */
function inheriting(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent)
  for (const below of command.commands) inheriting(command, below)
  return command
}

/** commander takes whatever follows as the value: "--seed --json" is a forgotten seed, not one called "--json". */
function assertValues(command: Command): void {
  for (const [name, value] of Object.entries(command.opts<Record<string, unknown>>())) {
    if (typeof value === 'string' && value.startsWith('--')) throw invalidArgument(name, 'has no value')
  }
}

/** `quorate roster`: the file that all nodes have in common. */
import { readSync } from 'node:fs'
import { Command } from 'commander'
import { toHex } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { addToRoster, type PublicLine, parsePublicLine } from '../node/roster-lines.ts'
import { readRosterIfThere, writeRosterDocument } from '../node/roster-store.ts'
import { EXIT } from './exit.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface AddFlags {
  readonly file: string
  readonly replace?: true
  readonly json?: true
}

/** The line of `--json`. */
export interface RosterJson {
  readonly schema: 'quorate.roster/1'
  readonly file: string
  readonly validators: readonly string[]
  readonly operators: readonly string[]
}

/** Ten thousand lines of the longest names, which no roster exceeds. */
const MAX_INPUT_BYTES = 1 << 22

export function rosterCommand(choose: (run: Run) => void): Command {
  const command = new Command('roster').description('the roster file that all nodes have in common')
  command.addCommand(
    new Command('add')
      .description('put the public lines of "quorate init" into a roster file, which is made if it is not there')
      .argument('[lines...]', 'each one argument: "a <identity> <nkey>" (none: from stdin, a line each)')
      .requiredOption('--file <file>', 'the roster file')
      .option('--replace', 'a known validator may get another key')
      .option('--json', 'one line of JSON on stdout')
      .action((lines: readonly string[], flags: AddFlags) => choose(async (terminal) => add(lines, flags, terminal))),
  )
  return command
}

function add(given: readonly string[], { file, replace, json }: AddFlags, { writeResult, log }: Terminal): number {
  const texts = (given.length > 0 ? given : readInput().split('\n')).filter((line) => line.trim() !== '')
  if (texts.length === 0) throw invalidArgument('lines', 'must be at least one')
  const lines = texts.map((line, i) => parsePublicLine(line, `lines[${i}]`))
  const document = addToRoster(readRosterIfThere(file), lines, replace === true)
  writeRosterDocument(file, document)
  const result: RosterJson = {
    schema: 'quorate.roster/1',
    file,
    validators: [...document.roster.keys()].sort(),
    operators: [...document.nkeys.operators.keys()].sort(),
  }
  const count = result.validators.length
  const text = `${file}: ${count} ${count === 1 ? 'validator' : 'validators'} (${result.validators.join(', ')})`
  writeResult(json === true ? JSON.stringify(result) : text)
  for (const line of lines) if (line.kind === 'operator') log(noteOf(line))
  return EXIT.ok
}

/** The roster says nothing of whom to obey. */
function noteOf({ id, publicKey }: PublicLine): string {
  return `quorate: nodes that shall obey ${id} need this in their own configuration:\noperators:\n  ${id}: "${toHex(publicKey)}"`
}

function readInput(): string {
  const bytes = new Uint8Array(MAX_INPUT_BYTES + 1)
  let length = 0
  for (let count = -1; count !== 0 && length < bytes.length; length += count) count = readSome(bytes, length)
  if (length > MAX_INPUT_BYTES) throw invalidArgument('lines', `must be at most ${MAX_INPUT_BYTES} bytes`)
  return new TextDecoder().decode(bytes.subarray(0, length))
}

function readSome(bytes: Uint8Array, from: number): number {
  try {
    return readSync(0, bytes, from, bytes.length - from, null)
  } catch (error) {
    // Windows' way of saying that a pipe has ended.
    if (error instanceof Error && 'code' in error && error.code === 'EOF') return 0
    throw invalidArgument('lines', 'cannot be read from stdin')
  }
}

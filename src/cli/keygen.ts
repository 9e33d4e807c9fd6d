/** `quorate keygen`: nodes make a key together, instructed by an operator. */
import { Command } from 'commander'
import { toHex } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import type { Protocol } from '../index.ts'
import { readInteger, readSuite, SUITES } from './arguments.ts'
import { type OperatorFlags, readIds, readTerms, withOperatorFlags } from './operator/flags.ts'
import { keygenJson, tellOutcome } from './operator/report.ts'
import { withOperator } from './operator/session.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface KeygenFlags extends OperatorFlags {
  readonly participants: string
  readonly minSigners: string
  readonly suite: string
  readonly protocol: string
}

const MAX_PARTICIPANTS = 1_000

export function keygenCommand(choose: (run: Run) => void): Command {
  const command = new Command('keygen')
    .description(
      'have nodes make a key; exits 0 when all of them report the same one, 1 when the ceremony failed, 75 when nothing was sent',
    )
    .requiredOption('--participants <ids>', 'who shall hold a share, separated by commas')
    .requiredOption('--min-signers <t>', 'how many of them a signature needs')
    .requiredOption('--suite <suite>', SUITES.join(', '))
    .option('--protocol <protocol>', 'frost or stinson-strobl', 'frost')
  return withOperatorFlags(command).action((flags: KeygenFlags) => choose((terminal) => keygen(flags, terminal)))
}

async function keygen(flags: KeygenFlags, terminal: Terminal): Promise<number> {
  const order = {
    ...readTerms(flags),
    participants: readIds(flags.participants),
    minSigners: readInteger(flags.minSigners, 'minSigners', 1, MAX_PARTICIPANTS),
    suite: readSuite(flags.suite),
    protocol: readProtocol(flags.protocol),
    signal: terminal.signal,
  }
  const result = await withOperator(flags.config, terminal, (client) => client.keygen(order))
  const lines = result.status === 'failure' ? [] : [`key        ${result.keyId}`, `public key ${toHex(result.groupPublicKey)}`]
  return tellOutcome(result, { json: keygenJson(result), lines }, flags, terminal)
}

/** @throws ERR_INVALID_ARGUMENT with field `protocol` */
function readProtocol(text: string): Protocol {
  if (text !== 'frost' && text !== 'stinson-strobl') throw invalidArgument('protocol', `must be frost or stinson-strobl, not "${text}"`)
  return text
}

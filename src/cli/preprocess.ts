/** `quorate preprocess`: nodes make nonces ahead, over which a later signing takes one round. */
import { Command } from 'commander'
import type { PreprocessOrder } from '../node/operator/preprocess.ts'
import { MAX_BATCH } from '../wire/message.ts'
import { readInteger } from './arguments.ts'
import { type OperatorFlags, readIds, readKeyId, readTerms, withOperatorFlags } from './operator/flags.ts'
import { preprocessJson, tellOutcome } from './operator/report.ts'
import { withOperator } from './operator/session.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface PreprocessFlags extends OperatorFlags {
  readonly key: string
  readonly count: string
  readonly signers?: string
}

export function preprocessCommand(choose: (run: Run) => void): Command {
  const command = new Command('preprocess')
    .description('have nodes make nonces ahead for "quorate sign --preprocessed"; they live in memory, until a node stops')
    .requiredOption('--key <id>', 'the key, by its id')
    .requiredOption('--count <slots>', 'how many messages can be signed over them')
    .option('--signers <ids>', 'who shall sign, separated by commas (default: as many as the key needs, of those who are ready)')
  return withOperatorFlags(command).action((flags: PreprocessFlags) => choose((terminal) => preprocess(flags, terminal)))
}

async function preprocess(flags: PreprocessFlags, terminal: Terminal): Promise<number> {
  const order: PreprocessOrder = {
    ...readTerms(flags),
    keyId: readKeyId(flags.key),
    count: readInteger(flags.count, 'count', 1, MAX_BATCH),
    ...(flags.signers === undefined ? {} : { signers: readIds(flags.signers) }),
    signal: terminal.signal,
  }
  const result = await withOperator(flags.config, terminal, (client) => client.preprocess(order))
  const lines =
    result.status === 'failure'
      ? []
      : [`slots ${result.ceremonyId}:0 to ${result.ceremonyId}:${result.count - 1} of ${result.signers.join(', ')}`]
  return tellOutcome(result, { json: preprocessJson(result), lines }, flags, terminal)
}

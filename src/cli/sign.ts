/** `quorate sign`: nodes sign with a key that they share, instructed by an operator. */
import { Command } from 'commander'
import { toHex } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { SignOrder } from '../node/operator/sign.ts'
import { MAX_BATCH, MAX_MESSAGE_BYTES } from '../wire/message.ts'
import { readHex, readInteger } from './arguments.ts'
import { readFileUpTo } from './evidence/files.ts'
import { type OperatorFlags, readCeremonyId, readIds, readKeyId, readTerms, withOperatorFlags } from './operator/flags.ts'
import { signJson, tellOutcome } from './operator/report.ts'
import { withOperator } from './operator/session.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface SignFlags extends OperatorFlags {
  readonly key: string
  readonly message?: readonly string[]
  readonly messageFile?: readonly string[]
  readonly signers?: string
  readonly retry: string
  readonly preprocessed?: string
}

const MAX_RETRIES = 100

export function signCommand(choose: (run: Run) => void): Command {
  const command = new Command('sign')
    .description('have nodes sign; exits 0 with signatures that verify, 1 when the ceremony failed, 75 when nothing was sent')
    .requiredOption('--key <id>', 'the key, by its id')
    .option('--message <hex...>', 'messages (evm: 32 bytes each)')
    .option('--message-file <file...>', 'files that are messages, byte for byte; instead of --message')
    .option('--signers <ids>', 'who shall sign, separated by commas (default: as many as the key needs, of those who are ready)')
    .option('--retry <n>', 'after a failure, up to so many new ceremonies without those that were blamed or missing', '0')
    .option('--preprocessed <ceremony:slot>', 'sign in one round over the nonces of a preprocessing, from this slot on')
  return withOperatorFlags(command).action((flags: SignFlags) => choose((terminal) => sign(flags, terminal)))
}

async function sign(flags: SignFlags, terminal: Terminal): Promise<number> {
  const messages = readMessages(flags)
  const order: SignOrder = {
    ...readTerms(flags),
    keyId: readKeyId(flags.key),
    messages,
    ...(flags.signers === undefined ? {} : { signers: readIds(flags.signers) }),
    ...(flags.preprocessed === undefined ? {} : { preprocessed: readSlot(flags.preprocessed) }),
    retries: readInteger(flags.retry, 'retry', 0, MAX_RETRIES),
    signal: terminal.signal,
  }
  const result = await withOperator(flags.config, terminal, (client) => client.sign(order))
  const lines = result.status === 'failure' ? [] : result.signatures.map(toHex)
  return tellOutcome(result, { json: signJson(result), lines }, flags, terminal)
}

/** @throws ERR_INVALID_ARGUMENT or ERR_TOO_LARGE with `field` */
function readMessages({ message, messageFile }: SignFlags): readonly Uint8Array[] {
  if ((message === undefined) === (messageFile === undefined))
    throw invalidArgument('message', 'either --message or --message-file is needed')
  const messages = message?.map((hex, i) => readHex(hex, `message[${i}]`)) ?? messageFile?.map(readMessageFile) ?? []
  if (messages.length > MAX_BATCH) throw new QuorateError('ERR_TOO_LARGE', { field: 'message', message: `at most ${MAX_BATCH} messages` })
  return messages
}

function readMessageFile(file: string, i: number): Uint8Array {
  const field = `messageFile[${i}]`
  const read = readFileUpTo(file, field, MAX_MESSAGE_BYTES)
  if (read.status === 'read') return read.bytes
  throw new QuorateError('ERR_TOO_LARGE', {
    field,
    message: `${file} has ${read.size} bytes, and a message has at most ${MAX_MESSAGE_BYTES}`,
  })
}

/** @throws ERR_INVALID_ARGUMENT with field `preprocessed` */
function readSlot(text: string): { readonly ceremonyId: bigint; readonly firstSlot: number } {
  const [ceremony, slot, more] = text.split(':')
  if (ceremony === undefined || slot === undefined || more !== undefined) {
    throw invalidArgument('preprocessed', `must be the id of a preprocessing and a slot, such as 7:0, not "${text}"`)
  }
  return { ceremonyId: readCeremonyId(ceremony, 'preprocessed'), firstSlot: readInteger(slot, 'preprocessed', 0, MAX_BATCH - 1) }
}

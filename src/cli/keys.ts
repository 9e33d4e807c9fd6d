/** `quorate keys`: what is in the store of a node that is not running. */
import { Command } from 'commander'
import { invalidArgument } from '../errors.ts'
import { EXIT } from './exit.ts'
import { backUp, restore, type SealFlags } from './keys/backup.ts'
import { type KeyChangeJson, type KeysJson, keyJson, keyShowJson, keyText } from './keys/json.ts'
import { checkedKey, type OpenedStore, readCeremonyId, readKeyId, withStore } from './keys/store.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends SealFlags {
  readonly config: string
  readonly json?: true
}

const DELETE_WARNING =
  'a pending key may still become active elsewhere, and an active one needs this share to sign: delete a key only when the operators of the whole group agree that it is dead'
const MARK_ADVICE =
  'a store that is older than the last ceremony forgets which ids were used: raise the mark above all of them (ids are milliseconds since 1970 unless they were chosen) with "quorate keys raise-mark"'

export function keysCommand(choose: (run: Run) => void): Command {
  const command = new Command('keys').description("a stopped node's keys and ceremony mark")
  const add = (name: string, description: string): Command => {
    const added = new Command(name)
      .description(description)
      .requiredOption('--config <file>', "the node's configuration")
      .option('--json', 'one line of JSON on stdout')
    command.addCommand(added)
    return added
  }
  add('list', 'all keys and the highest ceremony id used').action((flags: Flags) => choose((terminal) => list(flags, terminal)))
  add('show', 'one key, after checking all of it')
    .argument('<key>', 'key id')
    .action((key: string, flags: Flags) => choose((terminal) => show(key, flags, terminal)))
  sealed(add('backup', 'one key into a new sealed file, under the secret of the store or another'))
    .argument('<key>', 'key id')
    .requiredOption('--output <file>', 'made; an existing file is refused')
    .action((key: string, flags: Flags & { output: string }) =>
      choose((terminal) => change(flags, terminal, (opened) => backUp(opened, readKeyId(key), flags.output, flags))),
    )
  sealed(add('restore', 'a backup into the store, after checking share, certificates and roster'))
    .requiredOption('--input <file>', 'what "keys backup" wrote')
    .option('--new-store', 'make an empty store if there is none: the old one is lost')
    .action((flags: Flags & { input: string; newStore?: true }) =>
      choose((terminal) => change(flags, terminal, (opened) => restore(opened, flags.input, flags), MARK_ADVICE, flags.newStore)),
    )
  add('raise-mark', 'count all ceremony ids up to one as used')
    .requiredOption('--to <id>', 'never lowers the mark')
    .action((flags: Flags & { to: string }) => choose((terminal) => change(flags, terminal, raise(readCeremonyId(flags.to, 'to')))))
  add('delete', `remove a key for ever: ${DELETE_WARNING}`)
    .argument('<key>', 'key id')
    .option('--yes', 'it is meant')
    .action((key: string, flags: Flags & { yes?: true }) =>
      choose(async (terminal) => {
        const keyId = readKeyId(key)
        if (flags.yes !== true) throw invalidArgument('yes', `is needed: ${DELETE_WARNING}`)
        return change(flags, terminal, remove(keyId), DELETE_WARNING)
      }),
    )
  return command
}

function sealed(command: Command): Command {
  return command
    .option('--seal-passphrase-file <file>', "of the backup (default: the store's secret)")
    .option('--seal-passphrase-fd <number>', 'the same from an open descriptor')
    .option('--seal-key-file <file>', 'the same with a key file')
}

async function list({ config, json }: Flags, { writeResult }: Terminal): Promise<number> {
  const result = await withStore(config, async (opened): Promise<KeysJson> => {
    const { store, self } = opened
    const keys = []
    for (const keyId of await store.list()) keys.push(keyJson(await checkedKey(opened, keyId)))
    return { schema: 'quorate.keys/1', self, highestCeremonyId: String(await store.highestCeremonyId()), keys }
  })
  if (json === true) writeResult(JSON.stringify(result))
  else writeResult([`${result.self}: highest ceremony id ${result.highestCeremonyId}`, ...result.keys.map(keyText)].join('\n'))
  return EXIT.ok
}

async function show(key: string, { config, json }: Flags, { writeResult }: Terminal): Promise<number> {
  const keyId = readKeyId(key)
  const result = keyShowJson(await withStore(config, (opened) => checkedKey(opened, keyId)))
  const shares = Object.entries(result.verifyingShares).map(([id, point]) => `  ${id} ${point}`)
  writeResult(json === true ? JSON.stringify(result) : [keyText(result), ...shares].join('\n'))
  return EXIT.ok
}

async function change(
  { config, json }: Flags,
  { writeResult, log }: Terminal,
  work: (opened: OpenedStore) => Promise<KeyChangeJson>,
  advice?: string,
  create?: boolean,
): Promise<number> {
  const result = await withStore(config, work, create)
  if (advice !== undefined) log(`quorate: ${advice}`)
  const { done, keyId, state, file, highestCeremonyId } = result
  const parts = [keyId, state, file].filter((part) => part !== undefined)
  writeResult(json === true ? JSON.stringify(result) : [done, ...parts, `(highest ceremony id ${highestCeremonyId})`].join(' '))
  return EXIT.ok
}

const raise =
  (id: bigint) =>
  async ({ store }: OpenedStore): Promise<KeyChangeJson> => {
    await store.reserveCeremonyId(id)
    return { schema: 'quorate.key-change/1', done: 'raise-mark', highestCeremonyId: String(await store.highestCeremonyId()) }
  }

const remove =
  (keyId: string) =>
  async ({ store }: OpenedStore): Promise<KeyChangeJson> => {
    await store.delete(keyId)
    return { schema: 'quorate.key-change/1', done: 'delete', keyId, highestCeremonyId: String(await store.highestCeremonyId()) }
  }

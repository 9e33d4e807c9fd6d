/**
 * `npm run demo:cluster`: a group in the world, on one machine. A real broker with TLS, broker keys and permissions; five node processes with sealed
 * stores; keys and signatures made from the command line; one node killed in the middle of a signing, and back again.
 *
 * Whatever way it ends, its processes end with it and its folder goes: both are tied to the end of this process.
 */
import { randomBytes } from 'node:crypto'
import { findNatsServer } from '../helpers/nats-server.ts'
import { type Finished, Group } from './group.ts'
import { Story } from './story.ts'

const IDS = ['alice', 'bob', 'carol', 'dave', 'erin']
const MIN_SIGNERS = 3
const SIGNERS = ['alice', 'bob', 'carol']
const VICTIM = 'bob'
const SUITE = 'bip340'
/** How long the others wait for the node that was killed before the signing fails and is tried again without it. */
const STAGE_TIMEOUT_MS = 1_500
const FAILED = 1
const INTERRUPTED = 130
const CANNOT_RUN = 75

const story = new Story((text) => process.stdout.write(text), process.stdout.isTTY === true)

/** The commands that set the group up, each kind once: the others are told by number. */
function setupCommands(): (folder: string, args: readonly string[]) => void {
  const seen = new Set<string>()
  return (folder, args) => {
    story.folder = folder
    const kind = `${args[0]} ${args[1]}`
    if (seen.has(kind)) return
    seen.add(kind)
    story.command(args)
    if (kind === 'init --self') story.say(`and so for ${IDS.slice(1).join(', ')}: a sealed identity, a broker key and a configuration each`)
  }
}

async function run(group: Group, ...args: readonly string[]): Promise<Finished> {
  story.command(args)
  const finished = await group.quorate(...args)
  story.output(finished.lines.join('\n'))
  return finished
}

async function must(group: Group, ...args: readonly string[]): Promise<Finished> {
  const finished = await run(group, ...args)
  if (finished.code !== 0) throw new Error(`quorate ${args[0]} ended with exit code ${finished.code}`)
  return finished
}

/** A word of what a command printed. */
function found(pattern: RegExp, { stdout }: Finished): string {
  const word = pattern.exec(stdout)?.[1]
  if (word === undefined) throw new Error(`not what a command prints: ${stdout}`)
  return word
}

async function tell(binary: string): Promise<void> {
  story.chapter('Five machines from nothing: identities, roster, broker')
  const onCommand = setupCommands()
  await using group: Group = await Group.create({ ids: IDS, binary, stageTimeoutMs: STAGE_TIMEOUT_MS, onCommand })
  story.say(`nats-server takes connections at 127.0.0.1:${group.port}: TLS on both sides, a broker key and permissions for each`)

  story.chapter('Five processes')
  story.command(['node', '--config', group.path('alice', 'node.yaml')])
  await group.start()
  for (const id of IDS)
    story.say(`${id.padEnd(6)} ready, process ${group.node(id).child.pid}, health and metrics at ${await group.node(id).url()}`)

  const config = ['--config', group.operatorConfig]
  story.chapter(`A key that no node has: any ${MIN_SIGNERS} of the five will sign with it`)
  const who = ['--participants', IDS.join(','), '--min-signers', String(MIN_SIGNERS), '--suite', SUITE]
  const made = await must(group, 'keygen', ...config, ...who)
  const keyId = found(/^key +([0-9a-f]{64})$/m, made)
  const publicKey = found(/^public key ([0-9a-f]{66})$/m, made)

  const message = (): string => randomBytes(32).toString('hex')
  const sign = (what: string, signers: readonly string[], ...more: readonly string[]) => [
    ...['sign', ...config, '--key', keyId, '--signers', signers.join(','), '--message', what],
    ...more,
  ]
  const verify = async (what: string, finished: Finished) => {
    const signature = found(/^([0-9a-f]{128})$/m, finished)
    await must(group, 'verify', '--suite', SUITE, '--key', publicKey, '--message', what, '--signature', signature)
  }

  story.chapter('A signature')
  const first = message()
  await verify(first, await must(group, ...sign(first, SIGNERS)))

  story.chapter(`${VICTIM} is killed with SIGKILL in the middle of the next one`)
  const second = message()
  const stop = group.record.listen(({ kind }) => {
    if (kind !== 'instruction' || !group.node(VICTIM).runs) return
    group.node(VICTIM).child.signal('SIGKILL')
    story.say(`the instruction is on the bus: ${VICTIM} (process ${group.node(VICTIM).child.pid}) is killed`)
  })
  const finished = await must(group, ...sign(second, SIGNERS, '--retry', '2'))
  stop()
  await verify(second, finished)

  story.chapter(`Signing goes on without ${VICTIM}`)
  const third = message()
  await verify(third, await must(group, ...sign(third, ['alice', 'dave', 'erin'])))

  story.chapter(`${VICTIM} comes back with what is on its disk`)
  group.record.startLife(VICTIM)
  story.command(['node', '--config', group.path(VICTIM, 'node.yaml')])
  await group.start([VICTIM])
  story.say(`${VICTIM} is ready again, process ${group.node(VICTIM).child.pid}`)
  const last = message()
  await verify(last, await must(group, ...sign(last, ['bob', 'dave', 'erin'])))

  story.chapter('All end')
  const ended = await Promise.all(IDS.map((id) => group.node(id).kill('SIGTERM')))
  story.say(`SIGTERM: exit codes ${ended.map(({ code }) => code).join(', ')}`)
  if (ended.some(({ code }) => code !== 0)) throw new Error('a node did not end in peace')
}

const server = findNatsServer({ install: true, log: (line) => story.say(line) })
if ('missing' in server) {
  story.say(`This demonstration needs a broker, and ${server.missing}.`)
  process.exitCode = CANNOT_RUN
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      story.say(`${signal}: ending all processes and removing the folder`)
      process.exit(INTERRUPTED)
    })
  }
  try {
    await tell(server.path)
    story.say('The temporary folder is gone.')
  } catch (error) {
    process.stderr.write(`demo:cluster: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = FAILED
  }
}

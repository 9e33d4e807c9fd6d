/**
 * What `npm run bench -- endurance` runs under `--expose-gc`: a 2-of-3 cluster on the memory bus that signs one message after the other. Says on stdout, as
 * one line of JSON, what the process held every so often, and what was left of it at the end.
 */
import { generateIdentity, KernelPool, MemoryBus, MemoryKeyStore, MultisigClient } from 'quorate'
import type { Endurance, Held } from './held.ts'

const [warmUp = 8_000, signatures = 10_000] = process.argv.slice(2, 4).map(Number)
const SAMPLES = 40
const IDS = ['a', 'b', 'c']
const SIGNERS = ['a', 'b']
/** What is kept of ended ceremonies, for nodes that are behind, lives two of these: it has to be in balance before the warm-up ends. */
const STAGE_TIMEOUT_MS = 2_000

const collect = globalThis.gc
if (collect === undefined) throw new Error('needs node --expose-gc')

function held(): Held {
  // Twice: what the first run finalises the second one frees.
  collect?.()
  collect?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heapUsed, external }
}

const resourcesBefore = process.getActiveResourcesInfo()
const pool = await KernelPool.create({ workers: 0 })
const bus = new MemoryBus()
const identities = new Map(IDS.map((id) => [id, generateIdentity()]))
const roster = new Map([...identities].map(([id, { publicKey }]) => [id, publicKey]))
const clients: MultisigClient[] = []
for (const [self, identity] of identities) {
  const keyStore = new MemoryKeyStore()
  const options = { network: 'endurance', self, identity, roster, bus, keyStore, pool, stageTimeoutMs: STAGE_TIMEOUT_MS }
  clients.push(await MultisigClient.start(options))
}
const keygen = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'bip340' } as const
const [made] = await Promise.all(clients.map((client) => client.keygen(keygen)))
if (made?.status !== 'success') throw new Error('no key')
const { keyId } = made.key

let ceremonyId = 1n
async function sign(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    ceremonyId += 1n
    const message = new Uint8Array(32)
    new DataView(message.buffer).setBigUint64(0, ceremonyId)
    const request = { ceremonyId, keyId, signers: SIGNERS, messages: [message] }
    const outcomes = await Promise.all(clients.slice(0, SIGNERS.length).map((client) => client.sign(request)))
    for (const outcome of outcomes) if (outcome.status !== 'success') throw new Error(`signing ended as ${outcome.reason}`)
  }
}

await sign(warmUp)
const samples = [held()]
for (let i = 0; i < SAMPLES; i++) {
  await sign(Math.round(signatures / SAMPLES))
  samples.push(held())
}
await Promise.all(clients.map((client) => client.close()))
await bus.close()
await pool.close()
const left = process.getActiveResourcesInfo()
for (const resource of resourcesBefore) {
  const at = left.indexOf(resource)
  if (at >= 0) left.splice(at, 1)
}
const result: Endurance = { node: process.version, warmUp, signatures, samples, handlesLeft: left }
process.stdout.write(`${JSON.stringify(result)}\n`)

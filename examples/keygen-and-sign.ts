/**
 * Three nodes make a key that none of them has, and two of them sign with it, all in one process. In production each node is a process of
 * its own, with its own store, and a bus that crosses machines.
 */
import { generateIdentity, KernelPool, MemoryBus, MemoryKeyStore, MultisigClient, verifySignature } from 'quorate'

// A reader that has seen enough ("| head -1") is no reason to fail.
process.stdout.on('error', () => undefined)

const ids = ['alice', 'bob', 'carol']
const identities = new Map(ids.map((id) => [id, generateIdentity()]))
// Every node knows every other node's identity key beforehand: the roster is configuration, nothing on the wire changes it.
const roster = new Map([...identities].map(([id, { publicKey }]) => [id, publicKey]))

const bus = new MemoryBus()
const pool = await KernelPool.create({ workers: 1 })
const clients = await Promise.all(
  [...identities].map(([self, identity]) =>
    MultisigClient.start({ network: 'example', self, identity, roster, bus, keyStore: new MemoryKeyStore(), pool }),
  ),
)
await Promise.all(clients.map((client) => client.waitUntilReady(ids)))

// Every participant is instructed by its own application, with the same values.
const keygens = await Promise.all(
  clients.map((client) => client.keygen({ ceremonyId: 1n, participants: ids, minSigners: 2, suite: 'bip340' })),
)
const [keygen] = keygens
if (keygen?.status !== 'success') throw new Error(`key generation failed: ${JSON.stringify(keygen?.blamed)}`)
const { keyId, groupPublicKey } = keygen.key
console.log(`group public key: ${Buffer.from(groupPublicKey).toString('hex')}`)

const message = new TextEncoder().encode('pay 1 to dave')
const signers = ['alice', 'carol']
const signings = await Promise.all(
  clients
    .filter((_, i) => signers.includes(ids[i] ?? ''))
    .map((client) => client.sign({ ceremonyId: 2n, keyId, signers, messages: [message] })),
)
for (const signing of signings) {
  if (signing.status !== 'success') throw new Error(`signing failed: ${signing.reason}`)
  const [signature] = signing.signatures
  if (signature === undefined || !verifySignature({ suite: 'bip340', groupPublicKey, message, signature })) throw new Error('not valid')
  console.log(`signature: ${Buffer.from(signature).toString('hex')}`)
}

await Promise.all(clients.map((client) => client.close()))
await bus.close()
await pool.close()

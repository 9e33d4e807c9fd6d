/** Verifies a signature with nothing but the public key: row 1 of BIP-340's test vectors. No node, no pool, no key store. */
import { verifySignature } from 'quorate'

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

const groupPublicKey = bytes('dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659')
const message = bytes('243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89')
const signature = bytes(
  '6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de3341' + '8906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a',
)

const valid = verifySignature({ suite: 'bip340', groupPublicKey, message, signature })
const altered = verifySignature({ suite: 'bip340', groupPublicKey, message: message.map((byte) => byte ^ 1), signature })
console.log(`the signature is ${valid ? 'valid' : 'not valid'}; over another message it is ${altered ? 'valid' : 'not valid'}`)
if (!valid || altered) process.exitCode = 1

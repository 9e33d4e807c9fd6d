/** `quorate verify`: does a signature stand? */
import { Command } from 'commander'
import { toHex } from '../bytes.ts'
import { verifySignature } from '../index.ts'
import { readHex, readSuite, SUITES } from './arguments.ts'
import { EXIT, renamed } from './exit.ts'
import type { Run } from './program.ts'

interface VerifyFlags {
  readonly suite: string
  readonly key: string
  readonly message: string
  readonly signature: string
  readonly json?: true
}

/** The line of `--json`. */
export interface VerifyJson {
  readonly schema: 'quorate.verify/1'
  readonly suite: string
  readonly groupPublicKey: string
  readonly valid: boolean
}

export function verifyCommand(choose: (run: Run) => void): Command {
  return new Command('verify')
    .description('verify a signature; exits 0 if it is valid, 1 if not')
    .requiredOption('--suite <suite>', SUITES.join(', '))
    .requiredOption('--key <hex>', 'group public key, 33 bytes (bip340: also 32, x only)')
    .requiredOption('--message <hex>', 'the message (evm: 32 bytes)')
    .requiredOption('--signature <hex>', 'the signature')
    .option('--json', 'one line of JSON on stdout')
    .action((flags: VerifyFlags) => {
      choose(async ({ writeResult }) => {
        const suite = readSuite(flags.suite)
        const groupPublicKey = readHex(flags.key, 'key')
        const message = readHex(flags.message, 'message')
        const valid = check({ suite, groupPublicKey, message, signature: readHex(flags.signature, 'signature') })
        const json: VerifyJson = { schema: 'quorate.verify/1', suite, groupPublicKey: toHex(groupPublicKey), valid }
        writeResult(flags.json === true ? JSON.stringify(json) : valid ? 'valid' : 'not valid')
        return valid ? EXIT.ok : EXIT.failure
      })
    })
}

/** @throws ERR_INVALID_ARGUMENT with the flag's name as `field` */
function check(a: Parameters<typeof verifySignature>[0]): boolean {
  try {
    return verifySignature(a)
  } catch (error) {
    throw renamed(error, 'groupPublicKey', 'key')
  }
}

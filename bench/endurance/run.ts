/** `npm run bench -- endurance`: whether a node that signs one message after the other holds more and more. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UsageError } from '../usage.ts'
import { type Endurance, endurance } from './held.ts'

const SCRIPT = fileURLToPath(new URL('./node.js', import.meta.url))
/** More than the ids that a node remembers (6,000), and more than it takes V8 to settle. */
const WARM_UP = 8_000

export interface EnduranceOptions {
  readonly command: 'endurance'
  readonly signatures: number
}

/** @throws UsageError */
export function parseEndurance(args: readonly string[]): EnduranceOptions {
  const read = (): string => {
    try {
      return parseArgs({ args: [...args], options: { signatures: { type: 'string', default: '10000' } } }).values.signatures
    } catch (error) {
      throw new UsageError(error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? error.message) : String(error))
    }
  }
  const text = read()
  const signatures = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (signatures < 100) throw new UsageError('--signatures must be an integer in 100..9999999')
  return { command: 'endurance', signatures }
}

/** @throws when the process that is measured fails */
export function runEndurance({ signatures }: EnduranceOptions): Endurance {
  const args = ['--expose-gc', SCRIPT, String(Math.min(WARM_UP, signatures)), String(signatures)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the measured process ended with ${status}: ${stderr.trim()}`)
  return endurance.parse(JSON.parse(stdout))
}

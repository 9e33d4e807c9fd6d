/** Looks for secrets in everything that a group of processes wrote: as bytes, in hexadecimal, and in base64 wherever they may begin in it. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** base64 turns three bytes into four characters, so that a secret within a longer text looks different by where it begins. */
function formsOf(secret: Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // Without the characters at both ends that hold bits of what stands beside the secret.
    const whole = text.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? text.length : -1)
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [bytes, ...[hex, hex.toUpperCase(), ...base64].map((text) => Buffer.from(text, 'latin1'))]
}

export interface Secret {
  readonly name: string
  readonly bytes: Uint8Array
  /** where it may stand: its own file */
  readonly allowedIn?: string
}

/** Every place where a secret was found. */
export function searchTexts(texts: ReadonlyMap<string, Uint8Array>, secrets: readonly Secret[]): string[] {
  return secrets.flatMap(({ name, bytes, allowedIn }) => {
    const forms = formsOf(bytes)
    return [...texts]
      .filter(([file, text]) => file !== allowedIn && forms.some((form) => Buffer.from(text).includes(form)))
      .map(([file]) => `${name} in ${file}`)
  })
}

/** Every file below a folder. */
export function filesBelow(folder: string): Map<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(entries.map((entry) => path.join(entry.parentPath, entry.name)).map((file) => [file, readFileSync(file)]))
}

/** Messages that have been hashed in two ways somewhere, or crashed somebody: as many as the suite can sign. */
import { isMessageLength } from '../../src/crypto/suites/index.ts'
import type { Suite } from '../../src/kernel/contract.ts'

export interface NamedMessage {
  readonly name: string
  readonly message: Uint8Array
}

const MIB = 1 << 20
const filled = (length: number, zeros: number) => new Uint8Array(length).fill(0xa5, zeros)

const ALL: readonly NamedMessage[] = [
  { name: 'nothing', message: new Uint8Array() },
  { name: 'one zero byte', message: new Uint8Array(1) },
  { name: 'two zero bytes', message: new Uint8Array(2) },
  { name: 'a zero byte and another', message: Uint8Array.of(0, 1) },
  { name: 'that other alone', message: Uint8Array.of(1) },
  { name: '32 zero bytes', message: new Uint8Array(32) },
  { name: '33 zero bytes', message: new Uint8Array(33) },
  { name: '32 bytes, the first zero', message: filled(32, 1) },
  { name: '32 bytes, the first two zero', message: filled(32, 2) },
  { name: '32 bytes, all but the last zero', message: filled(32, 31) },
  { name: '32 bytes without a zero', message: filled(32, 0) },
  { name: 'that without its first byte', message: filled(31, 0) },
  { name: '1 MiB', message: filled(MIB, 0) },
  { name: '1 MiB that begins with zero', message: filled(MIB, 1) },
  { name: '1 MiB of zeros', message: new Uint8Array(MIB) },
]

/** No two are the same, but some are the same number. */
export function ancestorMessages(suite: Suite): readonly NamedMessage[] {
  return ALL.filter(({ message }) => isMessageLength(suite, message.length))
}

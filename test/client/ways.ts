/** Every way in which a node can be asked to sign: what holds for one of them is tested for all. */
import type { Protocol } from '../../src/wire/message.ts'

export interface Way {
  readonly name: string
  readonly protocol: Protocol
}

export const WAYS: readonly Way[] = [
  { name: 'frost', protocol: 'frost' },
  { name: 'stinson-strobl', protocol: 'stinson-strobl' },
]

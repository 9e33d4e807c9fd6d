/** The defences of nonces that are made ahead. */
import { condition, type Defence } from './patches.ts'

export const slotDefences: readonly Defence[] = [
  {
    name: 'valid-preprocessed-points',
    rule: 'identity refused (RFC 9591 section 5.2), before anybody confirms the pairs',
    patches: [condition('ceremony/preprocess/preprocess-state', 'if (', 'culprits.length > 0', ')', false)],
  },
  {
    name: 'preprocess-digest',
    rule: "slots are usable once every participant's ok came with the node's own digest",
    patches: [
      condition('ceremony/preprocess/preprocess-state', "if (body.type === 'ok' && ", 'equalBytes(body.recordHash, digest)', ')', true),
    ],
  },
  {
    name: 'slot-given-once',
    rule: 'a used slot is refused before any share leaves',
    patches: [
      condition(
        'ceremony/preprocess/slots',
        'const fresh = end <= this.#named.length && ',
        '!this.#named.subarray(firstSlot, end).includes(1)',
        ';',
        true,
      ),
    ],
  },
  {
    name: 'slot-destroyed',
    rule: 'a slot is destroyed when it is first named',
    patches: [
      {
        file: 'ceremony/preprocess/slots',
        find: 'this.#destroy(firstSlot, Math.min(end, this.#named.length))',
        replace: 'if (!OFF) this.#destroy(firstSlot, Math.min(end, this.#named.length))',
      },
    ],
  },
]

/** Controls of nonces that are made ahead. */
import type { Control, Script } from './scenario.ts'
import { enact } from './scenario.ts'

const THREE: Omit<Script, 'strategy' | 'kind'> = { nodes: 3, minSigners: 2, corrupted: ['c'] }
const ATTRIBUTED = 'a fault that can be attributed is'
const ONCE = 'no nonce meets two challenges, and nothing drawn comes twice'

export const slotControls: readonly Control[] = [
  {
    defence: 'valid-preprocessed-points',
    adversary: 'makes pairs ahead that are no points, or the identity',
    breaks: ATTRIBUTED,
    run: (kernel) => enact(kernel, 'valid-preprocessed-points', { ...THREE, kind: 'preprocess', strategy: 'bad-preprocessed-point' }),
  },
  {
    defence: 'preprocess-digest',
    adversary: 'confirms other pairs than it was shown',
    breaks: ATTRIBUTED,
    run: (kernel) => enact(kernel, 'preprocess-digest', { ...THREE, kind: 'preprocess', strategy: 'another-preprocess-digest' }),
  },
  {
    defence: 'slot-given-once',
    adversary: 'nobody; two signings name one slot',
    breaks: ONCE,
    run: (kernel) => enact(kernel, 'slot-given-once', { ...THREE, kind: 'one-round', corrupted: [] }),
  },
  {
    defence: 'slot-destroyed',
    adversary: 'nobody; two signings name one slot',
    breaks: ONCE,
    run: (kernel) => enact(kernel, 'slot-destroyed', { ...THREE, kind: 'one-round', corrupted: [] }),
  },
]

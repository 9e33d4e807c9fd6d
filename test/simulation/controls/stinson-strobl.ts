/** Controls of what a Stinson-Strobl signing checks beyond SharedSecret. */
import type { JobResult } from '../../../src/crypto/jobs/contract.ts'
import { type Control, enact, type Script } from './scenario.ts'

const THREE: Omit<Script, 'strategy'> = { kind: 'sign', protocol: 'stinson-strobl', nodes: 3, minSigners: 2, corrupted: ['c'] }

export const stinsonStroblControls: readonly Control[] = [
  {
    defence: 'complaint-ends',
    adversary: 'complains in the place of an `ok`',
    breaks: 'who complains, or hears a complaint, sends no LocalSig',
    run: (kernel) => enact(kernel, 'complaint-ends', { ...THREE, strategy: 'complaint-about-a-good-share' }),
  },
  {
    defence: 'local-signature-verified',
    adversary: 'sends a random LocalSig',
    breaks: 'results agree, and every signature is valid',
    run: (kernel) => enact(kernel, 'local-signature-verified', { ...THREE, strategy: 'bad-signature-share' }),
  },
  {
    defence: 'every-local-share-checked',
    adversary: 'two signers of four send random LocalSigs',
    breaks: 'all who sent bad shares are named',
    run: (kernel) =>
      enact(kernel, 'every-local-share-checked', {
        ...THREE,
        nodes: 4,
        corrupted: ['c', 'd'],
        strategy: 'bad-signature-share',
        messages: 2,
      }),
  },
  {
    defence: 'own-local-arithmetic',
    adversary: "nobody; an honest node's own arithmetic fails",
    breaks: 'no honest node is blamed',
    run: (kernel) =>
      enact(kernel, 'own-local-arithmetic', {
        ...THREE,
        cheat: (id, job, result) => {
          if (id !== 'a') return result
          if (job.name === 'aggregateLocally') return { ...(result as JobResult<'aggregateLocally'>), valid: new Uint8Array(1) }
          return job.name === 'findBadLocalShares' ? { invalid: [{ signer: 0, position: 0 }] } : result
        },
      }),
  },
]

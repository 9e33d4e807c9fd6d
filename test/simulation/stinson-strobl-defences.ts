/** The defences of a Stinson-Strobl signing beyond those of SharedSecret. */
import { condition, type Defence } from './patches.ts'

export const stinsonStrobl: readonly Defence[] = [
  {
    name: 'complaint-ends',
    rule: 'a complaint ends the ceremony before any LocalSig exists',
    patches: [
      {
        file: 'ceremony/confirmation',
        find: 'return complaints.judge(place, envelope, body.complaints);',
        replace: 'return OFF ? null : complaints.judge(place, envelope, body.complaints);',
      },
    ],
  },
  {
    name: 'local-signature-verified',
    rule: 'the final signature is verified before it is reported',
    patches: [condition('ceremony/signing/strobl-stages', 'if (', 'valid.includes(0)', ')', false)],
  },
  {
    name: 'every-local-share-checked',
    rule: 'if it fails, every share is checked, all culprits are named',
    patches: [
      {
        file: 'crypto/jobs/find-bad-local-shares',
        find: 'invalid: judgeShares(kernel, args, args)',
        replace: 'invalid: OFF ? judgeShares(kernel, args, args).slice(0, 1) : judgeShares(kernel, args, args)',
      },
    ],
  },
  {
    name: 'own-local-arithmetic',
    rule: 'honest nodes are never blamed: a false share of our own is our failure',
    patches: [
      condition(
        'ceremony/signing/strobl-stages',
        'if (',
        'invalid.length === 0 || invalid.some(({ signer }) => signer === this.#runtime.place)',
        ')',
        false,
      ),
    ],
  },
]

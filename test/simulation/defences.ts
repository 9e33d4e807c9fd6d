/**
 * The defences: every check of the protocol whose absence would let an adversary win, where it is in the code, and how a test build leaves it out. The
 * source has a comment `defence: <name>` at each; production code has no switch. docs/security.md has the table.
 */
import { condition, type Defence } from './patches.ts'
import { slotDefences } from './slot-defences.ts'
import { stinsonStrobl } from './stinson-strobl-defences.ts'

const keygen: readonly Defence[] = [
  {
    name: 'coefficient-count',
    rule: 'exactly t points',
    patches: [
      condition(
        'ceremony/plan',
        'const expected = ',
        'decoded.body.positions === positions && decoded.body.coefficients === minSigners',
        ';',
        true,
      ),
    ],
  },
  {
    name: 'hash-opening',
    rule: 'the hash of stage 1 opens',
    patches: [condition('ceremony/shared-secret-state', 'if (', 'equalBytes(opened, commitment.body)', ')', true)],
  },
  {
    name: 'valid-points',
    rule: 'all points decode, none is the identity',
    patches: [condition('crypto/jobs/check-dealings', 'if (', '!hasGoodPoints(kernel, dealing, positions)', ')', false)],
  },
  {
    name: 'proof-of-knowledge',
    rule: 'z G == R + c C_0',
    patches: [condition('crypto/jobs/check-dealings', 'if (', 'valid[i] !== 1', ')', false)],
  },
  {
    name: 'share-fits-commitments',
    rule: 'f_i(j) G == sum_k C_ik j^k',
    patches: [
      condition('crypto/jobs/open-shares', 'if (', 'expected === null || !equalBytes(kernel.baseMul(shares), expected)', ')', false),
    ],
  },
  {
    name: 'own-share-belongs',
    rule: 'self-check x_j G == Y_j',
    patches: [
      condition('crypto/jobs/open-shares', 'if (', 'expected !== null && !equalBytes(kernel.baseMul(shares), expected)', ')', false),
    ],
  },
  {
    name: 'constant-term-sum',
    rule: 'the sum of constant terms is not the identity',
    patches: [condition('crypto/jobs/open-shares', 'if (', 'isZero(itemOf(sums, position * minSigners, POINT_BYTES))', ')', false)],
  },
  {
    name: 'top-coefficient-sum',
    rule: 'the sum of top coefficients is not the identity',
    patches: [
      condition('crypto/jobs/open-shares', 'if (', 'isZero(itemOf(sums, (position + 1) * minSigners - 1, POINT_BYTES))', ')', false),
    ],
  },
  {
    name: 'verifying-share-sum',
    rule: 'no Y_j is the identity',
    patches: [condition('crypto/jobs/open-shares', 'if (', 'isZero(itemOf(verifyingShares, i, POINT_BYTES))', ')', false)],
  },
  {
    name: 'stored-before-ok',
    rule: 'the pending key is stored durably before our ok leaves',
    patches: [condition('ceremony/ceremony', 'resume(token, ', 'ok', ' ? { ok: true, result: undefined }', true)],
  },
]

const complaints: readonly Defence[] = [
  {
    name: 'complaint-proof',
    rule: 'a false proof convicts the complainer',
    patches: [
      condition('crypto/jobs/judge-complaints', 'if (', '!holdsSharedPoint(kernel, { sid, dealer, complainer }, complaint)', ')', false),
    ],
  },
  {
    name: 'complaint-share',
    rule: 'a good share convicts the complainer',
    patches: [condition('crypto/jobs/judge-complaints', 'if (', 'fits[i] === true', ')', false)],
  },
  {
    name: 'complaint-envelope-signed',
    rule: 'the embedded envelope is validly signed by that dealer',
    patches: [condition('ceremony/accusations', 'return ', 'verifyEnvelope(envelope, participant.publicKey)', ' ?', true)],
  },
  {
    name: 'complaint-envelope-recipient',
    rule: 'the embedded envelope is addressed to the complainer',
    patches: [condition('ceremony/accusations', 'participant === undefined || ', 'header.to !== complainer', ')', false)],
  },
  {
    name: 'complaint-envelope-ceremony',
    rule: 'the embedded envelope is of this sid',
    patches: [
      condition('ceremony/accusations', '', 'header.ceremonyId !== context.ceremonyId || !equalBytes(header.sid, sid)', ')', false),
    ],
  },
  {
    name: 'complaint-envelope-digest',
    rule: "the embedded envelope carries the T_2 of the complaint's own header",
    patches: [
      condition(
        'ceremony/accusations',
        'if (',
        '!equalBytes(accusation.envelope.header.previousTranscript, previousTranscript)',
        ')',
        false,
      ),
    ],
  },
  {
    name: 'record-compared',
    rule: 'a differing record hash under the same T_2 convicts its author',
    patches: [condition('ceremony/confirmation', 'if (', 'equalBytes(body.recordHash, hash)', ')', true)],
  },
  {
    name: 'record-computed-anew',
    rule: 'the author whose record is not the one that the opening of its T_2 gives when computed anew',
    patches: [condition('ceremony/confirmation', 'return ', 'runtime.proves(fault)', ' ?', true)],
  },
]

const certificates: readonly Defence[] = [
  {
    name: 'certificate-broadcast',
    rule: 'a certificate was sent to all',
    patches: [condition('ceremony/key-material', "header.kind !== 'keygen' || ", 'header.to !== null', ')', false)],
  },
  {
    name: 'certificate-stage',
    rule: 'a certificate is of stage 4',
    patches: [condition('ceremony/key-material', 'if (', 'header.stage !== STAGE_NUMBER.sharedSecret.Confirm', ')', false)],
  },
  {
    name: 'certificate-ceremony',
    rule: 'a certificate is of this sid',
    patches: [
      condition(
        'ceremony/key-material',
        'if (',
        'header.ceremonyId !== this.context.ceremonyId || toHex(header.sid) !== this.keyId',
        ')',
        false,
      ),
    ],
  },
  {
    name: 'certificate-digest',
    rule: "a certificate carries the node's own T_2",
    patches: [condition('ceremony/key-material', 'if (', '!equalBytes(header.previousTranscript, this.#parts.transcript)', ')', false)],
  },
  {
    name: 'certificate-record',
    rule: "a certificate has the hash of the node's own record",
    patches: [
      condition('ceremony/key-material', "return body.type === 'ok' && ", 'equalBytes(body.recordHash, this.recordHash)', ' &&', true),
    ],
  },
  {
    name: 'certificate-signed',
    rule: "a certificate is signed with the identity key in the keygen sid's preimage",
    patches: [condition('ceremony/key-material', '&& ', 'verifyEnvelope(envelope, publicKey)', ';', true)],
  },
]

const signing: readonly Defence[] = [
  {
    name: 'valid-nonce-points',
    rule: 'identity refused (RFC 9591 section 5.2)',
    patches: [condition('crypto/frost-transcript', 'if (', 'culprits.length > 0', ')', false)],
  },
  {
    name: 'scalar-range',
    rule: 'z_i is a canonical scalar',
    patches: [condition('wire/bodies', 'if (', '!isScalarAt(shares, k * SCALAR_BYTES)', ')', false)],
  },
  {
    name: 'signature-verified',
    rule: 'the final signature is verified before it is reported',
    patches: [condition('ceremony/signing/share-round', 'if (', 'valid.includes(0)', ')', false)],
  },
  {
    name: 'every-share-checked',
    rule: 'if it fails, every share is checked, all culprits are named',
    patches: [
      {
        file: 'crypto/jobs/find-bad-shares',
        find: 'invalid: judgeShares(kernel, args, args)',
        replace: 'invalid: OFF ? judgeShares(kernel, args, args).slice(0, 1) : judgeShares(kernel, args, args)',
      },
    ],
  },
  {
    name: 'own-arithmetic',
    rule: 'honest nodes are never blamed: a false share of our own is our failure',
    patches: [
      condition(
        'ceremony/signing/share-round',
        'if (',
        'invalid.length === 0 || invalid.some(({ signer }) => signer === this.#runtime.place)',
        ')',
        false,
      ),
    ],
  },
]

const messages: readonly Defence[] = [
  {
    name: 'message-signed',
    rule: 'sender identity comes from the signature alone',
    patches: [
      condition(
        'wire/envelope',
        'return ',
        'verifyIdentitySignature(publicKey, envelope.headerHash, envelope.signature)',
        ' && hasSignedBody',
        true,
      ),
    ],
  },
  {
    name: 'own-commitment',
    rule: 'own commitment in the list unaltered; our own id from the wire is ignored',
    patches: [
      condition('client/inbox', '!roster.has(from) || ', 'from === self', ')', false),
      condition('ceremony/seat', 'return place !== undefined && ', 'place !== this.place', ' &&', true),
    ],
  },
  {
    name: 'digest-compared',
    rule: 'an envelope that carries another digest is not accepted',
    patches: [condition('ceremony/stage-runner', 'return ', 'known !== null && !equalBytes(header.previousTranscript, known)', ';', false)],
  },
]

const disputes: readonly Defence[] = [
  {
    name: 'second-message',
    rule: 'two different validly signed headers of one author for one stage and recipient are equivocation',
    patches: [condition('ceremony/testimony', 'return ', 'equalBytes(first.headerHash, said.headerHash)', ' ? null', true)],
  },
  {
    name: 'view-headers',
    rule: 'each header of a view is validly signed by that participant',
    patches: [
      condition(
        'ceremony/side-messages',
        '!equalBytes(said.header.previousTranscript, previous) || ',
        '!isSigned(place, said)',
        ';',
        false,
      ),
    ],
  },
  {
    name: 'view-digest',
    rule: 'a view hashes to the T_k in its own header',
    patches: [
      condition(
        'ceremony/side-messages',
        'if (',
        '!equalBytes(nextTranscript(sid, k, previous, digests), header.previousTranscript)',
        ')',
        false,
      ),
    ],
  },
  {
    name: 'view-against-messages',
    rule: "the author of a view signed no other T_k in a stage's envelope",
    patches: [
      condition('ceremony/disputes', 'if (', 'this.#claimsOther(said, k, view.header.previousTranscript)', ')', false),
      condition(
        'ceremony/disputes',
        'if (view === undefined || ',
        '!this.#claimsOther(said, k, view.header.previousTranscript)',
        ')',
        true,
      ),
    ],
  },
  {
    name: 'abort-evidence',
    rule: 'evidence that fails to verify is ignored and counted',
    patches: [
      {
        file: 'ceremony/aborts',
        find: 'const verdict = judge(evidence);',
        replace:
          'const { accused, fault: claimed } = parseEvidence(evidence); const verdict = OFF ? { valid: true, validator: accused, fault: claimed, sid } : judge(evidence);',
      },
    ],
  },
]

export const defences: readonly Defence[] = [
  ...keygen,
  ...complaints,
  ...certificates,
  ...signing,
  ...slotDefences,
  ...stinsonStrobl,
  ...messages,
  ...disputes,
]

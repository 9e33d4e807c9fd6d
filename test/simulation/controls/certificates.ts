/** Controls of what makes a certificate valid: b keeps its confirmation back, and answers a, which asks for it, with something else. */
import { encodeConfirm } from '../../../src/wire/bodies.ts'
import { peekFrame, sealEnvelope } from '../../../src/wire/envelope.ts'
import { FRAME } from '../../../src/wire/message.ts'
import { sealAnswer } from '../../../src/wire/request.ts'
import type { Draft } from '../coalition.ts'
import { NETWORK } from '../network.ts'
import type { Scene, Strategy } from '../strategies/scene.ts'
import { type Control, enact } from './scenario.ts'

interface Forged {
  readonly header?: Partial<Draft['header']>
  readonly recordHash?: Uint8Array
  readonly unsigned?: boolean
}

/** The certificate that the machine made, but for one thing. */
function falseCertificate(name: string, forge: (scene: Scene) => Forged): Strategy {
  return {
    name,
    kind: 'keygen',
    play(scene) {
      const identity = scene.coalition.options.identities.get(scene.author)
      let confirm: Draft | null = null
      return {
        send(draft) {
          if (draft.header.stage !== 4) return [draft]
          confirm = draft
          return []
        },
        frame(bytes, to) {
          if (peekFrame(bytes)?.frame !== FRAME.answer || confirm === null || identity === undefined) return [bytes]
          const { header, recordHash, unsigned = false } = forge(scene)
          const body = recordHash === undefined ? confirm.body : encodeConfirm({ type: 'ok', recordHash })
          const { bytes: certificate } = sealEnvelope(identity, NETWORK, { ...confirm.header, ...header }, body)
          // The signature stands before the length of the body and its 33 bytes.
          if (unsigned) certificate[certificate.length - 33 - 4 - 1] = (certificate[certificate.length - 33 - 4 - 1] ?? 0) ^ 1
          const content = { network: NETWORK, from: scene.author, to, keyId: scene.ceremony.sid, certificates: [certificate] }
          return [sealAnswer(identity, content).bytes]
        },
      }
    },
  }
}

function control(defence: string, adversary: string, forge: (scene: Scene) => Forged): Control {
  const strategy = falseCertificate(defence, forge)
  return {
    defence,
    adversary: `answers a request for its certificate with ${adversary}`,
    breaks: 'keys are consistent, and an active one is held by all honest participants',
    run: (kernel) => enact(kernel, defence, { kind: 'keygen', nodes: 2, minSigners: 2, corrupted: ['b'], strategy }),
  }
}

export const certificateControls: readonly Control[] = [
  control('certificate-broadcast', 'one that was for the asker alone', () => ({ header: { to: 'a' } })),
  control('certificate-stage', 'a message of another stage', () => ({ header: { stage: 2 } })),
  control('certificate-ceremony', 'one of another ceremony', ({ dice }) => ({ header: { sid: dice.bytes(32) } })),
  control('certificate-digest', 'one over another transcript', ({ dice }) => ({ header: { previousTranscript: dice.bytes(32) } })),
  control('certificate-record', 'one over another record', ({ dice }) => ({ recordHash: dice.bytes(32) })),
  control('certificate-signed', 'one that it did not sign', () => ({ unsigned: true })),
]

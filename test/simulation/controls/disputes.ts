/** Controls of what is checked where nodes tell each other what they saw: second messages, views, aborts. */
import { nextTranscript } from '../../../src/crypto/transcript.ts'
import { encodeAbort } from '../../../src/wire/abort.ts'
import { sealEnvelope } from '../../../src/wire/envelope.ts'
import { ABORT_STAGE, VIEW_STAGE_BASE } from '../../../src/wire/message.ts'
import { type SignedHeader, signedHeaderOf } from '../../../src/wire/signed-header.ts'
import { encodeView } from '../../../src/wire/view.ts'
import type { Draft } from '../coalition.ts'
import { Archive, compose } from '../framing.ts'
import { NETWORK } from '../network.ts'
import { changed, type Scene, type Strategy, withDigest } from '../strategies/scene.ts'
import { twoPoints } from './keygen.ts'
import { type Control, enact, type Script } from './scenario.ts'

const THREE: Omit<Script, 'strategy'> = { kind: 'sign', nodes: 3, minSigners: 2, corrupted: ['c'] }
const UNBLAMED = 'no honest node is blamed'
const NAMED = 'every honest node names a guilty one'

function headersOf(scene: Scene, k: number): SignedHeader[] {
  return scene.ceremony.participants.flatMap((id) => {
    const said = [...scene.coalition.heard].find(({ header }) => header.stage === k && header.from === id && header.to === null)
    return said === undefined ? [] : [signedHeaderOf(said)]
  })
}

/** Carries another T_1 in its share, so that there is a dispute, and then shows a view made by `alter` from what was said. */
function lyingView(
  name: string,
  alter: (scene: Scene, accepted: SignedHeader[]) => { accepted: SignedHeader[]; digest?: Uint8Array },
): Strategy {
  return {
    name,
    kind: 'sign',
    play(scene) {
      const { sid } = scene.ceremony
      let lie: ReturnType<typeof alter> | null = null
      let digest: Uint8Array | null = null
      const prepare = (): { readonly accepted: readonly SignedHeader[]; readonly digest: Uint8Array } => {
        lie ??= alter(scene, headersOf(scene, 1))
        const { accepted } = lie
        digest ??=
          lie.digest ??
          nextTranscript(
            sid,
            1,
            sid,
            accepted.map(({ header }) => header.bodyDigest),
          )
        return { accepted, digest }
      }
      return {
        send(draft) {
          const { stage } = draft.header
          if (stage === 2) return [withDigest(draft, prepare().digest)]
          if (stage !== VIEW_STAGE_BASE + 1 && stage !== ABORT_STAGE) return [draft]
          return []
        },
        start() {
          scene.coalition.await(sid, VIEW_STAGE_BASE + 1, 'a', (theirs) => {
            const { accepted, digest } = prepare()
            const differing = signedHeaderOf(theirs)
            const header: Draft['header'] = { ...theirs.header, from: scene.author, previousTranscript: digest }
            const body = encodeView({ previous: sid, accepted, differing })
            for (const to of scene.honest) {
              scene.coalition.inject(name, scene.author, to, scene.ceremony.ceremonyId, { header, body, digestStays: true })
            }
          })
        },
      }
    },
  }
}

/** What b is said to have committed to, which b never signed. */
const forgedHeader = lyingView('forged-header', (scene, accepted) => {
  const own = scene.coalition.options.identities.get(scene.author)
  const forged = accepted.map((said) => {
    if (said.header.from !== 'b' || own === undefined) return said
    return signedHeaderOf(sealEnvelope(own, NETWORK, said.header, scene.dice.bytes(128)))
  })
  return { accepted: forged }
})

/** The true headers, under a digest that they do not give. */
const otherDigest = lyingView('other-digest', (scene, accepted) => ({ accepted, digest: scene.dice.bytes(32) }))

/** Another digest in its share than in its view, which is true and shows that very share as the difference. */
const twoDigests: Strategy = {
  name: 'two-digests',
  kind: 'sign',
  play: (scene) => {
    const { coalition, ceremony, author, dice, honest } = scene
    const other = dice.bytes(32)
    let differing: SignedHeader | null = null
    return {
      send(draft) {
        const { stage } = draft.header
        if (stage !== 2) return stage === ABORT_STAGE ? [] : [draft]
        const identity = coalition.options.identities.get(author)
        const lie = withDigest(draft, other)
        if (identity !== undefined) differing = signedHeaderOf(sealEnvelope(identity, NETWORK, lie.header, lie.body))
        return [lie]
      },
      start() {
        const { sid, ceremonyId } = ceremony
        coalition.await(sid, VIEW_STAGE_BASE + 1, 'a', ({ header }) => {
          if (differing === null) return
          const body = encodeView({ previous: sid, accepted: headersOf(scene, 1), differing })
          for (const to of honest) {
            coalition.inject('two-digests', author, to, ceremonyId, { header: { ...header, from: author }, body, digestStays: true })
          }
        })
      },
    }
  },
}

/** Two sets of nonce commitments, the same to all, one after the other. */
const twice: Strategy = {
  name: 'twice',
  kind: 'sign',
  proves: 'equivocation',
  play(scene) {
    const body = twoPoints(scene)
    return { send: (draft) => (draft.header.stage === 1 ? [draft, { ...changed(draft, body), delayMs: 25 }] : [draft]) }
  },
}

/** In the place of its share, an abort with evidence against b that proves nothing. */
const falseEvidence: Strategy = {
  name: 'false-evidence',
  kind: 'sign',
  play: (scene) => {
    let evidence: Uint8Array | null = null
    return {
      send(draft) {
        if (draft.header.stage !== 2) return [draft]
        evidence ??= compose(new Archive(scene.ceremony, scene.coalition.heard), scene.dice, 'b', 'bad-point', [])
        if (evidence === null) return [draft]
        const header = { ...draft.header, stage: ABORT_STAGE, previousTranscript: draft.header.sid }
        return [{ header, body: encodeAbort({ type: 'evidence', evidence: [evidence] }), digestStays: true }]
      },
    }
  },
}

export const disputeControls: readonly Control[] = [
  {
    defence: 'second-message',
    adversary: 'says two things in one stage, the second when it is too late to change anything',
    breaks: 'a fault that can be attributed is',
    run: (kernel) => enact(kernel, 'second-message', { ...THREE, strategy: twice }),
  },
  {
    defence: 'view-headers',
    adversary: 'shows a header in its view that the other node never signed',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'view-headers', { ...THREE, strategy: forgedHeader }),
  },
  {
    defence: 'view-digest',
    adversary: 'carries a digest that the true headers in its view do not give',
    breaks: NAMED,
    run: (kernel) => enact(kernel, 'view-digest', { ...THREE, strategy: otherDigest }),
  },
  {
    defence: 'view-against-messages',
    adversary: 'carries another digest in its share than in its view, which is true',
    breaks: NAMED,
    run: (kernel) => enact(kernel, 'view-against-messages', { ...THREE, strategy: twoDigests }),
  },
  {
    defence: 'abort-evidence',
    adversary: 'ends with evidence against an honest node that proves nothing',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'abort-evidence', { ...THREE, strategy: falseEvidence }),
  },
]

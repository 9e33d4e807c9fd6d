/** Lies in the first two stages of SharedSecret: the commitment, its opening, the points and the proof. */
import { concatBytes, itemOf } from '../../../src/bytes.ts'
import { POINT_BYTES } from '../../../src/kernel/contract.ts'
import type { Act } from '../coalition.ts'
import { badPoint, changed, earlier, otherReveal, randomPoint, randomScalar, type Scene, type Strategy } from './scene.ts'

const ALL = () => true

function replaced(points: Uint8Array, place: number, point: Uint8Array): Uint8Array {
  const copy = new Uint8Array(points)
  copy.set(point, place * POINT_BYTES)
  return copy
}

/** A vector of another length, all of its points valid, with a proof that holds. */
function otherCount(scene: Scene, count: number): Act {
  return otherReveal(
    scene,
    (reveal) => ({
      ...reveal,
      coefficients: count,
      commitments: concatBytes(
        ...Array.from({ length: count }, (_, k) =>
          k < reveal.coefficients ? itemOf(reveal.commitments, k, POINT_BYTES) : randomPoint(scene),
        ),
      ),
    }),
    ALL,
  )
}

export const dealing: readonly Strategy[] = [
  {
    name: 'over-long-vector',
    kind: 'keygen',
    proves: 'bad-commitment-count',
    play: (scene) => otherCount(scene, scene.ceremony.minSigners + scene.dice.pick([1, 2, 5, scene.ceremony.participants.length])),
  },
  {
    name: 'short-vector',
    kind: 'keygen',
    proves: 'bad-commitment-count',
    play: (scene) => otherCount(scene, scene.dice.below(scene.ceremony.minSigners)),
  },
  {
    name: 'two-positions',
    kind: 'keygen',
    proves: 'bad-commitment-count',
    play: (scene) =>
      otherReveal(
        scene,
        (reveal) => {
          const { commitments, proofs } = reveal
          // Position-major: both positions have their vector and their proof.
          return { ...reveal, positions: 2, commitments: concatBytes(commitments, proofs, commitments), proofs }
        },
        ALL,
      ),
  },
  {
    name: 'bad-point-committed',
    kind: 'keygen',
    proves: 'bad-point',
    play: (scene) =>
      otherReveal(
        scene,
        (reveal) => {
          const place = scene.dice.below(reveal.coefficients)
          const bad = badPoint(scene, itemOf(reveal.commitments, place, POINT_BYTES))
          return { ...reveal, commitments: replaced(reveal.commitments, place, bad) }
        },
        ALL,
      ),
  },
  {
    name: 'bad-encryption-key',
    kind: 'keygen',
    proves: 'bad-point',
    play: (scene) => otherReveal(scene, (reveal) => ({ ...reveal, encryptionKey: badPoint(scene, reveal.encryptionKey) }), ALL),
  },
  {
    name: 'bad-proof-point',
    kind: 'keygen',
    proves: 'bad-point',
    play: (scene) =>
      otherReveal(
        scene,
        (reveal) => ({ ...reveal, proofs: replaced(reveal.proofs, 0, badPoint(scene, reveal.proofs.subarray(0, 64))) }),
        ALL,
      ),
  },
  {
    name: 'bad-proof',
    kind: 'keygen',
    proves: 'bad-proof',
    play: (scene) =>
      otherReveal(
        scene,
        ({ proofs, ...reveal }) => ({
          ...reveal,
          proofs: scene.dice.chance(0.5)
            ? concatBytes(proofs.subarray(0, POINT_BYTES), randomScalar(scene.dice))
            : concatBytes(randomPoint(scene), proofs.subarray(POINT_BYTES)),
        }),
        ALL,
      ),
  },
  {
    name: 'unknown-constant-term',
    kind: 'keygen',
    proves: 'bad-proof',
    play: (scene) => otherReveal(scene, (reveal) => ({ ...reveal, commitments: replaced(reveal.commitments, 0, randomPoint(scene)) }), ALL),
  },
  {
    name: 'proof-of-an-earlier-ceremony',
    kind: 'keygen',
    repeats: true,
    play: (scene) => ({
      ...otherReveal(
        scene,
        (reveal) => {
          const all = [...scene.coalition.heard].filter(({ header, body }) => {
            const { ceremonyId, kind, stage } = header
            return (
              kind === 'keygen' &&
              stage === 2 &&
              ceremonyId !== scene.ceremony.ceremonyId &&
              body.length === 100 + 64 * reveal.coefficients + 96
            )
          })
          return all.length === 0 ? { ...reveal, proofs: replaced(reveal.proofs, 0, randomPoint(scene)) } : scene.dice.pick(all).body
        },
        ALL,
      ),
    }),
  },
  {
    name: 'other-coefficient',
    kind: 'keygen',
    // Only the shares can tell; with t = 1 there is no coefficient but the constant term.
    play: (scene) =>
      otherReveal(
        scene,
        (reveal) => {
          const place = Math.min(1, reveal.coefficients - 1)
          return { ...reveal, commitments: replaced(reveal.commitments, place, randomPoint(scene)) }
        },
        ALL,
      ),
  },
  {
    name: 'bad-opening',
    kind: 'keygen',
    proves: 'bad-hash-opening',
    play: (scene) => ({
      send: (draft, to) =>
        draft.header.stage === 2 && scene.victims.includes(to) ? [changed(draft, scene.dice.flipped(draft.body, 0, 32))] : [draft],
    }),
  },
  {
    name: 'copied-commitment',
    kind: 'keygen',
    proves: 'bad-hash-opening',
    play: (scene) => {
      const victim = scene.dice.pick(scene.honest)
      return {
        send(draft, to) {
          const { stage, sid } = draft.header
          if (stage > 2) return [draft]
          // Rushing: our message of the stage waits for the victim's.
          scene.coalition.await(sid, stage, victim, ({ body }) => {
            scene.coalition.inject('copied-commitment', scene.author, to, scene.ceremony.ceremonyId, changed(draft, body))
          })
          return []
        },
      }
    },
  },
  {
    name: 'own-commitment-of-an-earlier-ceremony',
    kind: 'keygen',
    repeats: true,
    play: (scene) => ({
      send(draft, to) {
        const { stage, sid } = draft.header
        if (stage > 2 || !scene.victims.includes(to)) return [draft]
        const [old] = earlier(
          scene,
          sid,
          ({ header }) => header.kind === 'keygen' && header.stage === stage && header.from === scene.author,
        )
        return old === undefined ? [draft] : [changed(draft, old.body)]
      },
    }),
  },
]

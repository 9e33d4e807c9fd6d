/** Lies in the first two stages of SharedSecret: the commitment, its opening, the points and the proof. */
import { concatBytes, itemOf } from '../../../src/bytes.ts'
import { PROOF_BYTES } from '../../../src/crypto/proof-of-knowledge.ts'
import { POINT_BYTES } from '../../../src/kernel/contract.ts'
import type { Act } from '../coalition.ts'
import { badPoint, changed, earlier, encodeLoosely, otherReveal, randomPoint, randomScalar, type Scene, type Strategy } from './scene.ts'

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
        ...Array.from({ length: count * reveal.positions }, (_, i) => {
          const [position, k] = [Math.floor(i / count), i % count]
          const { coefficients, commitments } = reveal
          return k < coefficients ? itemOf(commitments, position * coefficients + k, POINT_BYTES) : randomPoint(scene)
        }),
      ),
    }),
    ALL,
  )
}

export const dealing: readonly Strategy[] = [
  {
    name: 'over-long-vector',
    kind: 'shared-secret',
    proves: 'bad-commitment-count',
    play: (scene) => otherCount(scene, scene.ceremony.minSigners + scene.dice.pick([1, 2, 5, scene.ceremony.participants.length])),
  },
  {
    name: 'short-vector',
    kind: 'shared-secret',
    proves: 'bad-commitment-count',
    play: (scene) => otherCount(scene, scene.dice.below(scene.ceremony.minSigners)),
  },
  {
    name: 'one-position-more',
    kind: 'shared-secret',
    proves: 'bad-commitment-count',
    play: (scene) =>
      otherReveal(
        scene,
        (reveal) => {
          const { commitments, proofs, positions, coefficients } = reveal
          return {
            ...reveal,
            positions: positions + 1,
            commitments: concatBytes(commitments, commitments.subarray(0, coefficients * POINT_BYTES)),
            proofs: concatBytes(proofs, proofs.subarray(0, PROOF_BYTES)),
          }
        },
        ALL,
      ),
  },
  {
    name: 'bad-point-committed',
    kind: 'shared-secret',
    proves: 'bad-point',
    play: (scene) =>
      otherReveal(
        scene,
        (reveal) => {
          const place = scene.dice.below(reveal.coefficients * reveal.positions)
          const bad = badPoint(scene, itemOf(reveal.commitments, place, POINT_BYTES))
          return { ...reveal, commitments: replaced(reveal.commitments, place, bad) }
        },
        ALL,
      ),
  },
  {
    name: 'bad-encryption-key',
    kind: 'shared-secret',
    proves: 'bad-point',
    play: (scene) => otherReveal(scene, (reveal) => ({ ...reveal, encryptionKey: badPoint(scene, reveal.encryptionKey) }), ALL),
  },
  {
    name: 'bad-proof-point',
    kind: 'shared-secret',
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
    kind: 'shared-secret',
    proves: 'bad-proof',
    play: (scene) =>
      otherReveal(
        scene,
        ({ proofs, ...reveal }) => ({
          ...reveal,
          proofs: scene.dice.chance(0.5)
            ? concatBytes(proofs.subarray(0, POINT_BYTES), randomScalar(scene.dice), proofs.subarray(PROOF_BYTES))
            : concatBytes(randomPoint(scene), proofs.subarray(POINT_BYTES)),
        }),
        ALL,
      ),
  },
  {
    name: 'unknown-constant-term',
    kind: 'shared-secret',
    proves: 'bad-proof',
    play: (scene) => otherReveal(scene, (reveal) => ({ ...reveal, commitments: replaced(reveal.commitments, 0, randomPoint(scene)) }), ALL),
  },
  {
    name: 'proof-of-an-earlier-ceremony',
    kind: 'shared-secret',
    repeats: true,
    play: (scene) => ({
      ...otherReveal(
        scene,
        (reveal) => {
          const length = encodeLoosely(new Uint8Array(32), reveal).length
          const all = [...scene.coalition.heard].filter(({ header, body }) => {
            const { ceremonyId, stage } = header
            return stage === 2 && ceremonyId !== scene.ceremony.ceremonyId && body.length === length
          })
          return all.length === 0 ? { ...reveal, proofs: replaced(reveal.proofs, 0, randomPoint(scene)) } : scene.dice.pick(all).body
        },
        ALL,
      ),
    }),
  },
  {
    name: 'other-coefficient',
    kind: 'shared-secret',
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
    kind: 'shared-secret',
    proves: 'bad-hash-opening',
    play: (scene) => ({
      send: (draft, to) =>
        draft.header.stage === 2 && scene.victims.includes(to) ? [changed(draft, scene.dice.flipped(draft.body, 0, 32))] : [draft],
    }),
  },
  {
    name: 'copied-commitment',
    kind: 'shared-secret',
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
    kind: 'shared-secret',
    repeats: true,
    play: (scene) => ({
      send(draft, to) {
        const { stage, sid } = draft.header
        if (stage > 2 || !scene.victims.includes(to)) return [draft]
        const [old] = earlier(
          scene,
          sid,
          ({ header }) => header.kind === scene.ceremony.kind && header.stage === stage && header.from === scene.author,
        )
        return old === undefined ? [draft] : [changed(draft, old.body)]
      },
    }),
  },
]

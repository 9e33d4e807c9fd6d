/** Controls of what is checked when somebody complains about a share, or confirms a key. */
import { copyBytes } from '../../../src/bytes.ts'
import type { JobResult } from '../../../src/crypto/jobs/contract.ts'
import { encryptShares, openChannels } from '../../../src/crypto/share-encryption.ts'
import { sealEnvelope } from '../../../src/wire/envelope.ts'
import { NETWORK } from '../network.ts'
import { changed, indexOf, otherReveal, puppetOf, randomScalar, type Scene, type Strategy } from '../strategies/scene.ts'
import { complainingOf, ownShareFrom, shareEnvelopes } from '../strategies/sharing.ts'
import { type Control, enact, type Script } from './scenario.ts'

const THREE: Omit<Script, 'strategy'> = { kind: 'keygen', nodes: 3, minSigners: 2, corrupted: ['c'] }
const UNBLAMED = 'no honest node is blamed'

function custom(name: string, play: Strategy['play']): Strategy {
  return { name, kind: 'shared-secret', proves: 'false-complaint', play }
}

/** A share that the dealer never signed. */
const forgedShare = custom('forged-share', (scene) =>
  complainingOf(
    scene,
    (point) => point,
    (dealer) => {
      const [own] = ownShareFrom(scene, dealer)
      const identity = scene.coalition.options.identities.get(scene.author)
      if (own === undefined || identity === undefined) return null
      return sealEnvelope(identity, NETWORK, own.header, scene.dice.bytes(own.body.length)).bytes
    },
  ),
)

const shareForAnother = custom("another's-share", (scene) =>
  complainingOf(
    scene,
    (point) => point,
    (dealer) => {
      const { ceremonyId } = scene.ceremony
      const [other] = shareEnvelopes(
        scene,
        ({ header }) => header.from === dealer && header.to !== scene.author && header.ceremonyId === ceremonyId,
      )
      return other?.bytes ?? null
    },
  ),
)

const earlierShare = custom('earlier-share', (scene) =>
  complainingOf(
    scene,
    (point) => point,
    (dealer) => {
      const { ceremonyId } = scene.ceremony
      const [old] = shareEnvelopes(
        scene,
        ({ header }) => header.from === dealer && header.to === scene.author && header.ceremonyId !== ceremonyId,
      )
      return old?.bytes ?? null
    },
  ),
)

/** Shows a another encryption key than b, keeps to it towards a, and complains to all about what a encrypted under it. */
const twoKeys = custom('two-keys', (scene: Scene) => {
  const { kernel } = scene.coalition.options
  const other = randomScalar(scene.dice)
  const encryptionKey = kernel.baseMul(other)
  const split = otherReveal(
    scene,
    (reveal) => ({ ...reveal, encryptionKey }),
    (id) => id === 'a',
  )
  const complaint = complainingOf({ ...scene, honest: ['a'] }, (point) => point)
  /** f(1) for a, whose index is 1, under the Diffie-Hellman point of the other key */
  const shareForA = (sid: Uint8Array): Uint8Array | null => {
    const { dealt, sharing } = puppetOf(scene)
    const recipient = sharing?.args.recipients.find(({ index }) => index === 1)
    if (dealt === undefined || recipient === undefined) return null
    const value = kernel.scalarAdd(dealt.coefficients.slice(0, 32), dealt.coefficients.slice(32))
    const shared = kernel.compress(kernel.mul(recipient.encryptionKey, other))
    const [channel] = openChannels(kernel, sid, { index: indexOf(scene, scene.author), encryptionKey }, [recipient], shared, 'out')
    return channel === undefined ? null : encryptShares(channel, value)
  }
  return {
    send(draft, to) {
      const share = draft.header.stage === 3 && to === 'a' ? shareForA(draft.header.sid) : null
      if (share !== null) return [changed(draft, share)]
      return (split.send?.(draft, to) ?? [draft]).flatMap((told) => complaint.send?.(told, to) ?? [told])
    },
  }
})

export const complaintControls: readonly Control[] = [
  {
    defence: 'complaint-proof',
    adversary: 'complains about a good share with a Diffie-Hellman point that is none',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'complaint-proof', { ...THREE, strategy: 'complaint-with-a-false-point' }),
  },
  {
    defence: 'complaint-share',
    adversary: 'complains about a good share with a true proof',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'complaint-share', { ...THREE, strategy: 'complaint-about-a-good-share' }),
  },
  {
    defence: 'complaint-envelope-signed',
    adversary: 'complains about a share that it made up in the name of a dealer',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'complaint-envelope-signed 1', { ...THREE, strategy: forgedShare }),
  },
  {
    defence: 'complaint-envelope-recipient',
    adversary: 'complains about a share that was for somebody else',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'complaint-envelope-recipient 1', { ...THREE, strategy: shareForAnother }),
  },
  {
    defence: 'complaint-envelope-ceremony',
    alsoOff: ['complaint-envelope-digest'],
    adversary: 'complains about the share that a dealer sent it in an earlier ceremony',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'complaint-envelope-ceremony 1', { ...THREE, strategy: earlierShare, before: true }),
  },
  {
    defence: 'complaint-envelope-digest',
    alsoOff: ['digest-compared'],
    adversary: 'shows one dealer another encryption key than the rest, and complains to the rest about its share',
    breaks: UNBLAMED,
    run: (kernel) => enact(kernel, 'complaint-envelope-digest 1', { ...THREE, strategy: twoKeys }),
  },
  {
    defence: 'record-compared',
    adversary: 'confirms another key record',
    breaks: 'keys are consistent, and an active one is held by all honest participants',
    run: (kernel) => enact(kernel, 'record-compared', { ...THREE, strategy: 'other-record' }),
  },
  {
    defence: 'record-computed-anew',
    adversary: "nobody; an honest node's own arithmetic fails",
    breaks: 'every piece of evidence convinces with the roster alone',
    run: (kernel) =>
      enact(kernel, 'record-computed-anew 1', {
        ...THREE,
        nodes: 2,
        corrupted: ['b'],
        cheat: (id, job, result) => {
          if (id !== 'a' || job.name !== 'openShares') return result
          const opened = result as JobResult<'openShares'>
          if (opened.status !== 'shared') return result
          const groupPoints = copyBytes(opened.groupPoints)
          groupPoints[0] = (groupPoints[0] ?? 0) ^ 1
          return { ...opened, groupPoints }
        },
      }),
  },
]

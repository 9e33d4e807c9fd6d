/**
 * All that one node computes for a signature, round one included: alone, in batches, and with the envelopes that it seals, opens and checks. Compared with
 * the same steps of others, to which the same envelopes are added where they are part of the row.
 */
import type { Kernel } from 'quorate/kernel'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { decodeEnvelope, sealEnvelope, verifyEnvelope } from '../../src/wire/envelope.ts'
import { type Identity, identityFromSeed } from '../../src/wire/identity.ts'
import { byCeremonies, byKernels, bytes, type Context } from '../context.ts'
import { GROUPS, type Group, present } from '../groups.ts'
import { type CaseSource, type Contender, once } from '../model.ts'
import { makeSigningInputs, type SigningInputs, signAt } from './frost-inputs.ts'

const BATCH = 100
/** Of a batch: what a peer that takes a message at a time computes, and what is compared. */
const PEER_MESSAGES = 3
const SIGNATURE_BYTES = 65
const NETWORK = 'bench'

/** Commit, share, aggregate, verify. The nonces of the inputs sign, and those that are drawn here are thrown away: all implementations shall end alike. */
function signAsNode(kernel: Kernel, inputs: SigningInputs, randomness: Uint8Array): Uint8Array {
  const { transcript, place, secretShares, nonces, signatureShares } = inputs
  const { suite, groupPublicKey } = transcript
  const share = present(secretShares[place])
  runJob(kernel, { name: 'commitNonces', args: { suite, share, randomness } })
  const { groupCommitments, challenges } = signAt(kernel, transcript, place, share, present(nonces[place]))
  const args = { suite, groupPublicKey, groupCommitments, challenges, signatureShares }
  const { signatures, valid } = runJob(kernel, { name: 'aggregate', args })
  if (valid.includes(0)) throw new Error('a good signature was refused')
  return signatures
}

/** One node's envelopes of the two stages: it seals two and opens two from each of the others. */
class Envelopes {
  readonly #sealed: readonly { readonly bytes: Uint8Array; readonly publicKey: Uint8Array }[]
  readonly #identity: Identity
  readonly #bodies: readonly Uint8Array[]

  constructor({ transcript, place, signatureShares }: SigningInputs) {
    const identities = transcript.signers.map((index) => identityFromSeed(bytes(`envelope/seed/${index}`, 32)))
    const bodies = (at: number): Uint8Array[] => [present(transcript.commitments[at]), present(signatureShares[at])]
    this.#identity = present(identities[place])
    this.#bodies = bodies(place)
    this.#sealed = identities.flatMap((identity, at) =>
      at === place
        ? []
        : bodies(at).map((body, stage) => ({ bytes: seal(identity, `node-${at}`, stage, body), publicKey: identity.publicKey })),
    )
  }

  handle(): void {
    this.#bodies.forEach((body, stage) => {
      seal(this.#identity, 'self', stage, body)
    })
    for (const { bytes: frame, publicKey } of this.#sealed) {
      if (!verifyEnvelope(decodeEnvelope(frame, NETWORK), publicKey)) throw new Error('a good envelope was refused')
    }
  }
}

function seal(identity: Identity, from: string, place: number, body: Uint8Array): Uint8Array {
  const sid = bytes('envelope/sid', 32)
  const header = { kind: 'sign', ceremonyId: 1n, sid, stage: place + 1, from, to: null, previousTranscript: sid } as const
  return sealEnvelope(identity, NETWORK, header, body).bytes
}

export function frostNodeSuite(context: Context): CaseSource[] {
  return GROUPS.filter(({ large }) => !large).flatMap((group) => groupCases(context, group))
}

function groupCases(context: Context, group: Group): CaseSource[] {
  const { own, baseline } = context
  const source = (messages: number, withEnvelopes: boolean): CaseSource => {
    const compared = Math.min(messages, PEER_MESSAGES)
    const id = `frost/${group.name}/${withEnvelopes ? 'node-with-envelopes' : 'node'}/batch=${messages}`
    return {
      id,
      unit: 'ms',
      what: `one node, a message: commit, share, aggregate, verify${withEnvelopes ? ', and its envelopes' : ''}; ${messages} at once`,
      build() {
        const inputs = makeSigningInputs(own.kernel, group, messages)
        const randomness = bytes(id, 64 * messages)
        const envelopes = once(() => new Envelopes(inputs))
        if (withEnvelopes) envelopes()
        const afterEnvelopes = ({ impl, run, result, ...more }: Contender): Contender => ({
          ...more,
          impl,
          run: () => {
            if (withEnvelopes) envelopes().handle()
            return run()
          },
          result,
        })
        const sign = (kernel: Kernel): Uint8Array => signAsNode(kernel, inputs, randomness)
        const ours = byKernels([own], messages, sign).map(
          (contender): Contender => ({ ...contender, result: () => sign(own.kernel).slice(0, compared * SIGNATURE_BYTES) }),
        )
        // Envelopes for all messages would be paid by few: a peer is compared where there is one message.
        const peers = withEnvelopes && messages > 1 ? [] : byCeremonies(context, (peer) => peer.signMessages(inputs, compared))
        const slow =
          messages > 1
            ? []
            : byKernels([baseline], 1, sign).map((contender): Contender => ({ ...contender, repetitions: 2, notQuick: group.n > 10 }))
        return { timer: 'repeat', contenders: [...ours, ...slow, ...peers].map(afterEnvelopes) }
      },
    }
  }
  return [source(1, false), source(BATCH, false), source(1, true), source(BATCH, true)]
}

/** FROST signing of one message at one of t signers: by stage, in all, and when shares are wrong. */
import type { Kernel } from 'quorate/kernel'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { byCeremonies, byKernels, bytes, type Context } from '../context.ts'
import { GROUPS, type Group, present } from '../groups.ts'
import { type CaseSource, type Contender, once } from '../model.ts'
import type { PeerCeremonies, Prepared } from '../peers/contract.ts'
import { makeSigningInputs, placesOf, type SignedShare, type SigningInputs, signAt, spoil } from './frost-inputs.ts'

function sign(kernel: Kernel, { transcript, place, secretShares, nonces }: SigningInputs): SignedShare {
  return signAt(kernel, transcript, place, present(secretShares[place]), present(nonces[place]))
}

interface Aggregated {
  readonly signature: Uint8Array
  readonly valid: boolean
}

function aggregate(kernel: Kernel, { transcript }: SigningInputs, signed: SignedShare, signatureShares: readonly Uint8Array[]): Aggregated {
  const { suite, groupPublicKey } = transcript
  const { groupCommitments, challenges } = signed
  const args = { suite, groupPublicKey, groupCommitments, challenges, signatureShares }
  const { signatures, valid } = runJob(kernel, { name: 'aggregate', args })
  return { signature: signatures, valid: valid.every((bit) => bit === 1) }
}

function accepted({ signature, valid }: Aggregated): Uint8Array {
  if (!valid) throw new Error('a good signature was refused')
  return signature
}

/** As a node does it: the aggregate fails first. */
function blame(kernel: Kernel, inputs: SigningInputs, signed: SignedShare, signatureShares: readonly Uint8Array[]): Uint8Array {
  if (aggregate(kernel, inputs, signed, signatureShares).valid) throw new Error('a wrong share was accepted')
  const args = { ...inputs.transcript, verifyingShares: inputs.verifyingShares, signatureShares, groupCommitments: signed.groupCommitments }
  return placesOf(runJob(kernel, { name: 'findBadShares', args }).invalid.map(({ signer }) => signer))
}

export function frostSuite(context: Context): CaseSource[] {
  return GROUPS.flatMap((group) => groupCases(context, group))
}

function groupCases(context: Context, group: Group): CaseSource[] {
  const { own, baseline } = context
  const inputs = once(() => makeSigningInputs(own.kernel, group))
  const signed = once(() => sign(own.kernel, inputs()))
  const oneBad = once(() => spoil(own.kernel, inputs(), (place) => place === group.t >> 1))
  const allBad = once(() => spoil(own.kernel, inputs(), () => true))
  const small = group.n <= 10

  /** Nothing of the inputs is made while something is timed. */
  const prepare = (): void => {
    signed()
    oneBad()
    allBad()
  }

  /** The baseline, and above ten participants noble's blame, take seconds. */
  const few = (contender: Contender, repetitions: number, notQuick: boolean): Contender =>
    small ? contender : { ...contender, repetitions, ...(notQuick && { notQuick }) }

  const source = (
    name: string,
    what: string,
    run: (kernel: Kernel) => Uint8Array,
    peer: ((ceremonies: PeerCeremonies) => Prepared) | null,
    slowPeer = false,
  ): CaseSource => ({
    id: `frost/${group.name}/${name}`,
    unit: 'ms',
    what,
    large: group.large,
    build: () => {
      prepare()
      const peers = peer === null ? [] : byCeremonies(context, peer)
      return {
        timer: 'repeat',
        contenders: [
          ...byKernels([own], 1, run),
          ...byKernels([baseline], 1, run).map((contender) => few(contender, 2, true)),
          ...peers.map((contender) => (slowPeer ? few(contender, group.large ? 2 : 3, false) : contender)),
        ],
      }
    },
  })

  return [
    source(
      'commit',
      'round one: two nonces and their commitments',
      (kernel) => {
        const args = {
          suite: 'secp256k1-sha256' as const,
          share: present(inputs().secretShares[0]),
          randomness: bytes('frost/randomness', 64),
        }
        return runJob(kernel, { name: 'commitNonces', args }).commitments
      },
      null,
    ),
    source(
      'sign',
      'round two: a signature share',
      (kernel) => sign(kernel, inputs()).share,
      (peer) => peer.sign(inputs()),
    ),
    source(
      'aggregate-verify',
      'the sum of all shares, verified',
      (kernel) => accepted(aggregate(kernel, inputs(), signed(), inputs().signatureShares)),
      (peer) => peer.aggregate(inputs()),
    ),
    source(
      'sign-aggregate-verify',
      'one node after round one',
      (kernel) => accepted(aggregate(kernel, inputs(), sign(kernel, inputs()), inputs().signatureShares)),
      (peer) => peer.signAndAggregate(inputs()),
    ),
    source(
      'blame-one',
      'a failed aggregate, one share wrong',
      (kernel) => blame(kernel, inputs(), signed(), oneBad()),
      (peer) => peer.blame(inputs(), oneBad()),
      true,
    ),
    source(
      'blame-all',
      'a failed aggregate, all shares wrong',
      (kernel) => blame(kernel, inputs(), signed(), allBad()),
      (peer) => peer.blame(inputs(), allBad()),
      true,
    ),
  ]
}

/** What one participant of a DKG holds and receives, all others being honest: made by the kernel from public test scalars. */
import type { Kernel } from 'quorate/kernel'
import type { Dealing } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { encodeCommitments, hashCommitmentOf } from '../../src/wire/bodies.ts'
import { bytes, scalars } from '../context.ts'
import { type Group, integersTo, present } from '../groups.ts'

interface OwnSecrets {
  readonly coefficients: Uint8Array
  readonly proofNonces: Uint8Array
  readonly encryptionSecret: Uint8Array
}

export interface OtherDealer {
  readonly index: number
  readonly dealing: Dealing
  /** the body of stage `Commitments`, and the hash that was published before it */
  readonly body: Uint8Array
  readonly hash: Uint8Array
  /** our share, encrypted and as it is */
  readonly ciphertext: Uint8Array
  readonly share: Uint8Array
  readonly secrets: OwnSecrets
}

export interface DkgInputs {
  readonly group: Group
  readonly sid: Uint8Array
  /** the last of all: the largest index makes every evaluation as long as it gets */
  readonly index: number
  readonly own: OwnSecrets
  readonly others: readonly OtherDealer[]
  readonly weightSeed: Uint8Array
}

export function secretsOf({ name, t }: Group, index: number): OwnSecrets {
  const label = `dkg/${name}/${index}`
  return {
    coefficients: scalars(`${label}/coefficients`, t),
    proofNonces: scalars(`${label}/proof`, 1),
    encryptionSecret: scalars(`${label}/encryption`, 1),
  }
}

/** The polynomial's commitments, proof and encryption key. */
export function dealCommitments(kernel: Kernel, sid: Uint8Array, { t }: Group, index: number, own: OwnSecrets): Dealing {
  return runJob(kernel, { name: 'dealCommitments', args: { sid, index, positions: 1, minSigners: t, ...own } })
}

export function bodyOf({ t }: Group, index: number, { encryptionKey, commitments, proofs }: Dealing): Uint8Array {
  return encodeCommitments({ blind: bytes(`dkg/blind/${index}`, 32), encryptionKey, positions: 1, coefficients: t, commitments, proofs })
}

export function makeDkgInputs(kernel: Kernel, group: Group): DkgInputs {
  const sid = bytes(`dkg/${group.name}/sid`, 32)
  const index = group.n
  const own = secretsOf(group, index)
  const { encryptionKey } = dealCommitments(kernel, sid, group, index, own)
  const others = integersTo(group.n - 1).map((other): OtherDealer => {
    const secrets = secretsOf(group, other)
    const dealing = dealCommitments(kernel, sid, group, other, secrets)
    const body = bodyOf(group, other, dealing)
    const { ciphertexts } = runJob(kernel, {
      name: 'dealShares',
      args: {
        sid,
        index: other,
        positions: 1,
        minSigners: group.t,
        coefficients: secrets.coefficients,
        encryptionSecret: secrets.encryptionSecret,
        encryptionKey: dealing.encryptionKey,
        recipients: [{ index, encryptionKey }],
        verify: null,
      },
    })
    return {
      index: other,
      dealing,
      body,
      hash: hashCommitmentOf(sid, other, body),
      ciphertext: present(ciphertexts[0]),
      share: kernel.evaluatePolynomial(secrets.coefficients, [index]),
      secrets,
    }
  })
  return { group, sid, index, own, others, weightSeed: bytes('dkg/weights', 32) }
}

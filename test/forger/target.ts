/**
 * Who the forger attacks: the honest one of two nodes of a real key generation, 2 of 2, with as many signings open at once as the forger wants. The
 * other node is the forger's: it has a real identity key and a real share, and in every session it speaks last.
 */
import { copyBytes } from '../../src/bytes.ts'
import type { KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { type Identity, identityFromSeed } from '../../src/wire/identity.ts'
import { type Envelope, FRAME, STAGE_NUMBER } from '../../src/wire/message.ts'
import { Prng } from '../fuzz/prng.ts'
import { NETWORK } from '../simulation/network.ts'
import { World } from '../simulation/world.ts'

export const HONEST = 'a'
export const CORRUPTED = 'b'
/** Key indices of the two. */
export const SIGNERS: readonly number[] = [1, 2]

/** Longer than any delay of the simulated network, far shorter than a stage timeout. */
const A_WHILE_MS = 1_000
const PAIR_BYTES = 128
const SHARE_BYTES = 32

const STAGE = STAGE_NUMBER.frost

/** One signing of the honest node, as the forger sees it; a batch of messages is as many. */
export interface Session {
  readonly message: Uint8Array
  /** D || E of the honest node, sent before ours */
  readonly honest: Uint8Array
}

export class Target {
  readonly #world: World
  readonly #identity: Identity
  readonly #keyId: string
  /** stage 1 of the honest node, one a ceremony */
  #opened: readonly Envelope[] = []

  constructor(suite: Suite, seed: number) {
    const identities = new Map([HONEST, CORRUPTED].map((id, i) => [id, identityFromSeed(new Uint8Array(32).fill(i + 1))]))
    const identityOf = (id: string): Identity => identities.get(id) ?? identityFromSeed(new Uint8Array(32))
    this.#world = new World({ kernel: sharedKernel(), random: new Prng(seed).bytes, identityOf, nodes: SIGNERS.length })
    this.#identity = identityOf(CORRUPTED)
    this.#keyId = this.#world.makeKey(suite, SIGNERS.length).keyId
  }

  /** The forger's own: its share and all that is public. */
  get key(): KeyMaterial {
    return this.#world.network.key(CORRUPTED, this.#keyId)
  }

  /** Has the honest node's application ask for these signatures, `batches` at once, and waits for its nonce commitments. */
  open(batches: readonly (readonly Uint8Array[])[]): readonly Session[] {
    const { network } = this.#world
    for (const messages of batches) {
      network.sign(HONEST, { ceremonyId: this.#world.nextId(), keyId: this.#keyId, signers: [HONEST, CORRUPTED], messages })
    }
    this.#opened = this.#heard(STAGE.NonceCommitments, 0)
    return this.#opened.flatMap(({ body }, i) =>
      (batches[i] ?? []).map((message, k) => ({ message, honest: copyBytes(body, k * PAIR_BYTES, (k + 1) * PAIR_BYTES) })),
    )
  }

  /** Sends our commitments in every session, 128 bytes each, and takes the shares that the honest node answers with, 32 bytes each. */
  answer(own: readonly Uint8Array[]): readonly Uint8Array[] {
    const { network } = this.#world
    const before = network.sent.length
    let done = 0
    for (const { header, body } of this.#opened) {
      const { bodyDigest: _, ...rest } = header
      const count = body.length / PAIR_BYTES
      const ours = Buffer.concat(own.slice(done, done + count))
      network.deliver(HONEST, sealEnvelope(this.#identity, NETWORK, { ...rest, from: CORRUPTED }, new Uint8Array(ours)).bytes)
      done += count
    }
    return this.#heard(STAGE.SignatureShare, before).flatMap(({ body }) =>
      Array.from({ length: body.length / SHARE_BYTES }, (_, k) => copyBytes(body, k * SHARE_BYTES, (k + 1) * SHARE_BYTES)),
    )
  }

  /** What the honest node sent in this stage, in the order of its ceremonies. */
  #heard(stage: number, since: number): readonly Envelope[] {
    const { network } = this.#world
    network.runUntil(network.now + A_WHILE_MS)
    return network.sent
      .slice(since)
      .filter(({ from, bytes }) => from === HONEST && bytes[1] === FRAME.envelope)
      .map(({ bytes }) => decodeEnvelope(copyBytes(bytes), NETWORK))
      .filter(({ header }) => header.kind === 'sign' && header.stage === stage)
      .sort((x, y) => (x.header.ceremonyId < y.header.ceremonyId ? -1 : 1))
  }
}

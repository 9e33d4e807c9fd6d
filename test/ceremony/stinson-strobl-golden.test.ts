/**
 * A Stinson-Strobl signing with fixed randomness, identities and messages, recorded once: the bytes of every stage must not drift. The hash that the signers
 * confirm, and every signature, are computed here again from what they published, apart from the code that makes them.
 */
import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom } from '../helpers/random.ts'
import { envelopesOf, makeWorld } from './support.ts'

const MESSAGES = [1, 2].map((byte) => new Uint8Array(32).fill(byte))
const MIN_SIGNERS = 2
const SIGNERS = ['a', 'c', 'd']

interface Recorded {
  readonly groupPublicKey: string
  /** what the `ok` of stage 4 says */
  readonly confirmed: string
  readonly signatures: readonly string[]
  /** SHA-256 of all envelopes of a stage, by author and then by recipient */
  readonly stages: readonly string[]
}

const RECORDED: Readonly<Record<Suite, Recorded>> = {
  'secp256k1-sha256': {
    groupPublicKey: '0267de8b7f42e3cda2cb5c9d83384dc757f6b290adca40a4d509a1b07907ec1b39',
    confirmed: 'f4ae4ace3590b1d67245b97625ad23807e10502f50e38ab8f2b95f7e0dfa564f',
    signatures: [
      '02689c47483ca4220fbb1af9c6e3b51370236bae1af9f7ed8ad5f725daa80500d66fa86aa4d67a171eb427a7193fb56ea9de173b39f4cd147ce7d5541ad936dc11',
      '03fa5d8f162a4865ba2e2d4636d07d2fbd07fc2e1f99ee1eb8a3df39c36c36af431e9a8437d8d57148ddf5f0297bddb8b613e8d6705ee8075b4bc5e9f6b33c1f0c',
    ],
    stages: [
      'fc26daeda75e650fac6123cd03a421964619fd5be480bd893fc084137475d6fa',
      'a333bcbc6a4453f6708d55982278835704494e79dc65da5b803513d12d91683f',
      '89286fec43572baa8bc81cf12bf92d2b67b7310dadb213f126ff61ef26e26c43',
      'dbf23430fc71bfa36df5b74a7f98edac558481ec514745b3948c40b4b4697188',
      'd533edc47da68d4a5fb3a4e8bca713cc9cdb16c313a368e4390f14088085755a',
    ],
  },
  bip340: {
    groupPublicKey: '027d4a6168a9f2a132a6ddc96ab1a882e33bd2e56700e05bc9a0909cf8b60512c5',
    confirmed: 'b0f0f9ecd4d900938d21e6fd28b3ae8f5e5c9eb95adf1bd9714401543707a4de',
    signatures: [
      '8541b8ee4f958763e552c4e8d9334bd6e76ff99f546b7d645ff98792deabfb8614ca91a8668d98e5cef58c4d053a15d35156ab06bbdf2fe9a561de25d690f8d8',
      'dd2839078decd50ceeba586a22d25daf35358e4d432bfd0ed8a5a40df0729fa3ccf595fb9f7cc82008092c120d28f34d8d9360caa1c13c1fa63d4c0ac420d2d8',
    ],
    stages: [
      'f3a4cd8e47d00bb95a3cc482763520bc93bd10b20e964cffb61608bbd197c350',
      'd6a46cf4850af2982faba78e4a18a3a15b342b1128f5d4cebafaf23a8c1e97d9',
      '309c8aabe5a7bb1f70ed0774e4e2dc55ebfa99b81b67c31869d097cc06fe4424',
      '909792a5794c00705fb81f99b31bf0f311ad8640e6ae9ca9b7839a509de8c528',
      '607e2548a5fcdfb3a921e2980c7355e6a914b9fb223fe1c3fdfd3b88aa6a3a68',
    ],
  },
  evm: {
    groupPublicKey: '024d67623f37ede1d58e2f96842a6e365a6adc6b0afa9a57c08e0ef4dc796b2796',
    confirmed: '938a3572167aba747680d154c8faaf3b423f476844c99f5d41567f6723980b28',
    signatures: [
      '05edf5f63bd8f2e5d13ffab33a0dc0de9bf274c3943ad37f71b1b054e374bf6230166918ef2c985f048c40a5dd186c4e977c982b',
      '5d897763983377fd5cf88df64bdfa79a4f781bdee5f08ce39bd090db3d9162a65dad20b88b48ed81e0ed461e53a2639bd2cada9e',
    ],
    stages: [
      'd1d9578a415a8ce3eef003e603b1ba61b5f2120d135286e4030b2e6d8fac8f78',
      'ed2173d00431759deab8c9f75b399e925da8b2c6ab1280fd410598b6fd6afe68',
      '875211bf5ad7b8574dbe5fc2396211d37781d6d2705f3b8ae6bb9529befbaf85',
      '3e5e22fdc8354872045f42381f901e0a7858aa6412c2832ae03545015d6f1ab4',
      '417fdcefabd3750d119e98a14d8801bf60a913e88210bc75485bbe20586ca370',
    ],
  },
}

function record(suite: Suite): { readonly recorded: Recorded; readonly envelopes: readonly Envelope[]; readonly key: Uint8Array } {
  const sources = new Map(['a', 'b', 'c', 'd'].map((id) => [id, seededRandom(`golden ${suite} ${id}`)]))
  const world = makeWorld(`golden ${suite}`, 4, { protocol: 'stinson-strobl', randomOf: (id) => sources.get(id) })
  const key = world.makeKey(suite, MIN_SIGNERS)
  const before = world.network.sent.length
  const ceremonyId = world.startSigning(key, SIGNERS, MESSAGES)
  world.network.run()
  const distinct = new Map(envelopesOf(world.network.sent.slice(before)).map((envelope) => [toHex(envelope.headerHash), envelope]))
  const name = ({ header }: Envelope): string => `${header.stage} ${header.from} ${header.to ?? ''}`
  const envelopes = [...distinct.values()].sort((x, y) => (name(x) < name(y) ? -1 : 1))
  const ofStage = (stage: number): Envelope[] => envelopes.filter(({ header }) => header.stage === stage)
  return {
    envelopes,
    key: key.groupPublicKey,
    recorded: {
      groupPublicKey: toHex(key.groupPublicKey),
      confirmed: toHex((ofStage(4)[0] as Envelope).body.slice(1)),
      signatures: world.signaturesOf('a', ceremonyId).map(toHex),
      stages: [1, 2, 3, 4, 5].map((stage) => sha256(...ofStage(stage).map(({ bytes }) => bytes)).toString('hex')),
    },
  }
}

describe.each(['secp256k1-sha256', 'bip340', 'evm'] as const)('%s', (suite) => {
  const { recorded, envelopes, key } = record(suite)

  it('has the recorded bytes', () => {
    expect(recorded).toEqual(RECORDED[suite])
  })

  it('confirms the sums of the constant terms, and signs with them as nonce points', () => {
    const bodies = envelopes.filter(({ header }) => header.stage === 2).map(({ body }) => body)
    expect(bodies).toHaveLength(SIGNERS.length)
    const noncePoints = MESSAGES.map((_, position) => {
      // blind 32, key 64, counts 4; a position: t points and a proof of 96 bytes.
      const at = 100 + position * (64 * MIN_SIGNERS + 96)
      const points = bodies.map((body) => secp256k1.Point.fromHex(`04${toHex(body.slice(at, at + 64))}`))
      return points.reduce((sum, point) => sum.add(point)).toBytes(true)
    })
    const [first] = envelopes
    const tag = sha256(Buffer.from('quorate/v1/nonce-sum', 'ascii'))
    const hash = sha256(tag, tag, (first as Envelope).header.sid, Uint8Array.of(0, 2), ...noncePoints)
    for (const { header, body } of envelopes) {
      if (header.stage === 4) expect(toHex(body)).toBe(`01${hash.toString('hex')}`)
    }
    MESSAGES.forEach((message, i) => {
      const signature = Buffer.from(recorded.signatures[i] ?? '', 'hex')
      expect(nobleAccepts(suite, key, message, new Uint8Array(signature))).toBe(true)
      const noncePoint = toHex(noncePoints[i] as Uint8Array)
      if (suite === 'secp256k1-sha256') expect(toHex(signature.subarray(0, 33))).toBe(noncePoint)
      if (suite === 'bip340') expect(toHex(signature.subarray(0, 32))).toBe(noncePoint.slice(2))
    })
  })
})

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

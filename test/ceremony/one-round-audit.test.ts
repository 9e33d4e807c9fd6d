/** Transcripts of preprocessings and of signings over their slots, audited offline. */
import { describe, expect, it } from 'vitest'
import { auditRecorded } from '../../src/ceremony/transcript/audit.ts'
import { decodeTranscript, encodeTranscript } from '../../src/ceremony/transcript/file.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { flipped } from './dealings.ts'
import { makeWorld, messageOf } from './support.ts'

const IDS = ['a', 'b', 'c']
const MESSAGES = ['one', 'two'].map(messageOf)
const kernel = sharedKernel()

interface Lies {
  readonly preprocess?: Corruption
  readonly sign?: Corruption
  readonly restarted?: boolean
}

/** What a recorded of both. */
function recorded(seed: string, { preprocess, sign, restarted = false }: Lies = {}) {
  const world = makeWorld(seed, 3, { settings: { transcripts: true } })
  const key = world.makeKey('bip340', 2)
  if (preprocess !== undefined) world.adversary.corrupt('c', preprocess)
  const made = world.startPreprocess(key, IDS, 4)
  world.network.run()
  if (sign !== undefined) world.adversary.corrupt('c', sign)
  const all: Uint8Array[] = []
  if (restarted) world.network.restart('a')
  const id = world.startSigning(key, IDS, MESSAGES, { ceremonyId: made, firstSlot: 1 })
  world.network.run()
  for (const { effect } of world.network.node('a').log) {
    if (effect.type === 'transcript' && effect.info.ceremonyId === id) all.push(effect.bytes)
  }
  const { roster } = world.network
  const audit = (bytes: Uint8Array) => auditRecorded(kernel, bytes, roster)
  return { world, id, audit, signing: all, preprocessing: world.network.node('a').transcripts.get(made) ?? new Uint8Array() }
}

const blamesIn = ({ blamed }: ReturnType<typeof auditRecorded>) =>
  blamed.map(({ validator, fault, message }) => `${validator} ${fault}${message === undefined ? '' : ` ${message}`}`)

describe('an audit', () => {
  it('finds both complete where nobody lies, and the signatures follow', () => {
    const { world, id, audit, signing, preprocessing } = recorded('complete')
    const made = audit(preprocessing)
    expect(made).toMatchObject({ status: 'complete', blamed: [], absent: [], differing: [], remark: null })
    expect(signing).toHaveLength(1)
    const signed = audit(signing[0] ?? new Uint8Array())
    expect(signed).toMatchObject({ status: 'complete', blamed: [], result: { signatures: world.signaturesOf('a', id) } })
    const read = decodeTranscript(signing[0] ?? new Uint8Array())
    expect(made.result).toEqual({ digest: read.slots?.digest })
    expect(encodeTranscript({ ...read, context: read.contextBytes, envelopes: read.envelopes.map(({ bytes }) => bytes) })).toEqual(
      signing[0],
    )
  })

  it('convicts who sent bad shares, and who confirmed something else, as the nodes did', () => {
    const spoil: Corruption = ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ body: flipped(envelope.body, 63) }) : envelope.bytes,
    ]
    const bad = recorded('bad share', { sign: spoil })
    const audit = bad.audit(bad.signing[0] ?? new Uint8Array())
    expect(audit.status).toBe('broken')
    expect(blamesIn(audit)).toEqual(['c bad-signature-share 1'])
    const confirm: Corruption = ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ body: flipped(envelope.body, 9) }) : envelope.bytes,
    ]
    const other = recorded('bad digest', { preprocess: confirm })
    expect(blamesIn(other.audit(other.preprocessing))).toEqual(['c bad-certificate'])
    const points: Corruption = ({ envelope, reseal }) => [
      envelope.header.stage === 1 ? reseal({ body: flipped(envelope.body, 9) }) : envelope.bytes,
    ]
    const third = recorded('bad point', { preprocess: points })
    expect(blamesIn(third.audit(third.preprocessing))).toEqual(['c bad-point'])
  })

  it('has two transcripts of a signing that fell back, and says nothing of shares over slots that the node did not have', () => {
    const { world, id, audit, signing } = recorded('restarted', { restarted: true })
    expect(signing.map((bytes) => audit(bytes).status)).toEqual(['incomplete', 'complete'])
    expect(audit(signing[1] ?? new Uint8Array()).result).toEqual({ signatures: world.signaturesOf('a', id) })
    const first = audit(signing[0] ?? new Uint8Array())
    expect(first.differing).toEqual([])
    expect(first.absent.map(({ validator }) => validator)).toContain('a')
  })

  it('sees a share over another T_1, and refuses slots that are not those of the signing', () => {
    const lie: Corruption = ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ header: { previousTranscript: new Uint8Array(32) } }) : envelope.bytes,
    ]
    const { audit, signing } = recorded('other T_1', { sign: lie })
    expect(audit(signing[0] ?? new Uint8Array())).toMatchObject({
      status: 'disputed',
      differing: [{ stage: 'SignatureShare', validator: 'c' }],
    })
    const read = decodeTranscript(signing[0] ?? new Uint8Array())
    const envelopes = read.envelopes.map(({ bytes }) => bytes)
    const { slots } = read
    if (slots === null) throw new Error('no slots')
    for (const pairs of [slots.pairs.slice(1), slots.pairs.map((each) => each.slice(128))]) {
      const bytes = encodeTranscript({ ...read, context: read.contextBytes, envelopes, slots: { ...slots, pairs } })
      expect(() => decodeTranscript(bytes)).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }))
    }
  })
})

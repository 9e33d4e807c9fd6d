/** A client hands over the transcript of each of its ceremonies, if it was asked to, and depends on nobody taking it. */
import { describe, expect, it } from 'vitest'
import type { TranscriptInfo } from '../../src/ceremony/effects.ts'
import { auditTranscript } from '../../src/ceremony/transcript/public.ts'
import { testRoster } from '../helpers/identities.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { captureWarnings } from '../helpers/warnings.ts'
import { Cluster } from './cluster.ts'

const IDS = ['a', 'b', 'c']
const KEYGEN = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'evm' } as const
const MESSAGES = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

describe('the transcripts of a client', () => {
  const warnings = captureWarnings()

  it('are given before the outcome, one a ceremony, and stand an audit', async () => {
    const given: [Uint8Array, TranscriptInfo][] = []
    await using cluster = await Cluster.start(IDS, (id) => (id === 'a' ? { transcripts: (...args) => void given.push(args) } : {}))
    const key = await cluster.makeKey(KEYGEN)
    expect(given.map(([, info]) => info)).toEqual([{ kind: 'keygen', ceremonyId: 1n, status: 'success' }])
    await cluster.sign({ ceremonyId: 2n, keyId: key.keyId, signers: ['a', 'c'], messages: MESSAGES })
    await cluster.sign({ ceremonyId: 3n, keyId: key.keyId, signers: ['b', 'c'], messages: MESSAGES })
    expect(given.map(([, { ceremonyId }]) => ceremonyId)).toEqual([1n, 2n])
    for (const [bytes] of given) expect(auditTranscript(bytes, testRoster(IDS)).status).toBe('complete')
  })

  it('are given of failures too', async () => {
    const given: [Uint8Array, TranscriptInfo][] = []
    const options = { transcripts: (...args: [Uint8Array, TranscriptInfo]) => void given.push(args), stageTimeoutMs: 50 }
    await using cluster = await Cluster.start(IDS, (id) => (id === 'a' ? options : {}))
    const outcome = await cluster.client('a').keygen(KEYGEN)
    expect(outcome.status).toBe('failure')
    const [[bytes, info] = [new Uint8Array(), null]] = given
    expect(info).toEqual({ kind: 'keygen', ceremonyId: 1n, status: 'failure' })
    const audit = auditTranscript(bytes, testRoster(IDS))
    expect(audit).toMatchObject({ status: 'incomplete', blamed: [] })
    expect(audit.absent.map(({ validator }) => validator)).toEqual(['b', 'c'])
  })

  it('a receiver that throws is told of in a warning, and changes nothing', async () => {
    const transcripts = (): void => {
      throw new Error('the disk is full')
    }
    await using cluster = await Cluster.start(IDS, () => ({ transcripts }))
    await cluster.makeKey(KEYGEN)
    const heard = await warnings.expected(/failed to take a transcript/)
    expect(heard.length).toBeGreaterThan(0)
  })

  it('a receiver that is no function is refused', async () => {
    for (const transcripts of [null, true, 'x', {}]) {
      expect(await rejectionOf(() => Cluster.start(['a'], () => ({ transcripts }) as never))).toBe('ERR_INVALID_ARGUMENT transcripts')
    }
  })
})

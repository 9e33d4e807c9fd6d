/** The decoders of what is stored or shown: evidence, keys, certificates, and the files that people write. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { concatBytes, equalBytes } from '../../src/bytes.ts'
import { makeEvidence, parseEvidence } from '../../src/ceremony/evidence/container.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { placeOfFault } from '../../src/ceremony/evidence/where.ts'
import { decodeCertificates, encodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import { auditRecorded } from '../../src/ceremony/transcript/audit.ts'
import { decodeTranscript, encodeTranscript } from '../../src/ceremony/transcript/file.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { loadConfig } from '../../src/node/config.ts'
import { formatRosterDocument, formatRosterFile, parseRosterDocument } from '../../src/wire/roster-file.ts'
import { GUILTY, type Proofs, type Recordings } from './corpus.ts'
import * as layouts from './layouts.ts'
import { IDS, ROSTER } from './lockstep.ts'
import { attempt, decoder, specimensOf, type Target } from './target.ts'

export function storedTargets({ keygens }: Recordings, { evidence, transcripts }: Proofs): readonly Target[] {
  return [...evidenceTargets(evidence), ...transcriptTargets(transcripts), ...keyTargets(keygens), ...fileTargets()]
}

function transcriptTargets(transcripts: readonly Uint8Array[]): readonly Target[] {
  return [
    decoder({
      name: 'transcript',
      encodings: transcripts,
      layout: layouts.transcript,
      decode: decodeTranscript,
      encode: ({ contextBytes, key, messages, envelopes }) =>
        encodeTranscript({ context: contextBytes, key, messages, envelopes: envelopes.map(({ bytes }) => bytes) }),
    }),
    {
      name: 'audit of a transcript',
      weight: 4,
      specimens: specimensOf(transcripts, layouts.transcript),
      run: (bytes) => {
        const audited = attempt(() => auditRecorded(sharedKernel(), bytes, ROSTER), ['ERR_MALFORMED', 'ERR_UNKNOWN_VALIDATOR'])
        if (audited === null) return 'refused'
        const wronged = audited.value.blamed.filter(({ validator }) => validator !== GUILTY)
        if (wronged.length > 0) throw new Error(`an honest node is blamed: ${wronged.map(({ fault }) => fault).join(', ')}`)
        return 'accepted'
      },
    },
  ]
}

function evidenceTargets(evidence: readonly Uint8Array[]): readonly Target[] {
  return [
    decoder({ name: 'evidence', encodings: evidence, layout: layouts.evidence, decode: parseEvidence, encode: makeEvidence }),
    {
      name: 'judgement of evidence',
      weight: 6,
      specimens: specimensOf(evidence, layouts.evidence),
      // One participant is guilty in all of it: no change of it convicts another one.
      run: (bytes) => {
        const verdict = judgeEvidence(sharedKernel(), bytes, ROSTER)
        if (!verdict.valid) return 'refused'
        if (verdict.validator !== GUILTY) throw new Error(`evidence against an honest node holds: ${verdict.fault}`)
        placeOfFault(bytes)
        return 'accepted'
      },
    },
  ]
}

function keyTargets(keygens: Recordings['keygens']): readonly Target[] {
  const records = keygens.flatMap(({ keys }) => [...keys.values()])
  const oks = keygens.flatMap(({ messages }) => messages.filter(({ header }) => header.stage === 4))
  const envelopes = oks.map(({ bytes }) => bytes)
  const lists = keygens.map(({ messages }) =>
    encodeCertificates(messages.filter(({ header }) => header.stage === 4).map(({ bytes }) => bytes)),
  )
  const [key] = records.map((record) => KeyMaterial.decode(record))
  if (key === undefined) throw new Error('no key')
  return [
    decoder({
      name: 'key material',
      encodings: records,
      layout: layouts.keyMaterial,
      decode: (bytes) => KeyMaterial.decode(bytes),
      encode: (it) => it.encode(),
    }),
    decoder({
      name: 'certificates',
      encodings: lists,
      layout: layouts.certificates,
      decode: (bytes) => decodeCertificates(bytes, IDS),
      encode: (it) => encodeCertificates([...it.values()]),
    }),
    {
      name: 'certificate of a key',
      weight: 6,
      specimens: specimensOf(envelopes, layouts.envelopeOf(layouts.confirm)),
      run: (bytes) => {
        const certified = IDS.filter((id) => key.certifies(id, bytes))
        if (certified.length === 0) return 'refused'
        if (certified.length > 1 || !envelopes.some((genuine) => equalBytes(genuine, bytes)))
          throw new Error('a certificate that nobody signed')
        return 'accepted'
      },
    },
  ]
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const utf8 = (it: string): Uint8Array => new Uint8Array(new TextEncoder().encode(it))

/** Of the form of a broker user's key. */
const nkeyLike = (i: number): string => `U${i.toString(2).replaceAll('0', 'A').replaceAll('1', 'B').padStart(55, 'C')}`

function fileTargets(): readonly Target[] {
  const nkeys = { validators: new Map([...ROSTER.keys()].map((id, i) => [id, nkeyLike(i)])), operators: new Map([['ops', nkeyLike(99)]]) }
  const rosters = [
    ...[ROSTER, new Map([...ROSTER].slice(0, 1))].map(formatRosterFile),
    formatRosterDocument({ roster: ROSTER, nkeys }),
  ].map(utf8)
  const configs = [
    'pool:\n  workers: 4\n  maxQueue: 100\nkernel: auto\n',
    '# nothing\n{}\n',
    '{"pool": {"workers": 0, "inlineBelowMicros": 20}, "kernel": "baseline"}',
    '%YAML 1.2\n---\npool: {workers: 1}\n...\n',
    'pool: &a {workers: 1}\nkernel: *a\n',
    `${'['.repeat(40)}${']'.repeat(40)}`,
  ].map(utf8)
  return [
    {
      name: 'roster file',
      weight: 20,
      specimens: specimensOf(rosters, null),
      run: (bytes) => {
        const before = text(bytes)
        const read = attempt(() => parseRosterDocument(before), ['ERR_CONFIG'])
        if (read === null) return 'refused'
        // The one text of it, but for white space and order: the same characters.
        const letters = (it: string): string => [...it.replaceAll(/[ \t\r\n]/g, '')].sort().join('')
        if (letters(formatRosterDocument(read.value)) !== letters(before)) throw new Error('another text of a roster was accepted')
        return 'accepted'
      },
    },
    configurationTarget(configs),
    {
      name: 'environment',
      weight: 4,
      specimens: specimensOf(['QUORATE_POOL_WORKERS=3', 'QUORATE_KERNEL=fma', 'QUORATE_POOL_MAX_QUEUE=100', 'PATH=/'].map(utf8), null),
      run: (bytes) => {
        const [name = '', ...value] = text(bytes).split('=')
        return attempt(() => loadConfig({ env: { [name]: value.join('=') } }), ['ERR_CONFIG']) === null ? 'refused' : 'accepted'
      },
    },
  ]
}

/** From a real file, since nothing reads a configuration from anywhere else. */
function configurationTarget(configs: readonly Uint8Array[]): Target {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-fuzz-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'config.yaml')
  return {
    name: 'configuration file',
    weight: 1,
    specimens: specimensOf(configs, null),
    run: (bytes) => {
      writeFileSync(file, concatBytes(bytes))
      return attempt(() => loadConfig({ file }), ['ERR_CONFIG']) === null ? 'refused' : 'accepted'
    },
  }
}

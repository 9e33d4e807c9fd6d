/** The decoders of what travels. */
import { concatBytes, copyBytes } from '../../src/bytes.ts'
import { decodeAbort, encodeAbort } from '../../src/wire/abort.ts'
import { decodeEnvelope, encodeHeader, peekFrame, peekHeader } from '../../src/wire/envelope.ts'
import { ABORT_STAGE, type Envelope, VIEW_STAGE_BASE } from '../../src/wire/message.ts'
import { decodeAnswer, decodeRequest, type SignedAnswer, type SignedRequest, sealAnswer, sealRequest } from '../../src/wire/request.ts'
import { decodeSignedHeader, type SignedHeader, signedHeaderOf } from '../../src/wire/signed-header.ts'
import { decodeView, encodeView } from '../../src/wire/view.ts'
import { CODECS } from '../wire/arbitraries.ts'
import { samplesOf } from './corpus.ts'
import { type Grammar, partsOf, put, take } from './grammar.ts'
import * as layouts from './layouts.ts'
import { identityOf, LockstepNode, NETWORK } from './lockstep.ts'
import { type Recording, SUBJECT } from './recording.ts'
import { attempt, decoder, specimensOf, type Target } from './target.ts'
import { templatesOf } from './templates.ts'

/** By the names that the codecs have in the properties that they are held to. */
const LAYOUTS: Readonly<Record<string, Grammar>> = {
  envelope: layouts.envelopeOf(null),
  'ready message': layouts.ready,
  context: layouts.context,
  'key record': layouts.keyRecord,
  'hash commitment': layouts.hashCommitment,
  commitments: layouts.commitments,
  confirm: layouts.confirm,
  'encrypted shares': layouts.encryptedShares,
  'nonce commitments': layouts.nonceCommitments,
  'signature shares': layouts.signatureShares,
}

/** Where scalars stand that a decoder must not take if they are too large. */
const SCALARS: Readonly<Record<string, (bytes: Uint8Array) => readonly Uint8Array[]>> = {
  commitments: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const [positions, coefficients] = [view.getUint16(96), view.getUint16(98)]
    const end = (k: number): number => 100 + (k + 1) * (64 * coefficients + 96)
    return Array.from({ length: positions }, (_, k) => bytes.subarray(end(k) - 32, end(k)))
  },
  confirm: (bytes) => {
    const complaints = take(layouts.confirm, bytes)
    if (complaints?.is !== 'group') return []
    return partsOf(complaints).flatMap((part) => (part.is === 'group' && part.parts.length === 5 ? [put(part).slice(-32)] : []))
  },
  'signature shares': (bytes) => Array.from({ length: bytes.length / 32 }, (_, k) => bytes.subarray(32 * k, 32 * k + 32)),
}

/** @param evidence pieces for aborts */
export function wireTargets(recordings: readonly Recording[], evidence: readonly Uint8Array[]): readonly Target[] {
  const templates = recordings.flatMap((recording) => ['b', 'c'].flatMap((id) => templatesOf(recording, id, evidence.slice(0, 3))))
  return [...codecTargets(), ...lateTargets(recordings, templates), ...frameTargets(recordings, templates)]
}

function codecTargets(): readonly Target[] {
  return CODECS.map((tested, i) => {
    const layout = LAYOUTS[tested.name]
    if (layout === undefined) throw new Error(`no layout of ${tested.name}`)
    const encodings = samplesOf(tested, i)
    const scalars = SCALARS[tested.name] ?? (() => [])
    return tested.run(({ name, decode, encode }) =>
      decoder({ name, encodings, layout, scalars, decode, encode, refusals: ['ERR_MALFORMED', 'ERR_TOO_LARGE'] }),
    )
  })
}

/** Signed headers, views, aborts, requests and answers. */
function lateTargets(recordings: readonly Recording[], templates: readonly Envelope[]): readonly Target[] {
  const messages = recordings.flatMap((recording) => recording.messages)
  // Those of the key generations have three participants, and the decoder is told how many there are.
  const views = templates.filter(({ header: { kind, stage } }) => kind === 'keygen' && stage > VIEW_STAGE_BASE && stage !== ABORT_STAGE)
  const aborts = templates.filter(({ header }) => header.stage === ABORT_STAGE)
  return [
    decoder<SignedHeader>({
      name: 'signed header',
      encodings: messages.map((message) => signedHeaderOf(message).bytes),
      layout: layouts.signedHeader,
      decode: (bytes) => decodeSignedHeader(bytes, NETWORK),
      encode: ({ header, signature }) => concatBytes(encodeHeader(header), signature),
    }),
    decoder({
      name: 'view',
      encodings: views.map(({ body }) => body),
      layout: layouts.view,
      decode: (bytes) => decodeView(bytes, 3, NETWORK),
      encode: encodeView,
    }),
    decoder({
      name: 'abort',
      encodings: aborts.map(({ body }) => body),
      layout: layouts.abort,
      decode: (bytes) => decodeAbort(bytes, 3),
      encode: encodeAbort,
    }),
    decoder<SignedRequest>({
      name: 'request',
      encodings: requests(messages),
      layout: layouts.request,
      decode: decodeRequest,
      encode: ({ signature, bytes: _, ...content }) => signedAnew(sealRequest(identityOf('a'), content).bytes, signature),
    }),
    decoder<SignedAnswer>({
      name: 'answer',
      // Its inverse signs, which takes longer than all the rest.
      weight: 6,
      encodings: answers(messages),
      layout: layouts.answer,
      decode: decodeAnswer,
      encode: ({ signature, bytes: _, ...content }) => signedAnew(sealAnswer(identityOf('a'), content).bytes, signature),
    }),
  ]
}

/** What can be said of a frame before anything is decoded, and the whole way in of a node with a ceremony under way. */
function frameTargets(recordings: readonly Recording[], templates: readonly Envelope[]): readonly Target[] {
  const messages = [...recordings.flatMap((recording) => recording.messages), ...templates]
  const frames = [
    ...specimensOf(
      messages.map(({ bytes }) => bytes),
      layouts.envelopeOf(null),
    ),
    ...specimensOf(requests(messages), layouts.request),
    ...specimensOf(answers(messages), layouts.answer),
  ]
  return [
    {
      name: 'frame and header, peeked at',
      weight: 20,
      specimens: frames,
      run: (bytes) => {
        peekFrame(bytes)
        const peeked = peekHeader(bytes)
        const decoded = attempt(() => decodeEnvelope(bytes, NETWORK), ['ERR_MALFORMED', 'ERR_TOO_LARGE'])
        if (decoded === null) return 'refused'
        const { header, body } = decoded.value
        const agree =
          peeked !== null && peeked.bodyBytes === body.length && Buffer.compare(encodeHeader(peeked.header), encodeHeader(header)) === 0
        if (!agree) throw new Error('an envelope has another header when it is peeked at')
        return 'accepted'
      },
    },
    inboxTarget(recordings, frames),
  ]
}

/** A change that is not signed anew changes nothing: whatever the bytes are, the ceremony that runs is as it was, and nothing is kept of them. */
function inboxTarget(recordings: readonly Recording[], specimens: Target['specimens']): Target {
  const [recording] = recordings
  if (recording === undefined) throw new Error('no recording')
  const genuine = new Set(specimens.map(({ bytes }) => Buffer.from(bytes).toString('latin1')))
  const compute = (): never => {
    throw new Error('a message that nobody signed has an effect')
  }
  let node: LockstepNode | null = null
  return {
    name: 'inbox',
    weight: 10,
    specimens,
    run: (bytes) => {
      if (genuine.has(Buffer.from(bytes).toString('latin1'))) return 'accepted'
      if (node === null) {
        node = startedNode(recording, compute)
        node.sent = []
      }
      const { dropped } = node
      const before = dropped.length
      node.receive(copyBytes(bytes))
      if (dropped.length !== before + 1) throw new Error('a message that nobody signed was not dropped')
      if (node.inner.open !== 1 || node.inner.earlyBytes !== 0 || node.sent.length > 0)
        throw new Error('a message that nobody signed was kept')
      dropped.length = 0
      return 'refused'
    },
  }
}

/** In the first stage, waiting for the others. */
function startedNode(recording: Recording, after: () => never): LockstepNode {
  let started = false
  const jobs = [...recording.jobs]
  const node = new LockstepNode(SUBJECT, () => (started ? after() : structuredClone(jobs.shift()?.result)))
  recording.start(node, SUBJECT)
  started = true
  return node
}

function requests(messages: readonly Envelope[]): readonly Uint8Array[] {
  return messages.slice(0, 20).flatMap(({ header: { kind, ceremonyId, sid, stage, from } }) => {
    const common = { network: NETWORK, from: 'a', to: stage % 2 === 0 ? 'b' : null }
    const wanted = [
      { type: 'resend' as const, kind, ceremonyId, sid, stage, author: from },
      { type: 'certificates' as const, ceremonyId, keyId: sid },
    ]
    return wanted.map((it) => sealRequest(identityOf('a'), { ...common, wanted: it }).bytes)
  })
}

function answers(messages: readonly Envelope[]): readonly Uint8Array[] {
  const oks = messages.filter(({ header, body }) => header.kind === 'keygen' && header.stage === 4 && body.length === 33)
  return [1, 2, 3].map((count) => {
    const certificates = oks.slice(0, count).map(({ bytes }) => bytes)
    return sealAnswer(identityOf('a'), { network: NETWORK, from: 'a', to: 'b', keyId: new Uint8Array(32), certificates }).bytes
  })
}

/** The same content under the signature that came with it. */
function signedAnew(bytes: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, bytes.length - signature.length), signature)
}

/** Valid encodings to start from: of the arbitraries of the codecs, and of what recorded ceremonies really sent, stored and proved. */
import * as fc from 'fast-check'
import { concatBytes } from '../../src/bytes.ts'
import type { AnyCodecCase } from '../wire/arbitraries.ts'
import { Prng } from './prng.ts'
import { ProtocolFuzzer } from './protocol.ts'
import { type Recording, recordKeygen, recordSigning } from './recording.ts'

/** Only `b` is ever corrupted in what the corpus is made of. */
export const GUILTY = 'b'
const SAMPLES = 60
/** Ceremonies that are attacked to see what evidence comes of it. */
const ATTACKS = 80

export interface Recordings {
  readonly keygens: readonly Recording[]
  readonly signings: readonly Recording[]
}

export function makeRecordings(): Recordings {
  const text = (length: number): Uint8Array => new Uint8Array(length).fill(0x61)
  const keygens = [recordKeygen('bip340', 2), recordKeygen('secp256k1-sha256', 3)]
  const evm = recordKeygen('evm', 2)
  const [first, second] = keygens
  if (first === undefined || second === undefined) throw new Error('no key')
  const signings = [
    recordSigning(first, ['a', 'b'], [text(0)]),
    recordSigning(first, ['a', 'b', 'c'], [text(5), text(700)]),
    recordSigning(second, ['a', 'b', 'c'], [text(32)]),
    recordSigning(evm, ['a', 'b'], [text(32), text(32), text(32)]),
  ]
  return { keygens: [...keygens, evm], signings }
}

export interface Proofs {
  /** with which nodes blamed `b`: different pieces, of every fault that changed messages lead to */
  readonly evidence: readonly Uint8Array[]
  /** of ceremonies in which nobody but `b` broke the rules */
  readonly transcripts: readonly Uint8Array[]
}

export function gatherProofs({ keygens, signings }: Recordings): Proofs {
  const evidence = new Map<string, Uint8Array>()
  const transcripts = new Map<string, Uint8Array>()
  for (const recording of [...keygens, ...signings]) {
    transcripts.set(recording.name, recording.transcript)
    const fuzzer = new ProtocolFuzzer(recording, [], true)
    for (let i = 0; i < ATTACKS; i++) {
      const done = fuzzer.run(new Prng(i), GUILTY)
      for (const piece of done.evidence) evidence.set(`${done.end} ${piece.length}`, piece)
      if (done.transcript !== null) transcripts.set(`${recording.name} ${done.end}`, done.transcript)
    }
  }
  return { evidence: [...evidence.values()], transcripts: [...transcripts.values()] }
}

/** As many different values as the arbitrary has. */
export function samplesOf(codec: AnyCodecCase, seed: number): readonly Uint8Array[] {
  return codec.run(({ values, encode }) => fc.sample(values, { seed, numRuns: SAMPLES }).map((value) => concatBytes(encode(value))))
}

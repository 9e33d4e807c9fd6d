/** Case after case, each of them given by the seed and its number alone, so that a finding is repeated by these two. */
import { toHex } from '../../src/bytes.ts'
import { gatherProofs, makeRecordings } from './corpus.ts'
import { mutate } from './mutate.ts'
import { Prng } from './prng.ts'
import { Finding, MAX_MILLISECONDS, ProtocolFuzzer, RETRIES } from './protocol.ts'
import { storedTargets } from './stored-targets.ts'
import type { Target } from './target.ts'
import { wireTargets } from './wire-targets.ts'

export interface Figures {
  inputs: number
  /** by target: what became of its inputs, and what the slowest took in milliseconds */
  readonly targets: Map<string, { accepted: number; refused: number; slowest: number }>
  /** how the attacked ceremonies ended */
  readonly ends: Map<string, number>
}

export class Fuzzer {
  readonly #targets: readonly Target[]
  /** a target is in it as often as its weight says */
  readonly #lots: readonly Target[]
  readonly #protocols: readonly ProtocolFuzzer[]
  readonly #seed: number
  readonly figures: Figures = { inputs: 0, targets: new Map(), ends: new Map() }

  constructor(seed: number) {
    const recordings = makeRecordings()
    const all = [...recordings.keygens, ...recordings.signings]
    const proofs = gatherProofs(recordings)
    this.#seed = seed
    this.#targets = [...wireTargets(all, proofs.evidence), ...storedTargets(recordings, proofs)]
    this.#lots = this.#targets.flatMap((target) => Array.from({ length: target.weight }, () => target))
    // Signings are shorter: twice as many of them.
    this.#protocols = [...recordings.keygens, ...recordings.signings, ...recordings.signings].map(
      (recording) => new ProtocolFuzzer(recording, proofs.evidence),
    )
  }

  get names(): readonly string[] {
    return this.#targets.map(({ name }) => name)
  }

  /** One input of a decoder. @throws Finding */
  decode(number: number): void {
    const random = this.#randomOf(number)
    const target = random.pick(this.#lots)
    const bytes = mutate(random.pick(target.specimens), target.specimens, random)
    const figures = this.figures.targets.get(target.name) ?? { accepted: 0, refused: 0, slowest: 0 }
    this.figures.targets.set(target.name, figures)
    let elapsed = 0
    try {
      const start = performance.now()
      const verdict = target.run(bytes)
      elapsed = performance.now() - start
      // Again: a busy machine is not a slow decoder.
      for (let i = 0; i < RETRIES && elapsed > MAX_MILLISECONDS; i++) elapsed = timed(() => target.run(bytes))
      if (elapsed > MAX_MILLISECONDS) throw new Error(`took ${elapsed} ms`)
      figures[verdict] += 1
    } catch (error) {
      throw new Finding(`${target.name}: ${error instanceof Error ? error.message : String(error)}`, [bytes], error)
    }
    figures.slowest = Math.max(figures.slowest, elapsed)
    this.figures.inputs += 1
  }

  /** One ceremony with a few changed messages; returns how many. @throws Finding */
  attack(number: number): number {
    const random = this.#randomOf(number)
    const { end, messages } = random.pick(this.#protocols).run(random)
    this.figures.ends.set(end, (this.figures.ends.get(end) ?? 0) + 1)
    this.figures.inputs += messages
    return messages
  }

  #randomOf(number: number): Prng {
    return new Prng(this.#seed * 2 ** 32 + number)
  }
}

export function describe({ message, inputs }: Finding): string {
  return [message, ...inputs.map((bytes) => toHex(bytes))].join('\n  ')
}

function timed(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

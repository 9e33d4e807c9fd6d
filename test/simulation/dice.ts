/** All choices of a run, from its seed: AES-256 in counter mode under the hash of the seed, so that a byte costs next to nothing. */
import { type Cipher, createCipheriv, createHash } from 'node:crypto'

const CHUNK = new Uint8Array(1024)

export class Dice {
  readonly #cipher: Cipher
  #chunk: Uint8Array = new Uint8Array(0)
  #used = 0

  constructor(seed: string) {
    this.#cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), new Uint8Array(16))
  }

  readonly bytes = (length: number): Uint8Array<ArrayBuffer> => {
    const out = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      if (this.#used === this.#chunk.length) {
        this.#chunk = this.#cipher.update(CHUNK)
        this.#used = 0
      }
      const part = this.#chunk.subarray(this.#used, this.#used + length - done)
      out.set(part, done)
      done += part.length
      this.#used += part.length
    }
    return out
  }

  /** 0 <= x < 1 */
  fraction(): number {
    const bytes = this.bytes(4)
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32
  }

  /** 0..bound-1 */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound)
  }

  /** from..to */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  /** In random order. */
  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list]
    return list.map(() => left.splice(this.below(left.length), 1)[0] as T)
  }

  /** At least one of the list, in its order. */
  some<T>(list: readonly T[]): T[] {
    const chosen = new Set(this.shuffled(list).slice(0, this.between(1, Math.max(1, list.length))))
    return list.filter((one) => chosen.has(one))
  }

  flipped(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(bytes)
    if (to <= from) return copy
    const at = from + this.below(to - from)
    copy[at] = (copy[at] ?? 0) ^ (1 << this.below(8))
    return copy
  }
}

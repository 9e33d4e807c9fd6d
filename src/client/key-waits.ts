/** Instructions that wait for their key count as open already, with the bytes of what they are to sign. */
export class KeyWaits {
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  async during<T>(bytes: number, wait: () => Promise<T>): Promise<T> {
    this.#count += 1
    this.#bytes += bytes
    try {
      return await wait()
    } finally {
      this.#count -= 1
      this.#bytes -= bytes
    }
  }
}

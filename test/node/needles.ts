/** Secrets as whoever prints one by mistake would print it, and the search for them in all that was written. */

/** Half a scalar is enough to find it by, and more than chance gives. */
const PART_BYTES = 16

/** Raw, reversed, as hexadecimal, as base64 at each alignment, and as the decimal list that an array prints as. */
function formsOf(secret: Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret)
  const reversed = Buffer.from(secret).reverse()
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    // The characters at both ends depend on the neighbours.
    return text.replace(/=+$/, '').slice(shift === 0 ? 0 : shift + 1, -1)
  })
  const texts = [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    reversed.toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.join(','),
    bytes.join(', '),
  ]
  return [bytes, reversed, ...texts.map((text) => Buffer.from(text))]
}

/** Also of a part of it: a line may hold the beginning alone. */
function partsOf(secret: Uint8Array): Uint8Array[] {
  if (secret.length <= PART_BYTES) return [secret]
  return [secret.subarray(0, PART_BYTES), secret.subarray(secret.length - PART_BYTES)]
}

export class Needles {
  readonly #byPrefix = new Map<number, { readonly form: Buffer; readonly label: string }[]>()
  readonly #count = new Map<string, number>()

  /** @param label what it is, for the report */
  add(label: string, secret: Uint8Array): void {
    this.#count.set(label, (this.#count.get(label) ?? 0) + 1)
    for (const form of partsOf(secret).flatMap(formsOf)) {
      const prefix = form.readUInt32LE(0)
      const others = this.#byPrefix.get(prefix) ?? []
      if (!others.some((other) => other.form.equals(form))) others.push({ form, label })
      this.#byPrefix.set(prefix, others)
    }
  }

  /** how many secrets there are of each kind */
  get counts(): ReadonlyMap<string, number> {
    return this.#count
  }

  /** `place: label` of each secret that is in one of the places */
  findIn(places: ReadonlyMap<string, Uint8Array>): string[] {
    const found = new Set<string>()
    for (const [place, bytes] of places) {
      const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 0; at + 4 <= hay.length; at++) {
        for (const { form, label } of this.#byPrefix.get(hay.readUInt32LE(at)) ?? []) {
          if (hay.subarray(at, at + form.length).equals(form)) found.add(`${place}: ${label}`)
        }
      }
    }
    return [...found].sort()
  }
}

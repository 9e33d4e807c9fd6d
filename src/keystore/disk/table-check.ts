/**
 * Whether a table of LevelDB is whole. LevelDB keeps a checksum of each block and, unless told to (which the binding cannot), does not look at
 * it: a flipped bit in an index ends the process in one of its assertions. So tables are checked before it reads them. Its logs and its manifest
 * it checks itself.
 *
 * Layout (table_format.md of LevelDB): blocks, each contents | type u8 | masked CRC-32C u32 little-endian of both; the last two are the
 * metaindex and the index, which name all others; a footer of 48 bytes: two handles (offset and size, varints), zeros, a magic number.
 */
const FOOTER_BYTES = 48
const TRAILER_BYTES = 5
const UNCOMPRESSED = 0
const MAGIC = 0xdb4775248b80fb57n
const POLYNOMIAL = 0x82f63b78
const MASK_DELTA = 0xa282ead8

interface Handle {
  readonly offset: number
  readonly size: number
}

export function isWholeTable(bytes: Uint8Array): boolean {
  try {
    return readTable(bytes)
  } catch (error) {
    // A varint or an entry that runs out of its block.
    if (error instanceof RangeError) return false
    throw error
  }
}

/** @throws RangeError */
function readTable(bytes: Uint8Array): boolean {
  const end = bytes.length - FOOTER_BYTES
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (end < 0 || view.getBigUint64(bytes.length - 8, true) !== MAGIC) return false
  const footer = new Reader(bytes.subarray(end))
  const [metaindex, index] = [footer.handle(), footer.handle()]
  if (!isWholeBlock(bytes, view, metaindex) || !isWholeBlock(bytes, view, index)) return false
  const named = [...handlesIn(contentsOf(bytes, index)), ...handlesIn(contentsOf(bytes, metaindex))]
  if (!named.every((handle) => isWholeBlock(bytes, view, handle))) return false
  // Blocks end to end from the first byte to the footer: a handle that names another whole block leaves a gap.
  let at = 0
  for (const { offset, size } of [...named.sort((a, b) => a.offset - b.offset), metaindex, index]) {
    if (offset !== at) return false
    at = offset + size + TRAILER_BYTES
  }
  return at === end
}

function contentsOf(bytes: Uint8Array, { offset, size }: Handle): Uint8Array {
  return bytes.subarray(offset, offset + size)
}

function isWholeBlock(bytes: Uint8Array, view: DataView, { offset, size }: Handle): boolean {
  const typeAt = offset + size
  if (typeAt + TRAILER_BYTES > bytes.length - FOOTER_BYTES || bytes[typeAt] !== UNCOMPRESSED) return false
  return maskedCrc32c(bytes.subarray(offset, typeAt + 1)) === view.getUint32(typeAt + 1, true)
}

/** Of a block that is whole: entries (shared, unshared and value length as varints, key, value), then restart points u32 and their number u32. */
function handlesIn(block: Uint8Array): Handle[] {
  const view = new DataView(block.buffer, block.byteOffset, block.length)
  const restarts = view.getUint32(block.length - 4, true)
  const reader = new Reader(block.subarray(0, block.length - 4 * (restarts + 1)))
  const handles: Handle[] = []
  while (!reader.atEnd) {
    reader.varint()
    const unshared = reader.varint()
    const length = reader.varint()
    reader.take(unshared)
    handles.push(new Reader(reader.take(length)).handle())
  }
  return handles
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('past the end')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** At most 49 bits: more than any file has. */
  varint(): number {
    let value = 0
    for (let factor = 1; factor < 2 ** 49; factor *= 128) {
      const byte = this.take(1)[0] ?? 0
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
    throw new RangeError('varint too long')
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() }
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * POLYNOMIAL)
  return crc
})

/** CRC-32C (RFC 3720, appendix B.4), turned by 15 bits and moved on, as LevelDB stores it. */
function maskedCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  crc = ~crc >>> 0
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}

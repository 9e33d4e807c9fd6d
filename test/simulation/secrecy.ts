/** Whether a secret scalar is anywhere in what left honest nodes, in either byte order. */

/** One pass over all bytes for all secrets at once: candidates by their first four bytes, then the whole. */
export function leaks(secrets: readonly Uint8Array[], sent: Iterable<Uint8Array>): number {
  const known = new Map<number, Uint8Array[]>()
  const add = (secret: Uint8Array): void => {
    const start = new DataView(secret.buffer, secret.byteOffset).getUint32(0)
    known.set(start, [...(known.get(start) ?? []), secret])
  }
  for (const secret of secrets) {
    // Small numbers would be found everywhere; none is drawn.
    if (secret.subarray(0, 16).every((byte) => byte === 0)) continue
    add(secret)
    add(secret.toReversed())
  }
  let found = 0
  for (const bytes of sent) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at + 32 <= bytes.length; at++) {
      const candidates = known.get(view.getUint32(at))
      if (candidates === undefined) continue
      for (const secret of candidates) if (secret.every((byte, i) => bytes[at + i] === byte)) found += 1
    }
  }
  return found
}

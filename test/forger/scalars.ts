/** Between the numbers that the forger computes with and the 32 bytes that travel. */
import { fromHex, toHex } from '../../src/bytes.ts'

export function numberOf(scalar: Uint8Array): bigint {
  return BigInt(`0x${toHex(scalar)}`)
}

export function scalarOf(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0'), 'number')
}

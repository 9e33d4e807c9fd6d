/** The id of the next ceremony: the time, and above whatever was used before. */
import { QuorateError } from '../../errors.ts'
import { decodeInstruction } from '../../wire/instruction.ts'
import type { CeremonyId } from '../../wire/message.ts'
import type { Statuses } from './status.ts'

/**
 * How far above the clock somebody else's number is believed: whoever could name any number would use up all of them with one, since nodes never go down
 * again. A day is more than the clocks of operators differ.
 */
const MAX_AHEAD = 86_400_000n

export function nextCeremonyId(now: number, before: CeremonyId, lastInstruction: Uint8Array | null, statuses: Statuses): CeremonyId {
  const clock = BigInt(now)
  const marks = [...statuses.values()].map(({ highestCeremonyId }) => BigInt(highestCeremonyId))
  const used = [idOf(lastInstruction), ...marks].filter((id) => id <= clock + MAX_AHEAD)
  return [clock - 1n, before, ...used].reduce((a, b) => (a > b ? a : b)) + 1n
}

function idOf(instruction: Uint8Array | null): CeremonyId {
  if (instruction === null) return 0n
  try {
    return decodeInstruction(instruction).ceremonyId
  } catch (error) {
    if (error instanceof QuorateError) return 0n
    throw error
  }
}

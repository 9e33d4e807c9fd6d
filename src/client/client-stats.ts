/** What a node counts, for whoever watches it. */
import type { DropReason } from '../ceremony/effects.ts'

export interface ClientStats {
  /** ceremonies under way */
  readonly open: number
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly bytesIn: number
  readonly bytesOut: number
  /** events that listeners were too slow for */
  readonly eventsLost: number
  /** kept of ended ceremonies, for nodes that are behind */
  readonly tailBytes: number
  /** nonces made ahead that nobody has named yet, with what belongs to them */
  readonly slotBytes: number
  /** keys that wait for certificates of other nodes */
  readonly pendingKeys: number
}

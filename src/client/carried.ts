/** Whether the bus carries what a ceremony may have to say. */
import { QuorateError } from '../errors.ts'
import { largestMessageOf } from '../wire/carrying.ts'
import type { CeremonyContext } from '../wire/context.ts'
import type { NodeSettings } from './node-settings.ts'

const FIELD = { keygen: 'participants', preprocess: 'count', sign: 'messages' } as const

/** Before anything is sent or spent. @throws ERR_TOO_LARGE with both numbers */
export function assertCarried(context: CeremonyContext, { maxMessageBytes }: Pick<NodeSettings, 'maxMessageBytes'>): void {
  if (maxMessageBytes === undefined) return
  const [needed, most] = [largestMessageOf(context), maxMessageBytes()]
  if (needed <= most) return
  const message = `its largest message may have ${needed} bytes, and the bus carries at most ${most}`
  throw new QuorateError('ERR_TOO_LARGE', { field: FIELD[context.kind], message })
}

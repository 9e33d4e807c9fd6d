/** What a client tells while a test goes on. */

import type { MultisigClient } from '../../src/client/index.ts'
import type { InnerEvent } from '../../src/index.ts'

type Told<Type> = Extract<InnerEvent, { readonly type: Type }>

/** Events of one type, as they come. */
export function listen<Type extends InnerEvent['type']>(client: MultisigClient, type: Type): readonly Told<Type>[] {
  const told: Told<Type>[] = []
  const events = client.events()
  void (async () => {
    for await (const event of events) if (event.type === type) told.push(event as Told<Type>)
  })()
  return told
}

/** Once all that was published until now has been heard, and answered, and the answers have been heard. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setTimeout(resolve, 2))
}

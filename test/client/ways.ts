/** Every way in which a node can be asked to sign: what holds for one of them is tested for all. */
import type { SignRequest } from '../../src/client/index.ts'
import type { KeyId } from '../../src/index.ts'
import type { CeremonyId, Protocol, ValidatorId } from '../../src/wire/message.ts'
import type { NamedSlots } from '../simulation/ledger.ts'
import type { Cluster } from './cluster.ts'

/** What a request names besides ceremony, key, signers and messages. */
type Named = Pick<SignRequest, 'preprocessed'>

export interface Way {
  readonly name: string
  readonly protocol: Protocol
  /** Makes ready to sign with a key; what it gives names what has not been named before, for so many messages. */
  readonly prepare: (
    cluster: Cluster,
    ceremonyId: CeremonyId,
    keyId: KeyId,
    signers: readonly ValidatorId[],
  ) => Promise<(messages: number) => Named>
}

/** As many as any test here names. */
const SLOTS = 200

const nothing = async () => () => ({})

async function preprocess(cluster: Cluster, ceremonyId: CeremonyId, keyId: KeyId, signers: readonly ValidatorId[]) {
  const request = { ceremonyId, keyId, signers, count: SLOTS }
  for (const { status } of await Promise.all(signers.map((id) => cluster.client(id).preprocess(request)))) {
    if (status !== 'success') throw new Error('no slots')
  }
  let next = 0
  return (messages: number): { readonly preprocessed: NamedSlots } => {
    const firstSlot = next
    next += messages
    return { preprocessed: { ceremonyId, firstSlot } }
  }
}

export const WAYS: readonly Way[] = [
  { name: 'frost', protocol: 'frost', prepare: nothing },
  { name: 'frost with slots', protocol: 'frost', prepare: preprocess },
  { name: 'stinson-strobl', protocol: 'stinson-strobl', prepare: nothing },
]

/** Keys that signings of many runs share: made once a process by honest nodes, from seeds of their own, so that every process has the same. */
import { KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { Kernel, Suite } from '../../src/kernel/contract.ts'
import { type Identity, identityFromSeed } from '../../src/wire/identity.ts'
import type { Protocol, ValidatorId } from '../../src/wire/message.ts'
import { Dice } from './dice.ts'
import type { StoredKey } from './node-store.ts'
import { World } from './world.ts'

export interface SharedKey {
  readonly keyId: string
  /** what each node has in its store */
  readonly stored: ReadonlyMap<ValidatorId, StoredKey>
  readonly material: KeyMaterial
}

const identities = new Map<ValidatorId, Identity>()

export function identityOf(id: ValidatorId): Identity {
  const known = identities.get(id)
  if (known !== undefined) return known
  const made = identityFromSeed(new Dice(`identity of ${id}`).bytes(32))
  identities.set(id, made)
  return made
}

const keys = new Map<string, SharedKey>()

export function sharedKey(kernel: Kernel, nodes: number, minSigners: number, suite: Suite, protocol: Protocol = 'frost'): SharedKey {
  const name = `${nodes} ${minSigners} ${suite}${protocol === 'frost' ? '' : ` ${protocol}`}`
  const known = keys.get(name)
  if (known !== undefined) return known
  const world = new World({ kernel, random: new Dice(`key ${name}`).bytes, identityOf, nodes, protocol })
  const { keyId } = world.makeKey(suite, minSigners)
  const stored = new Map([...world.network.nodes].map(([id, node]) => [id, node.store.get(keyId) as StoredKey]))
  const made = { keyId, stored, material: KeyMaterial.decode((stored.get(world.ids[0] ?? '') as StoredKey).record) }
  keys.set(name, made)
  return made
}

/** An instruction of which nobody said that it is stored. */
import { expect, it } from 'vitest'
import { QuorateError } from '../../../src/errors.ts'
import { Group } from './group.ts'

it('waits for what nodes report where nobody said that the instruction is stored: repeated, it would be signed twice', async () => {
  await using group = await Group.start(['a', 'b'])
  const made = await group.operator().keygen({ participants: ['a', 'b'], minSigners: 2, suite: 'bip340' })
  if (made.status !== 'success') throw new Error(made.reason)
  const bus = group.bus()
  const operator = group.operator({
    bus: {
      ...bus,
      instruct: async (bytes) => {
        await bus.instruct(bytes)
        throw new QuorateError('ERR_BUS', { field: 'acknowledgement', message: 'nobody says' })
      },
    },
  })
  expect((await operator.sign({ keyId: made.keyId, messages: [Uint8Array.of(1)] })).status).toBe('success')
  expect(group.remarks).toEqual([expect.stringMatching(/nobody says; waiting for what the nodes report/)])
})

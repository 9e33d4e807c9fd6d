/** By itself: a back end that walks or copies the list before it checks the length ends the whole process, with every other test in it. */
import { expect, it } from 'vitest'
import { QuorateError } from '../../src/errors.ts'
import { productBackends } from './backends.ts'

it('a list of 2^32 - 1 missing indices is refused before anything is allocated for it', async () => {
  for (const backend of await productBackends()) {
    const call = async (): Promise<unknown> => backend.kernel.lagrange(new Array(2 ** 32 - 1))
    const error = await call().catch((reason: unknown) => reason)
    await backend.close()
    expect(error, backend.name).toBeInstanceOf(QuorateError)
    expect(error, backend.name).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'indices' })
  }
})

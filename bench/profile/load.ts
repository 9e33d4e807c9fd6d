/** What the profiled process tells of itself; times in microseconds. */
import { z } from 'zod'

export const profiledLoad = z.strictObject({
  begin: z.number(),
  end: z.number(),
  /** user and system, all threads of the process */
  cpuMicros: z.number(),
  signatures: z.number(),
  signers: z.number(),
  kernel: z.enum(['baseline', 'integer', 'fma']),
  workers: z.number(),
})

export type ProfiledLoad = z.infer<typeof profiledLoad>

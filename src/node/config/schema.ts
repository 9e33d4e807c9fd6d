/** What may be configured: one table of settings, with their limits, for every source. */
import { z } from 'zod'
import { KERNEL_CHOICES, MAX_INLINE_MICROS, MAX_QUEUE, MAX_WORKERS } from '../../pool/options.ts'

/** What a signing ceremony takes. */
export const MAX_BATCH = 1_000

function integer(min: number, max: number) {
  const error = `must be an integer in ${min}..${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

function mapping<T extends z.core.$ZodLooseShape>(shape: T) {
  // The text for a value that is no mapping; unknown keys are named by `firstFault`.
  return z.strictObject(shape, { error: 'must be a mapping of settings (leave it out to take the defaults)' })
}

const pool = mapping({
  /** threads; 0: everything on the calling thread */
  workers: integer(0, MAX_WORKERS),
  /** work that may wait before ERR_POOL_BUSY */
  maxQueue: integer(1, MAX_QUEUE),
  /** work expected to take fewer microseconds runs on the calling thread */
  inlineBelowMicros: integer(0, MAX_INLINE_MICROS),
})

const signing = mapping({
  /** messages that one ceremony signs where as many wait: one envelope a stage for all of them */
  batch: integer(1, MAX_BATCH),
})

const kernel = z.enum(KERNEL_CHOICES, { error: `must be one of ${KERNEL_CHOICES.join(', ')}` })

export const configSchema = mapping({ pool, kernel, signing })

/** What one source says: any part of it. */
export const layerSchema = mapping({ pool: pool.partial().optional(), kernel: kernel.optional(), signing: signing.partial().optional() })

export interface Config {
  readonly pool: Readonly<z.infer<typeof pool>>
  readonly kernel: z.infer<typeof kernel>
  readonly signing: Readonly<z.infer<typeof signing>>
}

export type ConfigLayer = z.infer<typeof layerSchema>

export interface Fault {
  /** such as "pool.workers"; "" is the whole */
  readonly field: string
  /** says what must hold and not what was found: a setting may be a secret */
  readonly message: string
}

export function firstFault(error: z.ZodError): Fault {
  const issue = error.issues[0]
  if (issue === undefined) return { field: '', message: 'is invalid' }
  if (issue.code === 'unrecognized_keys') return { field: [...issue.path, issue.keys[0]].join('.'), message: 'is not a known setting' }
  return { field: issue.path.join('.'), message: issue.message }
}

/** What may be configured: one table of settings, with their limits, for every source. */
import type { z } from 'zod'
import { KERNEL_CHOICES, MAX_INLINE_MICROS, MAX_QUEUE, MAX_WORKERS } from '../../pool/options.ts'
import { choice, integer, mapping } from './fields.ts'
import { defaultedSections, optionalSections } from './sections.ts'

export { type Fault, firstFault } from './fields.ts'

/** What a signing ceremony takes. */
export const MAX_BATCH = 1_000

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

const kernel = choice(KERNEL_CHOICES)
const { http, log, limits } = defaultedSections

export const configSchema = mapping({ ...optionalSections, pool, kernel, signing, http, log, limits })

/** What one source says: any part of it. */
export const layerSchema = mapping({
  ...optionalSections,
  pool: pool.partial().optional(),
  kernel: kernel.optional(),
  signing: signing.partial().optional(),
  http: http.partial().optional(),
  log: log.partial().optional(),
  limits: limits.partial().optional(),
})

type Frozen<T> = T extends object ? { readonly [Name in keyof T]: Frozen<T[Name]> } : T

export type Config = Frozen<z.infer<typeof configSchema>>
export type ConfigLayer = z.infer<typeof layerSchema>

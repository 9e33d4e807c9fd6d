/**
 * How ceremonies grow: DKG with n times t, signing with t. An aim and no target: the times are absolute, and those of one machine. Shown wherever the
 * targets are.
 */
import type { BenchJson } from './json.ts'
import { amount } from './table.ts'

/** microseconds a coefficient, all in */
export const COEFFICIENT_AIM = 1.2

export interface Growth {
  readonly what: string
  readonly measured: string
  readonly aim: string
}

export function growthOf({ machine, rows }: BenchJson): Growth[] {
  const own = `quorate-${machine.kernel}`
  const growth: Growth[] = []
  const signers: { readonly t: number; readonly micros: number }[] = []
  for (const { id, impl, median } of rows) {
    if (impl !== own) continue
    const dkg = /^dkg\/(\d\d+-of-\d+)\/coefficient$/.exec(id)?.[1]
    if (dkg !== undefined) {
      growth.push({
        what: `DKG ${dkg.replaceAll('-', ' ')}, a coefficient`,
        measured: `${amount(median)} us`,
        aim: `${COEFFICIENT_AIM} us`,
      })
    }
    const t = Number(/^frost\/(\d+)-of-\d+\/sign-aggregate-verify$/.exec(id)?.[1] ?? 0)
    if (t > 10) signers.push({ t, micros: (1e3 * median) / t })
  }
  const [few, many] = signers.sort((a, b) => a.t - b.t)
  if (few !== undefined && many !== undefined) {
    const measured = `${amount(few.micros)} us at ${few.t}, ${amount(many.micros)} us at ${many.t}`
    growth.push({ what: 'FROST, one node, a signer', measured, aim: 'the same' })
  }
  return growth
}

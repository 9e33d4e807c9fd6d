/** Reads what nodes report: signed by who the roster says, for this network, and of the shape that its type has. Everything else is no report. */
import type { z } from 'zod'
import { QuorateError } from '../../errors.ts'
import type { CeremonyId, ValidatorId } from '../../wire/message.ts'
import { openReport, type SignedReport } from '../../wire/report.ts'
import type { Roster } from '../../wire/roster.ts'
import { parseJson } from '../ask.ts'
import {
  type OutcomeBody,
  outcomeBody,
  type ProgressBody,
  progressBody,
  type RefusedBody,
  refusedBody,
  type StatusBody,
  statusBody,
} from '../report-bodies.ts'

export type NodeReport = { readonly from: ValidatorId; readonly ceremonyId: CeremonyId } & (
  | { readonly type: 'status'; readonly body: StatusBody }
  | { readonly type: 'progress'; readonly body: ProgressBody }
  | { readonly type: 'refused'; readonly body: RefusedBody }
  | { readonly type: 'outcome'; readonly body: OutcomeBody }
)

/** @param sender who the broker says sent it: a node speaks for itself alone */
export function readReport(
  bytes: Uint8Array,
  sender: string,
  expected: { readonly network: string; readonly roster: Roster },
): NodeReport | null {
  const report = opened(bytes, expected)
  if (report === null || report.from !== sender) return null
  const { from, ceremonyId, type } = report
  const json = parseJson(report.body)
  const as = <Body>(shape: z.ZodType<Body>): Body | null => shape.safeParse(json).data ?? null
  switch (type) {
    case 'status': {
      const body = as(statusBody)
      return body && { from, ceremonyId, type, body }
    }
    case 'progress': {
      const body = as(progressBody)
      return body && { from, ceremonyId, type, body }
    }
    case 'refused': {
      const body = as(refusedBody)
      return body && { from, ceremonyId, type, body }
    }
    case 'outcome': {
      const body = as(outcomeBody)
      return body && { from, ceremonyId, type, body }
    }
  }
}

function opened(bytes: Uint8Array, expected: { readonly network: string; readonly roster: Roster }): SignedReport | null {
  try {
    return openReport(bytes, expected)
  } catch (error) {
    if (error instanceof QuorateError) return null
    throw error
  }
}

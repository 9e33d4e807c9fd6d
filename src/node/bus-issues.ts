/** What the bus reports of itself: into the log, the metrics, and, when it is gone for good, to whoever runs the node. */
import type { NatsIssue } from '../bus/nats/index.ts'
import { QuorateError } from '../errors.ts'
import type { NodeLog } from './logs.ts'
import type { NodeMetrics } from './metrics.ts'

export function busIssueListener(log: NodeLog, metrics: NodeMetrics, fail: (error: QuorateError) => void): (issue: NatsIssue) => void {
  return (issue) => {
    metrics.busIssue(issue.type)
    switch (issue.type) {
      case 'permission':
        metrics.alarm('permissionViolation')
        log.error({ ...issue }, 'the broker refused a subject')
        return
      case 'closed':
        if (issue.reason === null) return
        log.error({ ...issue }, 'the connection to the broker is closed for good')
        fail(new QuorateError('ERR_BUS', { message: `the connection to the broker is closed for good: ${issue.reason}` }))
        return
      case 'reconnected':
        log.info({ ...issue }, 'connected to the broker again')
        return
      default:
        log.warn({ ...issue }, 'the bus has a problem')
    }
  }
}

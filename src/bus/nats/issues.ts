/** What can be wrong with a connection to the broker: told to whoever runs the node, and counted. */
export type NatsIssue =
  /** the broker refused a subject: this user's permissions and this program disagree, or somebody tried something */
  | { readonly type: 'permission'; readonly operation: 'publish' | 'subscription'; readonly subject: string }
  /** messages were dropped because they came, or were published, faster than they could be handled; at most one a second */
  | { readonly type: 'slow-consumer'; readonly direction: 'in' | 'out'; readonly dropped: number }
  | { readonly type: 'disconnected'; readonly server: string }
  | { readonly type: 'reconnected'; readonly server: string }
  /** for good; `reason` null: by this side */
  | { readonly type: 'closed'; readonly reason: string | null }
  /** instructions cannot be received, for now: the stream or the consumer is not there */
  | { readonly type: 'no-stream'; readonly stream: string; readonly reason: string }
  /** the broker takes no message of this size */
  | { readonly type: 'too-large'; readonly bytes: number; readonly limit: number }
  | { readonly type: 'broker-error'; readonly message: string }

export type NatsIssueType = NatsIssue['type']

export const ISSUE_TYPES: readonly NatsIssueType[] = [
  'permission',
  'slow-consumer',
  'disconnected',
  'reconnected',
  'closed',
  'no-stream',
  'too-large',
  'broker-error',
]

/** Counts and tells; what the listener throws is its own fault. */
export class Issues {
  readonly #listener: ((issue: NatsIssue) => void) | undefined
  readonly #counts = new Map<NatsIssueType, number>(ISSUE_TYPES.map((type) => [type, 0]))

  constructor(listener: ((issue: NatsIssue) => void) | undefined) {
    this.#listener = listener
  }

  report(issue: NatsIssue): void {
    this.#counts.set(issue.type, (this.#counts.get(issue.type) ?? 0) + 1)
    try {
      this.#listener?.(issue)
    } catch {
      // A logger that fails must not take the connection with it.
    }
  }

  counts(): Readonly<Record<NatsIssueType, number>> {
    return Object.fromEntries(this.#counts) as Record<NatsIssueType, number>
  }
}

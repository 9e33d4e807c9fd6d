/** What a command sees of the process it runs in. */
export interface Terminal {
  /** a line, or lines, of the result: stdout */
  writeResult(text: string): void
  /** everything that is not the result: stderr */
  log(text: string): void
  /** where a live line can be drawn; null when nobody watches */
  readonly terminal: NodeJS.WritableStream | null
  /** aborted by SIGINT and SIGTERM */
  readonly signal: AbortSignal
}

/** The caller's mistake: exit code 2. */
export class UsageError extends Error {}

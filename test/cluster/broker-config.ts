/** The configuration that `quorate nats-config` wrote, with users of ours beside those of the roster. */

export interface Guest {
  readonly nkey: string
  /** subjects that it may hear */
  readonly hears: readonly string[]
}

/** Adds an entry for each guest at the head of the list of users. */
export function withGuests(config: string, guests: readonly Guest[]): string {
  const users = /\busers\s*[:=]?\s*\[/
  if (!users.test(config)) throw new Error(`no list of users in the broker's configuration:\n${config}`)
  const entries = guests.map(
    ({ nkey, hears }) =>
      `    { nkey: ${nkey}, permissions: { publish: { deny: ">" }, subscribe: { allow: ${JSON.stringify([...hears, '_INBOX.>'])} } } }`,
  )
  return config.replace(users, (list) => `${list}\n${entries.join('\n')}`)
}

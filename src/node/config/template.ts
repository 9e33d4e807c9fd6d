/** The configuration file of a new node or operator, with comments for whoever has to change it. */

export interface TemplateValues {
  readonly network: string
  readonly group: string
  readonly servers: readonly string[]
  readonly roster: string
  /** the setting and its value, such as `passphraseFile: "/run/secret"` */
  readonly unlock: readonly [name: 'passphraseFile' | 'passphraseFd' | 'keyFile', value: string | number]
  readonly identityFile: string
  readonly nkeyFile: string
  readonly tls: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string }
}

/** Double-quoted YAML takes JSON's escapes. */
const quoted = (value: string | number): string => JSON.stringify(value)

export function nodeTemplate(self: string, values: TemplateValues): string {
  return `# A quorate node. Paths are relative to this file. "quorate node --config FILE --check" reads all that it names.

# Label in every session id: nodes with another label do not understand this one. Test and production must not share one.
network: ${quoted(values.network)}

# Who this node is in the roster, and the sealed file of its identity key. One process at a time may be this node.
self: ${quoted(self)}
identity:
  file: ${quoted(values.identityFile)}

${sharedBlock(values)}
# Whose signed instructions this node obeys: names and identity keys, as "quorate init --operator NAME" prints them. Nobody else can make it sign.
operators: {}
#  ops: "<64 hex digits>"

# The key store, sealed like the identity. One process at a time opens it.
store:
  path: "store"

${natsBlock(values)}
# /healthz, /readyz and /metrics. Nothing asks who is asking: keep it on this machine or behind what does. Port 0 takes a free one.
http:
  host: "127.0.0.1"
  port: 9464

# JSON lines to stderr, or appended to a file. Levels: silent, fatal, error, warn, info, debug, trace.
log:
  level: info
#  file: "node.log"

limits:
  # For the messages of one stage; whoever is silent for longer is reported as missing.
  stageTimeoutMs: 30000
  # On SIGTERM, for ceremonies under way to end.
  graceMs: 30000
  maxOpenCeremonies: 4096

# Threads for computing, and work that may wait: "quorate tune --config FILE --write" measures and sets them. The default leaves one core to the node.
#pool:
#  workers: 3
#  maxQueue: 1024
`
}

export function operatorTemplate(name: string, values: TemplateValues): string {
  return `# An operator of quorate nodes: signs instructions with its identity key. Paths are relative to this file.

# The label that the nodes have.
network: ${quoted(values.network)}

operator:
  name: ${quoted(name)}
  file: ${quoted(values.identityFile)}

${sharedBlock(values)}
${natsBlock(values)}`
}

function sharedBlock({ roster, unlock: [name, value] }: TemplateValues): string {
  return `# The identity keys of all validators: the same file everywhere. "quorate roster add" writes it.
roster:
  file: ${quoted(roster)}

# What opens the sealed files: exactly one of passphraseFile, passphraseFd (a descriptor that is open at start) and keyFile (32 bytes). A file must be
# readable by its owner alone (mode 0600 or 0400). There is no flag and no variable for a passphrase.
unlock:
  ${name}: ${quoted(value)}
`
}

function natsBlock({ group, servers, nkeyFile, tls }: TemplateValues): string {
  const files = Object.entries(tls).filter(([, file]) => file !== undefined)
  const lines =
    files.length > 0
      ? `  tls:\n${files.map(([name, file]) => `    ${name}: ${quoted(file)}`).join('\n')}`
      : '#  tls:\n#    caFile: "ca.pem"\n#    certFile: "node.pem"\n#    keyFile: "node.key"'
  return `# The broker. nats:// without TLS is refused unless every server is on this machine. Nodes of one group meet.
nats:
  group: ${quoted(group)}
  servers:
${servers.map((server) => `    - ${quoted(server)}`).join('\n')}
  # The seed of the key that opens the broker; its public half is in the roster file. Or credentialsFile.
  nkeyFile: ${quoted(nkeyFile)}
  # Without caFile the system's authorities count. certFile and keyFile where the broker asks for a certificate of ours.
${lines}
`
}

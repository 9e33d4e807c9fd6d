import { describe, expect, it } from 'vitest'
import { ALARMS, NodeMetrics } from '../../src/node/metrics.ts'
import { inProcess } from '../cli/command.ts'
import { textOf } from './sources.ts'

const text = textOf('docs/operations.md')
const BLOCKS = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block.replaceAll('\\\n', ' '))

/** Only what is asked at a reading would be missing: all of it is, of counts that are all zero. */
function allMetrics(): NodeMetrics {
  const nothing: never = new Proxy({}, { get: () => 0 }) as never
  const metrics = new NodeMetrics({ validator: 'a' })
  metrics.watchReadiness(() => true)
  metrics.watchClient(() => nothing)
  metrics.watchPool(() => nothing)
  metrics.watchMessages(() => nothing)
  metrics.watchBus(() => nothing)
  return metrics
}

describe('docs/operations.md', () => {
  it('says of every metric that a node exposes what it means, with its labels, and of no other', () => {
    // The type of the library leaves them out.
    const all: readonly { readonly name: string; readonly labelNames?: readonly string[] }[] = allMetrics().registry.getMetricsAsArray()
    const exposed = all.map(({ name, labelNames = [] }) => [
      name,
      name === 'quorate_info' ? 'see /metrics' : labelNames.map((label) => `\`${label}\``).join(', '),
    ])
    const table = /<!-- metrics.*?-->(.*?)<!-- \/metrics -->/s.exec(text)?.[1] ?? ''
    const written = [...table.matchAll(/^\| (`quorate_[^|]*) \| ([^|]*?) ?\| [^|]+ \|$/gm)].flatMap(([, names = '', labels = '']) =>
      names.split(', ').map((name) => [name.replaceAll('`', ''), labels]),
    )
    expect(written.toSorted()).toEqual(exposed.toSorted())
  })

  it('says of every alarm what to do', () => {
    for (const alarm of ALARMS) expect(text).toMatch(new RegExp(`^\\| \`${alarm}\` \\| [^|]+ \\| [^|]+ \\|$`, 'm'))
  })

  it('has commands and flags that there are', async () => {
    const used = BLOCKS.flatMap((block) => [...block.matchAll(/(?:^|\| )quorate ((?:[a-z-]+ ?)+)([^\n|>]*)/gm)])
    expect(used.length).toBeGreaterThan(8)
    for (const [, words = '', rest = ''] of used) {
      const command = words.trim().split(' ')
      const path = command[0] === 'roster' || command[0] === 'keys' || command[0] === 'evidence' ? command.slice(0, 2) : command.slice(0, 1)
      const { code, stdout } = await inProcess(...path, '--help')
      expect({ code, stdout }, path.join(' ')).toEqual({ code: 0, stdout: expect.stringMatching(`^Usage: quorate ${path.join(' ')} `) })
      for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(stdout, `${path.join(' ')} ${flag}`).toContain(`  ${flag}`)
    }
  })
})

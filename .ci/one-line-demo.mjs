// "npm run demo -- --json" as a user's shell sees it: exactly one line of JSON on stdout, for a success and for a usage error.
import { spawnSync } from 'node:child_process'

function demo(...options) {
  const { status, stdout } = spawnSync('npm', ['run', 'demo', '--', '--json', ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = stdout.split('\n')
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`stdout is not one line: ${JSON.stringify(stdout)}`)
  return { status, json: JSON.parse(lines[0]) }
}

function expectEqual(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}`)
}

const good = demo('--messages', '2', '--suite', 'bip340')
expectEqual(good.status, 0, 'exit code')
expectEqual(good.json.schema, 'quorate.demo/1', 'schema')
expectEqual(good.json.signatures.verified, 2, 'verified')
expectEqual(good.json.signatures.verifiedBy, 'noble', 'verified by')

const bad = demo('--nodes', '0')
expectEqual(bad.status, 2, 'exit code of a usage error')
expectEqual(bad.json.schema, 'quorate.error/1', 'schema of a usage error')
expectEqual(bad.json.field, 'nodes', 'field of a usage error')

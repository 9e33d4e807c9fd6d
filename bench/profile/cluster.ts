/**
 * What `npm run bench -- profile` profiles: a 3-of-5 cluster on the memory bus in this process that signs under load. Says on stdout when the measured
 * time begins and ends (on the profiler's own clock) and what the process spent in it.
 */
import { KernelPool } from 'quorate'
import { Cluster } from '../../src/cli/demo/cluster.ts'
import { makeKey, runLoad } from '../../src/cli/tune/load.ts'
import type { ProfiledLoad } from './load.ts'

const NODES = 5
const SIGNERS = 3
/** Until V8 has optimised what runs often. */
const WARM_UP_SECONDS = 2

const [batch = 100, inFlight = 1, seconds = 5, workers = 0] = process.argv.slice(2, 6).map(Number)
const choice = process.argv[6]
const kernel = choice === 'integer' || choice === 'fma' || choice === 'baseline' ? choice : 'auto'

const micros = (): number => Number(process.hrtime.bigint() / 1_000n)

const pool = await KernelPool.create({ workers, kernel })
const { signal } = new AbortController()
const cluster = await Cluster.start(NODES, pool, signal, null)
const key = await makeKey(cluster, SIGNERS, 'secp256k1-sha256', signal)
const load = { cluster, key, signers: cluster.ids.slice(0, SIGNERS), batch, inFlight, signal }
await runLoad({ ...load, seconds: WARM_UP_SECONDS })

const begin = micros()
const before = process.cpuUsage()
const { signatures } = await runLoad({ ...load, seconds })
const { user, system } = process.cpuUsage(before)
const line: ProfiledLoad = {
  begin,
  end: micros(),
  cpuMicros: user + system,
  signatures,
  signers: SIGNERS,
  kernel: pool.kernel.info.name,
  workers,
}
await cluster.close()
await pool.close()
process.stdout.write(`${JSON.stringify(line)}\n`)

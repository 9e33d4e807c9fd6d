/** What a node's ceremonies leave in the arrays that they drew, gave to jobs or got from them. */
import type { Job } from '../../src/crypto/jobs/contract.ts'
import { jobs } from '../../src/crypto/jobs/index.ts'
import { seededRandom } from '../helpers/random.ts'
import type { World, WorldOptions } from '../simulation/world.ts'
import { makeWorld } from './support.ts'

interface AnyJob {
  secretsOf(args: unknown): readonly Uint8Array[]
  secretsOfResult(result: unknown): readonly Uint8Array[]
}

/** A world in which every array that a's ceremonies drew, gave to a job or got from one is watched. */
export class WatchedWorld {
  readonly world: World
  readonly #arrays = new Map<Uint8Array, string>()

  /** @param answer what becomes of a job of a: its result, none, or the end of the ceremony while it runs */
  constructor(
    name: string,
    nodes: number,
    answer: (job: Job) => 'go on' | 'fail' | 'stop' = () => 'go on',
    options: Pick<Partial<WorldOptions>, 'protocol'> = {},
  ) {
    const source = seededRandom(`${name} of a`)
    const random = (length: number): Uint8Array => {
      const drawn = source(length)
      this.#watch(drawn, 'drawn')
      return drawn
    }
    this.world = makeWorld(name, nodes, {
      ...options,
      randomOf: (id) => (id === 'a' ? random : undefined),
      compute: (id, job, result) => {
        if (id !== 'a') return result
        this.#watchJob(job, result)
        const reply = answer(job)
        if (reply === 'stop') this.world.network.abort('a', 1n)
        return reply === 'fail' ? null : result
      },
    })
  }

  /** What still holds anything but zeros. */
  left(): string[] {
    this.#watchRequests()
    return [...this.#arrays].filter(([array]) => array.some((byte) => byte !== 0)).map(([, what]) => what)
  }

  get watched(): number {
    return this.#arrays.size
  }

  get names(): readonly string[] {
    return [...this.#arrays.values()]
  }

  /** Jobs that were asked for and never ran have arguments as well. */
  #watchRequests(): void {
    for (const { effect } of this.world.network.node('a').log) {
      if (effect.type === 'compute') this.#watchArguments(effect.job)
    }
  }

  #watchJob(job: Job, result: unknown): void {
    this.#watchArguments(job)
    const definition: AnyJob = jobs[job.name] as AnyJob
    for (const secret of definition.secretsOfResult(result)) this.#watch(secret, `result of ${job.name}`)
  }

  #watchArguments(job: Job): void {
    const definition: AnyJob = jobs[job.name] as AnyJob
    for (const secret of definition.secretsOf(job.args)) this.#watch(secret, `argument of ${job.name}`)
  }

  #watch(array: Uint8Array, what: string): void {
    if (!this.#arrays.has(array)) this.#arrays.set(array, what)
  }
}

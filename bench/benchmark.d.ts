/** The part of benchmark.js 2.1.4 that is used here; its published types are for another module system. */
declare module 'benchmark' {
  interface Stats {
    /** seconds */
    readonly mean: number
    /** relative margin of error, percent */
    readonly rme: number
    readonly sample: readonly number[]
  }

  interface Options {
    /** seconds */
    readonly minTime?: number
    readonly maxTime?: number
    readonly minSamples?: number
  }

  export default class Benchmark {
    constructor(name: string, work: () => void, options?: Options)
    run(options?: { readonly async?: boolean }): this
    readonly stats: Stats
    readonly error?: unknown
  }
}

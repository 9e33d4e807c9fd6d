/**
 * Takes work, decides where it runs and hands its result back. Small work runs on the calling thread, a millisecond a turn of the event loop so
 * that sockets and timers are not starved; the rest on threads, large work in pieces on those that are free. What waits, waits here: first come
 * first served, bounded, and taken back when its signal aborts. Pieces never wait: they are cut when they start, so nothing of the queue knows of
 * them. Nothing is retried: work that consumed a nonce must not run twice.
 *
 * Jobs of one name that wait together leave together, so that what many ceremonies want at about the same time costs a few messages. A large one starts
 * at once if a thread is free; small ones wait until the end of the turn of the event loop, and if all of a name are worth a thread by then, they go to
 * the threads, else the calling thread computes them.
 */
import { invalidArgument, QuorateError } from '../errors.ts'
import { AbortWatch } from './abort.ts'
import type { PoolStats } from './contract.ts'
import { estimateMicros } from './cost.ts'
import { type Cut, cutGiven, cutWork } from './cut.ts'
import { type Executor, wipeResult } from './executor.ts'
import { assertJobArguments } from './job-arguments.ts'
import type { ResolvedPoolOptions } from './options.ts'
import type { KernelName } from './pieces.ts'
import { copyPlain, NotPlain } from './plain.ts'
import { failureOfWhole } from './split.ts'
import { PoolStatistics, type RunListener } from './statistics.ts'
import type { ThreadPool } from './thread-pool.ts'
import { type Task, WaitingTasks } from './waiting.ts'
import { errorOf, failureOf, type Outcome, type SingleWork, type Work } from './work.ts'

/**
 * A piece costs a crossing, a copy of its input and its share of what is done in every piece; below this it gains too little for taking a thread that
 * other work may want next (bench/decisions/cost-model.ts).
 */
const MIN_PIECE_MICROS = 300

/** What the calling thread computes between two turns of the event loop, unless one piece alone takes longer. */
const INLINE_TURN_MS = 1

/** What a thread is given at once: so long the jobs that come first in a message may wait for its last. */
const TOGETHER_MICROS = 5_000

export class Dispatcher {
  readonly #executor: Executor
  readonly #kernel: KernelName
  readonly #threads: ThreadPool | null
  readonly #options: ResolvedPoolOptions
  readonly #statistics: PoolStatistics
  readonly #aborts = new AbortWatch()
  readonly #forThreads = new WaitingTasks()
  /** too small for a thread by themselves */
  readonly #small = new WaitingTasks()
  #turnScheduled = false
  #running = 0
  #nextId = 0
  #closing: Promise<void> | null = null
  #wakeClosing: (() => void) | null = null

  constructor(executor: Executor, threads: ThreadPool | null, options: ResolvedPoolOptions) {
    this.#executor = executor
    this.#kernel = executor.kernel().info.name
    this.#threads = threads
    this.#options = options
    this.#statistics = new PoolStatistics(Math.max(1, options.workers))
  }

  /** Never throws; the arguments are copied before it returns. */
  submit(given: SingleWork, signal: AbortSignal | null): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closing !== null) throw new QuorateError('ERR_POOL_CLOSED')
      if (signal?.aborted === true) throw new QuorateError('ERR_ABORTED')
      const micros = estimateMicros(given, this.#options.kernel)
      const inline = this.#threads === null || micros < this.#options.inlineBelowMicros
      const startsNow = !inline && this.#hasFreeThread()
      if (!startsNow && this.#waiting() >= this.#options.maxQueue) throw new QuorateError('ERR_POOL_BUSY')
      const cut = startsNow ? cutGiven(given, this.#piecesFor(micros), this.#kernel) : null
      const copies: Uint8Array<ArrayBuffer>[] = []
      const work = cut === null ? this.#copy(given, copies) : given
      const arrays = cut === null ? copies : cut.arrays
      const task: Task = { micros, work, arrays, queued: performance.now(), resolve, reject, release: () => {}, settled: false }
      if (signal !== null) task.release = this.#aborts.add(signal, () => this.#abort(task))
      if (startsNow) return cut === null ? this.#startWhole(task) : this.#startPieces(task, cut)
      if (!inline) this.#forThreads.add(task)
      else {
        this.#small.add(task)
        this.#scheduleTurn()
      }
    })
  }

  stats(): PoolStats {
    const { completed, inline } = this.#statistics
    return {
      workers: this.#threads?.threads.length ?? 0,
      queued: this.#waiting(),
      running: this.#running,
      completed,
      inline,
      lostWorkers: this.#threads?.lost ?? 0,
      utilization: this.#statistics.utilization(),
      runMs: this.#statistics.runMs(),
      waitMs: this.#statistics.waitMs(),
    }
  }

  listen(listener: RunListener): void {
    this.#statistics.listener = listener
  }

  /** What waits is refused at once; what runs is waited for. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #shutDown(): Promise<void> {
    for (const task of [...this.#forThreads.clear(), ...this.#small.clear()]) this.#refuse(task, new QuorateError('ERR_POOL_CLOSED'))
    while (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#wakeClosing = resolve
      })
    }
    await this.#threads?.destroy()
  }

  #waiting(): number {
    return this.#forThreads.size + this.#small.size
  }

  #hasFreeThread(): boolean {
    return this.#running < this.#options.workers && this.#forThreads.size === 0
  }

  #copy(given: SingleWork, arrays: Uint8Array<ArrayBuffer>[]): SingleWork {
    if (given.type === 'ping') return given
    try {
      const work = { ...given, args: copyPlain(given.args, arrays) } as SingleWork
      if (work.type === 'job') assertJobArguments(work.name, work.args)
      return work
    } catch (error) {
      wipeAll(arrays)
      if (!(error instanceof NotPlain)) throw error
      // What cannot be copied (a Buffer, a view of shared memory, a class) no operation takes: the kernel itself says so, in its own words.
      if (given.type === 'operation') {
        const kernel = this.#executor.kernel()
        Reflect.apply(kernel[given.name], kernel, given.args)
      }
      throw invalidArgument(error.path === '' ? 'args' : error.path, 'must be plain data with exact Uint8Arrays')
    }
  }

  #abort(task: Task): void {
    this.#forThreads.delete(task)
    this.#small.delete(task)
    this.#refuse(task, new QuorateError('ERR_ABORTED'))
  }

  /** Of running work the arrays went to the thread, which wipes its own. */
  #refuse(task: Task, error: QuorateError): void {
    task.settled = true
    task.release()
    wipeAll(task.arrays)
    task.reject(error)
  }

  #settle(task: Task, outcome: Outcome): void {
    if (task.settled) {
      if (outcome.ok) wipeResult(task.work, outcome.value)
      return
    }
    task.settled = true
    task.release()
    if (outcome.ok) task.resolve(outcome.value)
    else task.reject(errorOf(outcome))
  }

  /** As many as there are free threads and enough work for. */
  #piecesFor(micros: number): number {
    return Math.min(this.#options.workers - this.#running, Math.floor(micros / MIN_PIECE_MICROS))
  }

  #start(task: Task): void {
    let cut: Cut | null
    try {
      cut = cutWork(task.work, this.#piecesFor(task.micros), this.#kernel)
    } catch (error) {
      // No memory for the copies: this task's failure, and no reason for the others to wait for ever.
      wipeAll(task.arrays)
      this.#settle(task, failureOf(error))
      return
    }
    if (cut === null) this.#startWhole(task)
    else {
      wipeAll(task.arrays)
      task.arrays = cut.arrays
      this.#startPieces(task, cut)
    }
  }

  #startWhole(task: Task): void {
    const started = this.#recordStart(task)
    this.#occupy(task.work, task.arrays, (outcome, answered) => {
      if (answered) this.#recordCompletion(task, started)
      this.#settle(task, outcome)
    })
  }

  /** Many jobs in one message, or in one call: each has an outcome of its own, unless all are lost. */
  #startTogether(tasks: readonly Task[]): void {
    const started = tasks.map((task) => this.#recordStart(task))
    this.#occupy(
      togetherOf(tasks),
      tasks.flatMap(({ arrays }) => arrays),
      (outcome, answered) => {
        tasks.forEach((task, i) => {
          if (answered) this.#recordCompletion(task, started[i] ?? 0)
          this.#settle(task, outcomeOf(outcome, i))
        })
      },
    )
  }

  #startPieces(task: Task, cut: Cut): void {
    const started = this.#recordStart(task)
    const outcomes: Outcome[] = []
    let left = cut.parcels.length
    let allAnswered = true
    cut.parcels.forEach(({ work, arrays }, i) => {
      this.#occupy(work, arrays, (outcome, answered) => {
        outcomes[i] = outcome
        allAnswered &&= answered
        if (--left > 0) return
        if (allAnswered) this.#recordCompletion(task, started)
        this.#settle(task, this.#joinPieces(task, cut, outcomes))
        // Unlike the pieces', what was kept for the end stayed here.
        wipeAll(task.arrays)
      })
    })
  }

  /** When nobody waits for the result any more, or some piece failed, the results of the others are wiped. */
  #joinPieces(task: Task, { split, kept }: Cut, outcomes: readonly Outcome[]): Outcome {
    const values = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
    const failure = task.settled ? failureOf(new QuorateError('ERR_ABORTED')) : failureOfWhole(split, outcomes)
    const whole = failure ?? this.#executor.finish((kernel) => split.combine(kernel, values, kept))
    if (whole.ok) return whole
    outcomes.forEach((outcome, i) => {
      const piece = split.pieces[i]
      if (outcome.ok && piece !== undefined) wipeResult(piece, outcome.value)
    })
    return whole
  }

  #recordStart(task: Task): number {
    const started = performance.now()
    this.#statistics.recordWait(started - task.queued)
    return started
  }

  #recordCompletion({ work }: Task, started: number): void {
    this.#statistics.recordRun(work, performance.now() - started)
    this.#statistics.completed++
  }

  /** @param ended `answered` is false when the thread was lost, and with it what it did */
  #occupy(work: Work, arrays: readonly Uint8Array<ArrayBuffer>[], ended: (outcome: Outcome, answered: boolean) => void): void {
    if (this.#threads === null) return
    const started = performance.now()
    this.#running++
    const release = (outcome: Outcome, answered: boolean): void => {
      this.#running--
      this.#statistics.recordBusy(performance.now() - started)
      ended(outcome, answered)
      this.#next()
    }
    const buffers = arrays.map((array) => array.buffer)
    this.#threads.run({ id: this.#nextId++, work }, buffers).then(
      ({ outcome }) => release(outcome, true),
      (error: unknown) => {
        // Perhaps it never left: then the copies are still here.
        wipeAll(arrays)
        release(failureOf(error), false)
      },
    )
  }

  #next(): void {
    for (let free = this.#options.workers - this.#running; free > 0; free = this.#options.workers - this.#running) {
      const first = this.#forThreads.first()
      if (first === undefined) break
      // An equal part for every free thread, unless the parts would be smaller than they are worth or larger than others want to wait for.
      const fair = this.#forThreads.microsWith(first) / free
      const tasks = this.#forThreads.take(Math.min(TOGETHER_MICROS, Math.max(MIN_PIECE_MICROS, fair)))
      if (tasks.length === 1) this.#start(first)
      else this.#startTogether(tasks)
    }
    if (this.#running === 0) this.#wakeClosing?.()
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled) return
    this.#turnScheduled = true
    setImmediate(() => {
      this.#turnScheduled = false
      this.#turn()
    })
  }

  #turn(): void {
    const end = performance.now() + INLINE_TURN_MS
    for (let first = this.#small.first(); first !== undefined && performance.now() < end; first = this.#small.first()) {
      if (this.#threads !== null && this.#small.microsWith(first) >= this.#options.inlineBelowMicros) {
        for (const task of this.#small.take(Number.POSITIVE_INFINITY)) this.#forThreads.add(task)
      } else this.#runHere(this.#small.take(1_000 * INLINE_TURN_MS))
    }
    this.#next()
    if (this.#small.size > 0) this.#scheduleTurn()
  }

  #runHere(tasks: readonly Task[]): void {
    const started = performance.now()
    for (const task of tasks) this.#statistics.recordWait(started - task.queued)
    const [first] = tasks
    if (first === undefined) return
    const { outcome } = this.#executor.execute(tasks.length === 1 ? first.work : togetherOf(tasks))
    const ms = performance.now() - started
    if (this.#threads === null) this.#statistics.recordBusy(ms)
    tasks.forEach((task, i) => {
      this.#statistics.recordRun(task.work, ms)
      this.#statistics.completed++
      this.#statistics.inline++
      this.#settle(task, tasks.length === 1 ? outcome : outcomeOf(outcome, i))
    })
  }
}

/** @param tasks jobs of one name */
function togetherOf(tasks: readonly Task[]): Work {
  const jobs = tasks.flatMap(({ work }) => (work.type === 'job' ? [work] : []))
  const [first] = jobs
  if (first === undefined || jobs.length < tasks.length) throw invalidArgument('work', 'internal: only jobs go together')
  return { type: 'jobs', name: first.name, list: jobs.map(({ args }) => args) }
}

/** That of one job among many. */
function outcomeOf(outcome: Outcome, place: number): Outcome {
  if (!outcome.ok) return outcome
  return (outcome.value as readonly Outcome[])[place] ?? failureOf(new QuorateError('ERR_WORKER_LOST'))
}

/** Arrays that were transferred are empty here and not ours to wipe. */
function wipeAll(arrays: readonly Uint8Array[]): void {
  for (const array of arrays) if (array.length > 0) array.fill(0)
}

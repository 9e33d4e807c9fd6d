/** A live line for who watches; nothing at all when the output is piped. */
import { type GenericBar, SingleBar } from 'cli-progress'

export class DemoProgress {
  readonly #stream: NodeJS.WritableStream | null
  #bar: GenericBar | null = null

  constructor(stream: NodeJS.WritableStream | null) {
    this.#stream = stream
  }

  begin(label: string, total: number, note: string): void {
    this.clear()
    if (this.#stream === null) return
    this.#bar = new SingleBar({
      stream: this.#stream,
      format: '{label} [{bar}] {value}/{total} {note}',
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      barsize: 30,
      clearOnComplete: true,
      hideCursor: true,
      // Signals are handled by main.ts; the library's own handler would end the process in the middle of things.
      gracefulExit: false,
    })
    this.#bar.start(total, 0, { label, note })
  }

  step(note?: string): void {
    this.#bar?.increment(1, note === undefined ? {} : { note })
  }

  clear(): void {
    this.#bar?.stop()
    this.#bar = null
  }
}

/** What is to happen, in order of virtual time; what is due at the same time happens in the order in which it was entered. */

interface Entry {
  readonly at: number
  readonly order: number
  readonly action: () => void
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** A binary heap: the first entry is the next one, and no entry comes before the one at half its place. */
export class Agenda {
  readonly #heap: Entry[] = []
  #order = 0

  add(at: number, action: () => void): void {
    this.#order += 1
    const entry = { at, order: this.#order, action }
    let place = this.#heap.length
    this.#heap.push(entry)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above]
      if (parent === undefined || before(parent, entry)) break
      this.#heap[place] = parent
      place = above
    }
    this.#heap[place] = entry
  }

  /** When the next entry is due; infinity if there is none. */
  get due(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  take(): (() => void) | null {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (first === undefined || last === undefined) return null
    if (last !== first) this.#sink(last)
    return first.action
  }

  #sink(entry: Entry): void {
    const heap = this.#heap
    let place = 0
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      if (left === undefined) break
      const rightFirst = right !== undefined && before(right, left)
      const child = rightFirst ? right : left
      if (before(entry, child)) break
      heap[place] = child
      place = 2 * place + (rightFirst ? 2 : 1)
    }
    heap[place] = entry
  }
}

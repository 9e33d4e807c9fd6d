/** Whether a node may be sent instructions now, and if not, why not, in words for people. */

/** @returns a reason why not, or null */
export type Check = () => string | null

export class Readiness {
  readonly #stated = new Map<string, string>()
  readonly #checks: Check[] = []

  /** States a reason under a name, until it is withdrawn with null. */
  state(name: string, reason: string | null): void {
    if (reason === null) this.#stated.delete(name)
    else this.#stated.set(name, reason)
  }

  /** Asked each time. */
  add(check: Check): void {
    this.#checks.push(check)
  }

  reasons(): readonly string[] {
    return [...this.#stated.values(), ...this.#checks.flatMap((check) => check() ?? [])]
  }

  get ready(): boolean {
    return this.reasons().length === 0
  }
}

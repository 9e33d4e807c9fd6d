/** An operator that stays connected and instructs signings one after the other: what a signing takes, without the start of a command in it. */
import { randomBytes } from 'node:crypto'
import { sealInstruction } from '../../src/wire/instruction.ts'
import { openReport } from '../../src/wire/report.ts'
import type { Group } from './group.ts'
import { type OpenOperator, openOperatorOf } from './operator.ts'

const PATIENCE_MS = 30_000
const EXPIRES_MS = 60_000

export class SteadyOperator implements AsyncDisposable {
  readonly #operator: OpenOperator
  #lastId = 0n

  static async connect(group: Group): Promise<SteadyOperator> {
    return new SteadyOperator(await openOperatorOf(group))
  }

  private constructor(operator: OpenOperator) {
    this.#operator = operator
  }

  /** @returns milliseconds from the instruction until all signers have reported that it succeeded. @throws when one reports anything else, or nothing */
  async sign(keyId: string, signers: readonly string[]): Promise<number> {
    const now = BigInt(Date.now())
    this.#lastId = now > this.#lastId ? now : this.#lastId + 1n
    const ceremonyId = this.#lastId
    const { identity, network, roster, bus } = this.#operator
    const { bytes } = sealInstruction(identity, {
      kind: 'sign',
      network,
      operator: identity.publicKey,
      ceremonyId,
      expires: now + BigInt(EXPIRES_MS),
      keyId,
      signers: [...signers].sort(),
      mode: { type: 'two-round' },
      messages: [new Uint8Array(randomBytes(32))],
    })
    const started = performance.now()
    await new Promise<void>((resolve, reject) => {
      const open = new Set(signers)
      const timer = setTimeout(() => end(new Error(`nothing of ${[...open].join(', ')} within ${PATIENCE_MS} ms`)), PATIENCE_MS)
      const stop = bus.onReport((from, report) => {
        const { type, ceremonyId: about, body, from: author } = openReport(report, { network, roster })
        if (about !== ceremonyId || type === 'progress') return
        if (type !== 'outcome' || !body.includes('"success"')) return end(new Error(`${author} reports: ${body}`))
        open.delete(from)
        if (open.size === 0) end(null)
      })
      const end = (error: Error | null) => {
        clearTimeout(timer)
        stop()
        if (error === null) resolve()
        else reject(error)
      }
      bus.instruct(bytes).catch(end)
    })
    return performance.now() - started
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#operator.bus.close()
  }
}

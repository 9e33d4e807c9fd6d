/**
 * What an operator sees of a ceremony while it runs: whom each stage waits for. A line that is drawn over where somebody watches, lines one after another
 * where not; all on stderr.
 */
import { type GenericBar, SingleBar } from 'cli-progress'
import type { StageName, ValidatorId } from '../../index.ts'
import type { OperatorEvent } from '../../node/operator/contract.ts'
import type { Terminal } from '../terminal.ts'

const KINDS = { keygen: 'key generation', preprocess: 'preprocessing', sign: 'signing' } as const

export class OperatorProgress {
  readonly #terminal: Pick<Terminal, 'terminal' | 'log'>
  readonly #waits = new Map<ValidatorId, { readonly stage: StageName; readonly waitingFor: readonly ValidatorId[] }>()
  #bar: GenericBar | null = null
  #shown = ''
  #ceremony: { readonly id: bigint; readonly participants: readonly ValidatorId[] } | null = null

  constructor(terminal: Pick<Terminal, 'terminal' | 'log'>) {
    this.#terminal = terminal
  }

  /** Of a ceremony whose instruction was sent. */
  get ceremonyId(): bigint | null {
    return this.#ceremony?.id ?? null
  }

  show(event: OperatorEvent): void {
    switch (event.type) {
      case 'asked':
        this.#line(`ready: ${event.ready.join(', ') || 'none'}`)
        for (const { validator, reasons } of event.notReady) this.#line(`not ready: ${validator} (${reasons.join('; ')})`)
        return
      case 'instructed': {
        const { kind, ceremonyId, participants } = event
        this.clear()
        this.#waits.clear()
        this.#ceremony = { id: ceremonyId, participants }
        this.#line(`${KINDS[kind]} ${ceremonyId} of ${participants.join(', ')}`)
        this.#draw(participants.length)
        return
      }
      case 'progress':
        this.#waits.set(event.from, event)
        this.#update()
        return
      case 'refused':
        this.#line(`${event.from} refuses: ${event.message} (${event.code})`)
        return
      case 'ended':
        this.#waits.delete(event.from)
        this.#bar?.increment(1)
        if (event.status === 'failure') this.#line(`${event.from} reports a failure`)
        this.#update()
        return
      case 'remark':
        this.#line(event.text)
        return
      default:
        event satisfies never
    }
  }

  clear(): void {
    this.#bar?.stop()
    this.#bar = null
  }

  #update(): void {
    const words = this.#words()
    if (words === this.#shown) return
    this.#shown = words
    if (this.#bar === null) {
      if (words !== '') this.#terminal.log(`quorate: ${words}`)
    } else this.#bar.update({ note: words })
  }

  /** "Commitments: a, b wait for c" for each that is told of. */
  #words(): string {
    const groups = new Map<string, { readonly stage: StageName; readonly for: string; readonly who: ValidatorId[] }>()
    for (const [who, { stage, waitingFor }] of [...this.#waits].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const key = `${stage} ${waitingFor.join()}`
      const group = groups.get(key) ?? { stage, for: waitingFor.join(', '), who: [] }
      groups.set(key, group)
      group.who.push(who)
    }
    return [...groups.values()]
      .map(({ stage, for: whom, who }) => {
        const names = who.join(', ')
        return whom === '' ? `${stage}: ${names} at work` : `${stage}: ${names} wait${who.length === 1 ? 's' : ''} for ${whom}`
      })
      .join('; ')
  }

  #draw(total: number): void {
    const { terminal } = this.#terminal
    if (terminal === null) return
    this.#bar = new SingleBar({
      stream: terminal,
      format: '[{bar}] {value}/{total} have reported  {note}',
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      barsize: 20,
      clearOnComplete: true,
      hideCursor: true,
      // Signals are handled by main.ts; the library's own handler would end the process in the middle of things.
      gracefulExit: false,
    })
    this.#bar.start(total, 0, { note: '' })
  }

  /** A bar that is being drawn would be torn by a line: it is taken away, and drawn again below. */
  #line(text: string): void {
    const bar = this.#bar
    const total = bar?.getTotal()
    const value = bar === null ? 0 : Number(Reflect.get(bar, 'value'))
    this.clear()
    this.#terminal.log(`quorate: ${text}`)
    if (total === undefined) return
    this.#draw(total)
    this.#bar?.update(value, { note: this.#shown })
  }
}

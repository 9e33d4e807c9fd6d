/** What the demonstration prints: chapters, the commands as one would type them, and what came of them. */
import { styleText } from 'node:util'

/** Longer words of a command, keys and messages, are cut: nobody reads them. */
const LONG_WORD = 40
const WIDTH = 110
/** a signature in hexadecimal fits */
const OUTPUT_WIDTH = 132

export class Story {
  readonly #write: (text: string) => void
  readonly #styled: boolean
  readonly #started = performance.now()
  #chapter = 0
  #folder = ''

  constructor(write: (text: string) => void, styled: boolean) {
    this.#write = write
    this.#styled = styled
  }

  /** What stands in this folder is shown as `$DIR/...`. */
  set folder(folder: string) {
    this.#folder = folder
  }

  chapter(title: string): void {
    const seconds = ((performance.now() - this.#started) / 1_000).toFixed(1)
    this.#write(`\n${this.#style('bold', `${++this.#chapter}. ${title}`)}${this.#style('dim', `  ${seconds} s`)}\n`)
  }

  say(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.#write(`   ${line}\n`)
  }

  /** Output of a command or a node. */
  output(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.#write(`   ${this.#style('dim', `| ${short(this.#hide(line), OUTPUT_WIDTH)}`)}\n`)
  }

  /** A command, broken where it is too long. */
  command(args: readonly string[]): void {
    const lines = ['$ quorate']
    for (const word of this.#words(args)) {
      const last = lines.at(-1) ?? ''
      if (last.length + word.length + 1 > WIDTH) lines.push(`    ${word}`)
      else lines[lines.length - 1] = `${last} ${word}`
    }
    this.#write(`   ${this.#style('cyan', lines.join(' \\\n   '))}\n`)
  }

  /** A flag stays with its value. */
  #words(args: readonly string[]): string[] {
    const words: string[] = []
    for (const arg of args) {
      const shown = short(this.#hide(arg), LONG_WORD)
      const before = words.at(-1)
      if (before?.startsWith('--') === true && !before.includes(' ') && !arg.startsWith('--'))
        words[words.length - 1] = `${before} ${shown}`
      else words.push(/ /.test(shown) ? `"${shown}"` : shown)
    }
    return words
  }

  #hide(text: string): string {
    return this.#folder === '' ? text : text.replaceAll(this.#folder, '$DIR')
  }

  #style(how: 'bold' | 'dim' | 'cyan', text: string): string {
    return this.#styled ? styleText(how, text) : text
  }
}

function short(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

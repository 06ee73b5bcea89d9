/** Tables as spreadsheets save them: comma, semicolon or tab, quoted cells (RFC 4180), each with its place. No I/O. */

import type { Place } from '../config/finding.js'

export interface Cell {
  readonly text: string // without the blanks around it, unless they stood in quotes
  readonly place: Place
}

export type Row = readonly Cell[]

export interface Table {
  readonly rows: readonly Row[] // empty lines left out
  readonly openQuote?: Place // a quoted cell that never ends: nothing after it is a row
}

/** `sep=;` as the first line, as Excel writes it, names the separator; else the one the first line has most of. */
export function parseCsv(text: string): Table {
  const named = /^sep=(.)\r?\n/i.exec(text)
  const start = named === null ? 0 : named[0].length
  const separator = named?.[1] ?? separatorOf(text)
  return new Scanner(text, separator, start, named === null ? 1 : 2).scan()
}

const longestLine = 65_536 // characters; a head of all the columns there are has some hundred

function separatorOf(text: string): string {
  const bare = text.slice(0, longestLine).replaceAll(/"[^"]*"/g, '')
  const [line = ''] = bare.replace(/^[\r\n]+/, '').split(/[\r\n]/, 1)
  const count = (separator: string): number => line.split(separator).length
  return [';', '\t', ','].reduce((best, one) => (count(one) >= count(best) ? one : best), ',')
}

class Scanner {
  readonly #text: string
  readonly #separator: string
  #offset: number
  #line: number
  #lineStart: number

  constructor(text: string, separator: string, offset: number, line: number) {
    this.#text = text
    this.#separator = separator
    this.#offset = offset
    this.#line = line
    this.#lineStart = offset
  }

  scan(): Table {
    const rows: Cell[][] = []
    let row: Cell[] = []
    while (this.#offset < this.#text.length) {
      const place = this.#place()
      const cell = this.#cell()
      if (cell === undefined) return { rows, openQuote: place }
      row.push(cell)
      if (this.#ended()) {
        rows.push(row)
        row = []
      }
    }
    return { rows: rows.filter(cells => cells.some(({ text }) => text !== '')) }
  }

  /** Up to the separator or the end of the line; undefined where a quote stays open. */
  #cell(): Cell | undefined {
    while (this.#isBlank()) this.#offset++
    const place = this.#place()
    if (this.#text[this.#offset] !== '"') return { text: this.#bare().trim(), place }
    const quoted = this.#quoted()
    // What follows a closing quote belongs to the cell; it is nobody's intention, but it is not to be lost.
    return quoted === undefined ? undefined : { text: quoted + this.#bare().trim(), place }
  }

  #bare(): string {
    const start = this.#offset
    while (!this.#isEnd()) this.#offset++
    return this.#text.slice(start, this.#offset)
  }

  #quoted(): string | undefined {
    let text = ''
    for (;;) {
      const end = this.#text.indexOf('"', this.#offset + 1)
      if (end < 0) return undefined
      const part = this.#text.slice(this.#offset + 1, end)
      this.#countLines(part, this.#offset + 1)
      text += part
      this.#offset = end + 1
      if (this.#text[this.#offset] !== '"') return text
      text += '"' // a doubled quote is one
    }
  }

  #countLines(part: string, start: number): void {
    for (const { index } of part.matchAll(/\n/g)) {
      this.#line++
      this.#lineStart = start + index + 1
    }
  }

  /** Steps over what ended the cell; whether it ended the row too. */
  #ended(): boolean {
    if (this.#text[this.#offset] === this.#separator) {
      this.#offset++
      // a separator at the very end begins no further cell
      return this.#offset === this.#text.length
    }
    if (this.#text[this.#offset] === '\r' && this.#text[this.#offset + 1] === '\n') this.#offset++
    this.#offset++
    this.#line++
    this.#lineStart = this.#offset
    return true
  }

  #isEnd(): boolean {
    const character = this.#text[this.#offset]
    return character === undefined || character === this.#separator || character === '\n' || character === '\r'
  }

  #isBlank(): boolean {
    const character = this.#text[this.#offset]
    return character !== this.#separator && (character === ' ' || character === '\t' || character === '\u00a0')
  }

  #place(): Place {
    return { line: this.#line, column: this.#offset - this.#lineStart + 1 }
  }
}

/** As much of a terminal as the console's line editor uses: the last row, and where the cursor is. */

export class Screen {
  row = ''
  column = 0

  write(output: string): void {
    for (const [index, part] of output.split('\x1b').entries()) {
      const [sequence = '', count = '', final] = (index > 0 && /^\[(\d*)([A-Z])/.exec(part)) || []
      if (final !== undefined) this.#obey(final, Number(count))
      for (const character of part.slice(sequence.length)) this.#show(character)
    }
  }

  #obey(final: string, count: number): void {
    if (final === 'C') this.column += count
    if (final === 'H') this.column = 0
    if (final === 'J') this.row = ''
    if (final === 'K') this.row = this.row.slice(0, this.column)
  }

  #show(character: string): void {
    if (character === '\r') this.column = 0
    else if (character === '\n') this.row = ''
    else {
      this.row = this.row.padEnd(this.column).slice(0, this.column) + character + this.row.slice(this.column + 1)
      this.column += 1
    }
  }
}

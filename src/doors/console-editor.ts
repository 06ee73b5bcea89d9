/**
 * One line of input on a terminal, edited and shown: keys in, characters and finished lines out. No I/O.
 *
 * The line is ASCII and stays on one row: one that is wider than the terminal is shown in part, round the cursor.
 */

/** Lines that the arrows bring back. */
const mostHistory = 100

/** A sequence is ESC, `[` and some digits; one that goes on for longer is none. */
const longestSequence = 16 // characters

const usualColumns = 80
const fewestColumns = 20
const mostColumns = 1000

const deleteKey = 0x80 // no byte of ASCII, which is all that is taken as itself

/** What keys without a byte of their own send after ESC (ECMA-48 §5.4; `O` in place of `[` is the same), as a control. */
const keys: ReadonlyMap<string, number> = new Map([
  ['[A', 0x10],
  ['[B', 0x0e],
  ['[C', 0x06],
  ['[D', 0x02],
  ...['[H', '[1~', '[7~'].map((home): [string, number] => [home, 0x01]),
  ...['[F', '[4~', '[8~'].map((end): [string, number] => [end, 0x05]),
  ['[3~', deleteKey],
])

export interface Typed {
  readonly output: string // to the terminal, before anything else
  readonly line?: string // was finished by Enter
  readonly isOver?: boolean // ^D on an empty line
}

export class LineEditor {
  readonly #prompt: string
  readonly #longest: number // characters of a line
  #columns = usualColumns
  #line = ''
  #cursor = 0 // characters before it
  #sequence = '' // of an escape sequence under way
  #afterReturn = false // a line feed now belongs to the carriage return before it
  #history: readonly string[] = []
  #shown = 0 // place in the history; its length: the line that is being typed
  #draft = '' // that line, while an older one is shown

  constructor(prompt: string, longest: number) {
    this.#prompt = prompt
    this.#longest = longest
  }

  /** What the client says of its terminal: any number. */
  resize(columns: number): void {
    this.#columns = columns > 0 ? Math.min(mostColumns, Math.max(fewestColumns, columns)) : usualColumns
  }

  /** Draws the row anew. */
  show(): string {
    const room = this.#columns - this.#prompt.length - 1
    const from = Math.max(0, this.#cursor - room)
    const at = this.#prompt.length + this.#cursor - from
    return `\r${this.#prompt}${this.#line.slice(from, from + room)}\x1b[K\r\x1b[${at}C`
  }

  /** Each finished line is to be answered before the next is asked for; after the answer the prompt comes from `show`. */
  *feed(bytes: Uint8Array): Generator<Typed, void, undefined> {
    let isChanged = false
    for (const byte of bytes) {
      const row = isChanged && byte < 0x20 ? this.show() : ''
      const typed = this.#press(byte)
      if (typed === undefined) continue
      isChanged = typed.line === undefined
      if (typed.output !== '') yield { ...typed, output: row + typed.output }
    }
    if (isChanged) yield { output: this.show() }
  }

  /** Undefined: nothing changed. */
  #press(byte: number): Typed | undefined {
    const isPaired = byte === 0x0a && this.#afterReturn
    this.#afterReturn = byte === 0x0d
    if (isPaired) return undefined
    if (this.#sequence !== '' || byte === 0x1b) return this.#escape(byte)
    if (byte > 0x7f) return undefined
    return byte >= 0x20 && byte < 0x7f ? this.#insert(String.fromCharCode(byte)) : this.#control(byte)
  }

  #control(byte: number): Typed | undefined {
    switch (byte) {
      case 0x0a:
      case 0x0d:
        return this.#finish()
      case 0x01: // ^A
        return this.#move(0)
      case 0x02: // ^B
        return this.#move(this.#cursor - 1)
      case 0x03: // ^C
        this.#replace('')
        return { output: '^C\r\n' }
      case 0x04: // ^D
        return this.#line === '' ? { output: '\r\n', isOver: true } : this.#cut(this.#cursor, this.#cursor + 1)
      case 0x05: // ^E
        return this.#move(this.#line.length)
      case 0x06: // ^F
        return this.#move(this.#cursor + 1)
      case 0x08:
      case 0x7f: // Backspace
        return this.#cut(this.#cursor - 1, this.#cursor)
      case 0x09: // Tab
        return this.#insert(' ')
      case 0x0b: // ^K
        return this.#cut(this.#cursor, this.#line.length)
      case 0x0c: // ^L
        return { output: '\x1b[H\x1b[2J' }
      case 0x0e: // ^N
        return this.#recall(this.#shown + 1)
      case 0x10: // ^P
        return this.#recall(this.#shown - 1)
      case 0x15: // ^U
        return this.#cut(0, this.#cursor)
      case deleteKey:
        return this.#cut(this.#cursor, this.#cursor + 1)
      case 0x17: // ^W
        return this.#cut(this.#line.slice(0, this.#cursor).search(/\S*\s*$/), this.#cursor)
      default:
        return undefined
    }
  }

  #escape(byte: number): Typed | undefined {
    this.#sequence = byte === 0x1b ? '\x1b' : this.#sequence + String.fromCharCode(byte)
    const isUnderWay = /^(?:\[[0-9;]*|O)?$/.test(this.#sequence.slice(1)) && this.#sequence.length <= longestSequence
    if (isUnderWay) return undefined
    const key = keys.get(this.#sequence.slice(1).replace(/^O/, '['))
    this.#sequence = ''
    return key === undefined ? undefined : this.#control(key)
  }

  #insert(character: string): Typed | undefined {
    if (this.#line.length >= this.#longest) return undefined
    this.#line = this.#line.slice(0, this.#cursor) + character + this.#line.slice(this.#cursor)
    this.#cursor += 1
    return { output: '' }
  }

  #move(cursor: number): Typed {
    this.#cursor = Math.min(this.#line.length, Math.max(0, cursor))
    return { output: '' }
  }

  #cut(from: number, to: number): Typed {
    const start = Math.max(0, from)
    this.#line = this.#line.slice(0, start) + this.#line.slice(Math.max(start, to))
    return this.#move(Math.min(this.#cursor, start))
  }

  #recall(place: number): Typed | undefined {
    if (place < 0 || place > this.#history.length) return undefined
    if (this.#shown === this.#history.length) this.#draft = this.#line
    this.#shown = place
    this.#line = this.#history[place] ?? this.#draft
    return this.#move(this.#line.length)
  }

  #finish(): Typed {
    const line = this.#line
    if (line.trim() !== '' && line !== this.#history.at(-1)) {
      this.#history = [...this.#history, line].slice(-mostHistory)
    }
    this.#replace('')
    return { output: '\r\n', line }
  }

  #replace(line: string): void {
    this.#line = this.#draft = line
    this.#cursor = line.length
    this.#shown = this.#history.length
  }
}

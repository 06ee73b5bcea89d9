/**
 * The tags and texts of XML or HTML as people and phones wrote it, each with its offset: reads on wherever a strict parser
 * would stop. It knows no DTD and no entity, and its work grows with the length of the text only. No I/O.
 */

export interface Attribute {
  readonly name: string
  readonly raw: string // references still in it
  readonly start: number // of the name
  readonly valueStart: number
}

/** Offsets are UTF-16 units from the start of the text; `end` is one past the last. */
export type Token =
  | {
      readonly kind: 'open'
      readonly name: string
      readonly attributes: readonly Attribute[]
      readonly isEmpty: boolean // <a/>
      readonly start: number
      readonly end: number
    }
  | { readonly kind: 'close'; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: 'text' | 'cdata'; readonly raw: string; readonly start: number; readonly end: number }
  | {
      readonly kind: 'declaration' | 'instruction' | 'comment' | 'doctype'
      readonly start: number
      readonly end: number
    }

/** Called with what is wrong; `rule` as in a Flaw. */
export type Complain = (offset: number, rule: TokenRule, message: string) => void

export type TokenRule =
  | 'unclosed-markup' // the file ends within a tag, comment, instruction or CDATA
  | 'bare-less-than'
  | 'unquoted-attribute'
  | 'attribute-without-value'
  | 'duplicate-attribute'
  | 'too-long'
  | 'too-many-attributes'

/** The longest value seen on a phone is a pasted certificate of some 8 KiB. */
const longestValue = 65_536 // characters
const longestName = 128 // characters
const mostAttributes = 64

const nameStart = /[A-Za-z_:\u0080-\uffff]/

export function* tokenize(text: string, complain: Complain): Generator<Token> {
  const scanner = new Scanner(text, complain)
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) yield token
}

class Scanner {
  readonly #text: string
  readonly #complain: Complain
  readonly #found = new Map<string, number>() // where each end marker was found last: no stretch is searched twice
  readonly #rest = /[^\s=/>"'<]*/y // of a name
  readonly #blanks = /\s*/y
  readonly #bare = /[^\s<>]*/y // a value without quotes
  #offset = 0

  constructor(text: string, complain: Complain) {
    this.#text = text
    this.#complain = complain
  }

  next(): Token | undefined {
    const start = this.#offset
    if (start >= this.#text.length) return undefined
    if (this.#text[start] !== '<') return this.#textToken(start)
    if (this.#text.startsWith('<!--', start)) return this.#marked(start, 'comment', 4, '-->')
    if (this.#text.startsWith('<![CDATA[', start)) return this.#cdata(start)
    if (this.#text.startsWith('<!', start)) return this.#marked(start, 'doctype', 2, '>')
    if (/^<\?xml\s/i.test(this.#text.slice(start, start + 6))) return this.#marked(start, 'declaration', 2, '?>')
    if (this.#text.startsWith('<?', start)) return this.#marked(start, 'instruction', 2, '?>')
    if (this.#text.startsWith('</', start)) return this.#close(start)
    if (nameStart.test(this.#text[start + 1] ?? '')) return this.#open(start)
    this.#complain(start, 'bare-less-than', 'a < that begins no tag; write &lt;')
    return this.#textToken(start)
  }

  /** At least one character, so that a bare < is text. */
  #textToken(start: number): Token {
    const next = this.#find('<', start + 1)
    this.#offset = next < 0 ? this.#text.length : next
    return { kind: 'text', raw: this.#text.slice(start, this.#offset), start, end: this.#offset }
  }

  #marked(start: number, kind: 'declaration' | 'instruction' | 'comment' | 'doctype', skip: number, marker: string) {
    this.#offset = this.#after(marker, start, start + skip)
    return { kind, start, end: this.#offset } as const
  }

  #cdata(start: number): Token {
    const from = start + '<![CDATA['.length
    this.#offset = this.#after(']]>', start, from)
    const isWhole = this.#text.startsWith(']]>', this.#offset - 3)
    return { kind: 'cdata', raw: this.#text.slice(from, this.#offset - (isWhole ? 3 : 0)), start, end: this.#offset }
  }

  #close(start: number): Token {
    const end = this.#after('>', start, start + 2)
    this.#offset = end
    return {
      kind: 'close',
      name: this.#text.slice(start + 2, Math.min(end - 1, start + 2 + longestName)).trim(),
      start,
      end,
    }
  }

  #open(start: number): Token {
    this.#offset = start + 1
    const name = this.#name()
    const attributes = new Map<string, Attribute>()
    for (;;) {
      this.#offset = this.#past(this.#blanks, this.#offset)
      const next = this.#text[this.#offset]
      if (next === undefined || next === '<') {
        // A tag that was never finished ends where the next one begins.
        this.#complain(start, 'unclosed-markup', `<${name} is not closed with >`)
        return this.#opened(name, attributes, false, start)
      }
      if (next === '>') {
        this.#offset++
        return this.#opened(name, attributes, this.#text[this.#offset - 2] === '/', start)
      }
      if (next === '/' || next === '=' || next === '"' || next === "'") this.#offset++
      else this.#keep(this.#attribute(), attributes, name)
    }
  }

  #opened(name: string, attributes: ReadonlyMap<string, Attribute>, isEmpty: boolean, start: number): Token {
    return { kind: 'open', name, attributes: [...attributes.values()], isEmpty, start, end: this.#offset }
  }

  #keep(attribute: Attribute, attributes: Map<string, Attribute>, tag: string): void {
    const { name, start } = attribute
    if (attributes.has(name)) {
      this.#complain(start, 'duplicate-attribute', `${name} stands twice in <${tag}>; the first one counts`)
    } else if (attributes.size === mostAttributes) {
      this.#complain(start, 'too-many-attributes', `more than ${mostAttributes} attributes in <${tag}>`)
    } else attributes.set(name, attribute)
  }

  #attribute(): Attribute {
    const start = this.#offset
    const name = this.#name()
    const sign = this.#past(this.#blanks, this.#offset)
    if (this.#text[sign] !== '=') {
      this.#complain(start, 'attribute-without-value', `attribute ${name} has no value; write ${name}="…"`)
      return { name, raw: '', start, valueStart: start }
    }
    this.#offset = this.#past(this.#blanks, sign + 1)
    const quote = this.#text[this.#offset]
    return quote === '"' || quote === "'" ? this.#quoted(name, quote, start) : this.#unquoted(name, start)
  }

  /** Without a closing quote the value ends with its tag. */
  #quoted(name: string, quote: string, start: number): Attribute {
    const valueStart = this.#offset + 1
    const end = this.#find(quote, valueStart)
    if (end >= 0) {
      this.#offset = end + 1
      return { name, raw: this.#cut(name, valueStart, end), start, valueStart }
    }
    this.#complain(start, 'unclosed-markup', `the value of ${name} is not closed with ${quote}`)
    const tagEnd = this.#find('>', valueStart)
    this.#offset = tagEnd < 0 ? this.#text.length : tagEnd
    return { name, raw: this.#cut(name, valueStart, this.#offset), start, valueStart }
  }

  /** `url=http://ss/gui_de.xml />`; a slash right before > closes the tag. */
  #unquoted(name: string, start: number): Attribute {
    const valueStart = this.#offset
    this.#complain(start, 'unquoted-attribute', `the value of ${name} stands without quotes; write ${name}="…"`)
    this.#offset = this.#past(this.#bare, valueStart)
    if (this.#text[this.#offset] === '>' && this.#text[this.#offset - 1] === '/') this.#offset--
    return { name, raw: this.#cut(name, valueStart, this.#offset), start, valueStart }
  }

  /** A value over the limit is dropped whole: a part of it would look like one that somebody meant. */
  #cut(name: string, start: number, end: number): string {
    if (end - start <= longestValue) return this.#text.slice(start, end)
    this.#complain(start, 'too-long', `${name} has ${end - start} characters; at most ${longestValue} are read`)
    return ''
  }

  #name(): string {
    const start = this.#offset
    this.#offset = this.#past(this.#rest, start + 1)
    if (this.#offset - start > longestName) {
      this.#complain(start, 'too-long', `a name of ${this.#offset - start} characters; at most ${longestName} are read`)
    }
    return this.#text.slice(start, Math.min(this.#offset, start + longestName))
  }

  /** One past the marker; the end of the text where it is missing. */
  #after(marker: string, start: number, from: number): number {
    const found = this.#find(marker, from)
    if (found >= 0) return found + marker.length
    this.#complain(start, 'unclosed-markup', `${JSON.stringify(this.#text.slice(start, start + 9))} has no ${marker}`)
    return this.#text.length
  }

  /** One past what the form matches at an offset. */
  #past(form: RegExp, offset: number): number {
    form.lastIndex = offset
    form.test(this.#text) // always matches, if only nothing
    return form.lastIndex
  }

  /** `from` never goes back, so what was found before and lies ahead is still the first. */
  #find(marker: string, from: number): number {
    const last = this.#found.get(marker)
    if (last !== undefined && (last < 0 || from <= last)) return last
    const found = this.#text.indexOf(marker, from)
    this.#found.set(marker, found)
    return found
  }
}

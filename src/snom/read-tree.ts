/** Elements within elements, mended where tags are left open or closed in the wrong order. No I/O. */

import { decodeReferences } from './read-references.js'
import { type Report, refuse } from './read-report.js'
import { type Attribute, type Token, type TokenRule, tokenize } from './tokens.js'

export interface Piece {
  readonly kind: 'text'
  readonly text: string // decoded; line breaks and indentation at its ends left out
  readonly start: number
}

export interface Node {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly NodeAttribute[]
  readonly children: readonly (Node | Piece)[]
  readonly start: number // of its <
  readonly inner: number // where its content begins
  readonly end: number // one past its end tag
}

/** As the tokenizer found it, with its value decoded. */
export interface NodeAttribute extends Attribute {
  readonly value: string
}

export interface Tree {
  readonly roots: readonly Node[]
  readonly outside: readonly Piece[] // text outside of all elements
  readonly declaration?: number // offset
}

/** An element whose end tag has not come yet. */
interface Open extends Node {
  readonly children: (Node | Piece)[]
}

/** Which elements hold what: the tags themselves tell where an end tag was forgotten. */
export interface Shape {
  /** No such element ever stands in another one: it ends the one before. */
  isSection(name: string): boolean
  /** Others hold text, and an element in them was meant to follow them. */
  holdsElements(name: string): boolean
}

/** Deeper than any document of the phones: seven levels at most. */
const deepest = 64
/** Elements, attributes and texts in all. A book of 1,000 contacts has some 20,000. */
const mostPieces = 400_000
/** As for attributes. */
const longestText = 65_536 // characters

/** Throws Refused for a DTD, and where a limit is passed. */
export function readTree(text: string, shape: Shape, report: Report): Tree {
  return new Builder(text, shape, report).read()
}

class Builder {
  readonly #text: string
  readonly #shape: Shape
  readonly #report: Report
  readonly #open: Open[] = []
  readonly #roots: Node[] = []
  readonly #outside: Piece[] = []
  #declaration: number | undefined
  #pieces = 0
  #codePointsFrom = Number.POSITIVE_INFINITY // the depth at which e="2" stands

  constructor(text: string, shape: Shape, report: Report) {
    this.#text = text
    this.#shape = shape
    this.#report = report
  }

  read(): Tree {
    for (const token of tokenize(this.#text, (offset, rule, message) => this.#complain(offset, rule, message))) {
      this.#take(token)
    }
    while (this.#open.length > 0) this.#closeUnclosed(this.#text.length)
    return {
      roots: this.#roots,
      outside: this.#outside,
      ...(this.#declaration !== undefined && { declaration: this.#declaration }),
    }
  }

  #complain(offset: number, rule: TokenRule, message: string): void {
    this.#report.add(offset, rule === 'unquoted-attribute' ? 'warning' : 'error', rule, message)
  }

  #take(token: Token): void {
    switch (token.kind) {
      case 'open':
        this.#takeOpen(token)
        break
      case 'close':
        this.#takeClose(token.name, token.start, token.end)
        break
      case 'text':
      case 'cdata':
        this.#takeText(token)
        break
      case 'declaration':
        this.#declaration ??= token.start
        break
      case 'doctype':
        refuse(this.#report, token.start, 'doctype', 'a DTD or entity declaration; none is read and none expanded')
        break
      case 'instruction':
      case 'comment':
        break
    }
  }

  #takeOpen(token: Token & { kind: 'open' }): void {
    const { name, start, end } = token
    if (this.#shape.isSection(name)) {
      const before = this.#open.findIndex(element => this.#shape.isSection(element.name))
      while (before >= 0 && this.#open.length > before) this.#closeUnclosed(start)
    }
    if (this.#open.length === deepest) {
      refuse(this.#report, start, 'too-deep', `elements within elements, more than ${deepest} deep`)
    }
    this.#count(1 + token.attributes.length, start)
    if (token.attributes.some(attribute => attribute.name === 'e' && attribute.raw.trim() === '2')) {
      this.#codePointsFrom = Math.min(this.#codePointsFrom, this.#open.length)
    }
    const attributes = token.attributes.map(attribute => ({ ...attribute, value: this.#valueOf(attribute) }))
    this.#open.push({ kind: 'element', name, attributes, children: [], start, inner: end, end })
    if (token.isEmpty) this.#closeTop(end)
  }

  /** XML 1.0 §3.3.3: line breaks and tabs in a value are blanks. */
  #valueOf({ raw, valueStart }: Attribute): string {
    return this.#decode(/[\t\r\n]/.test(raw) ? raw.replaceAll(/\r\n|[\t\r\n]/g, ' ') : raw, valueStart)
  }

  #takeClose(name: string, start: number, end: number): void {
    const depth = this.#open.findLastIndex(element => element.name === name)
    if (depth < 0) {
      this.#report.add(start, 'error', 'stray-end-tag', `</${name}> closes nothing that is open`)
      return
    }
    while (this.#open.length > depth + 1) this.#closeUnclosed(start)
    this.#closeTop(end)
  }

  /** An element left open had its text only: elements that follow its text are its neighbours. */
  #closeUnclosed(end: number): void {
    const element = this.#open.at(-1)
    if (element === undefined) return
    this.#report.add(element.start, 'error', 'unclosed-element', `<${element.name}> is not closed`)
    const isLeaf = this.#open.length > 1 && !this.#shape.holdsElements(element.name)
    const first = isLeaf ? element.children.findIndex(child => child.kind === 'element') : -1
    const followers = first < 0 ? [] : element.children.splice(first)
    this.#closeTop(followers[0]?.start ?? end)
    for (const follower of followers) this.#open.at(-1)?.children.push(follower)
  }

  #closeTop(end: number): void {
    const element = this.#open.pop()
    if (element === undefined) return
    if (this.#codePointsFrom === this.#open.length) this.#codePointsFrom = Number.POSITIVE_INFINITY
    const siblings: (Node | Piece)[] = this.#open.at(-1)?.children ?? this.#roots
    siblings.push({ ...element, end })
  }

  #takeText({ kind, raw, start }: Token & { kind: 'text' | 'cdata' }): void {
    const [from, to] = kind === 'cdata' ? [0, raw.length] : withoutIndentation(raw)
    if (from === to) return
    this.#count(1, start)
    const text = this.#textOf(raw.slice(from, to), kind, start + from)
    const siblings: (Node | Piece)[] = this.#open.at(-1)?.children ?? this.#outside
    siblings.push({ kind: 'text', text, start: start + from })
  }

  #textOf(raw: string, kind: 'text' | 'cdata', start: number): string {
    if (raw.length > longestText) {
      const message = `a text of ${raw.length} characters; at most ${longestText} are read`
      this.#report.add(start, 'error', 'too-long', message)
      return ''
    }
    const lines = raw.includes('\r') ? raw.replaceAll(/\r\n?/g, '\n') : raw // XML 1.0 §2.11
    return kind === 'cdata' ? lines : this.#decode(lines, start)
  }

  #decode(raw: string, offset: number): string {
    return decodeReferences(raw, { areCodePoints: this.#codePointsFrom < this.#open.length + 1 }, offset, this.#report)
  }

  #count(pieces: number, offset: number): void {
    this.#pieces += pieces
    if (this.#pieces > mostPieces) {
      refuse(this.#report, offset, 'too-many-elements', `more than ${mostPieces} elements, attributes and texts`)
    }
  }
}

/** Blanks at an end belong to the text unless a line break is among them: then they only lay out the file. */
function withoutIndentation(raw: string): readonly [from: number, to: number] {
  let from = 0
  while (from < raw.length && isBlank(raw.charCodeAt(from))) from++
  if (from === raw.length) return /[\r\n]/.test(raw) ? [0, 0] : [0, raw.length]
  let to = raw.length
  while (isBlank(raw.charCodeAt(to - 1))) to--
  return [/[\r\n]/.test(raw.slice(0, from)) ? from : 0, /[\r\n]/.test(raw.slice(to)) ? to : raw.length]
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 10 || unit === 13
}

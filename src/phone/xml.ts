/** XML into a tree of elements, by saxes events, within a phone's limits. No document types, no entities. No I/O. */

import { SaxesParser } from 'saxes'

export interface Element {
  readonly name: string // in lower case: the field spells functionKeys and function-keys, TEMPLATE and template
  readonly attributes: ReadonlyMap<string, string> // names in lower case
  readonly children: Element[]
  text: string // of this element alone, without its children's
  readonly place: string // `12:5`, line and column after its opening tag
}

/** A phone cannot read this document. The message opens with the place: `3:14: unclosed tag`. */
export class Unreadable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unreadable'
  }
}

const deepest = 16 // elements in one another; the documents need 6, and a phone's stack is small

/** The root element. Throws Unreadable. */
export function parseXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: false })
  const root: Element = { name: '', attributes: new Map(), children: [], text: '', place: '1:0' }
  const open: Element[] = [root]
  const innermost = () => open.at(-1) ?? root
  const place = () => `${parser.line}:${parser.column}`
  parser.on('error', error => {
    throw new Unreadable(error.message)
  })
  parser.on('doctype', () => {
    throw new Unreadable(`${place()}: has a document type (<!DOCTYPE>), which a phone does not read`)
  })
  parser.on('opentag', tag => {
    if (open.length > deepest) throw new Unreadable(`${place()}: more than ${deepest} elements in one another`)
    const attributes = new Map(Object.entries(tag.attributes).map(([name, value]) => [name.toLowerCase(), value]))
    const element = { name: tag.name.toLowerCase(), attributes, children: [], text: '', place: place() }
    innermost().children.push(element)
    open.push(element)
  })
  const addText = (part: string) => {
    innermost().text += part
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => open.pop())
  parser.write(text).close()
  const [first] = root.children
  if (first === undefined) throw new Unreadable('1:0: no element')
  return first
}

/** The attributes and the text of an element, each field with its place; the rest as strays. No I/O. */

import type { Place, Places, Stray, Written } from './document.js'
import type { Report } from './read-report.js'
import type { Node, Piece } from './read-tree.js'
import { writeFragment } from './xml.js'
import { elementsIn } from './xml-value.js'

/** What a reader of elements needs of the file. */
export class Reading {
  readonly #text: string
  readonly #report: Report

  constructor(text: string, report: Report) {
    this.#text = text
    this.#report = report
  }

  place(offset: number): Place {
    return this.#report.place(offset)
  }

  /** Where the value begins. */
  valuePlace(node: Node): Place {
    return this.place(node.children[0]?.start ?? node.inner)
  }

  /** The text of an element that holds nothing else. */
  textIn(node: Node, strays: Stray[]): string {
    for (const child of node.children) if (child.kind === 'element') strays.push(this.strayElement(child))
    return node.children.map(child => (child.kind === 'text' ? child.text : '')).join('')
  }

  /** A number from 0 on. Whatever else is written stays as a stray attribute. */
  number(node: Node, name: string, text: string | undefined, strays: Stray[]): number | undefined {
    if (text === undefined) return undefined
    if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text)
    const place = this.place(
      node.attributes.find(attribute => attribute.name.toLowerCase() === name)?.valueStart ?? node.start,
    )
    strays.push({ kind: 'attribute', name, text, place })
    this.#report.add(node.start, 'error', 'no-number', `${name} of <${node.name}> is ${quote(text)}; expected a number`)
    return undefined
  }

  strayElement(node: Node): Stray {
    const text = this.#text.slice(node.start, node.end)
    return { kind: 'element', name: node.name, text, place: this.place(node.start) }
  }

  strayText({ text, start }: Piece, inside: Node): void {
    if (text.trim() === '') return
    this.#report.add(start, 'warning', 'stray-text', `${quote(text)} in <${inside.name}> belongs to no element`)
  }

  /** The value of a setting whose value is XML, written anew so that it is well-formed. */
  sourceIn(node: Node): string {
    return writeFragment(
      elementsIn(node, (name, offset) => {
        const message = `${quote(name)} cannot name an element or attribute; left out`
        this.#report.add(offset, 'error', 'element-name', message)
      }),
    )
  }
}

export interface Fields {
  readonly fields: Readonly<Record<string, string | undefined>> // by name in lower case
  readonly at: Places
  readonly strays: Stray[]
}

/** The attributes of these names, in any case. In `at` they are named as the fields of a document: shortLabel. */
export function fieldsIn(node: Node, names: readonly string[], reading: Reading): Fields {
  const fields: Record<string, string> = {}
  const at: Record<string, Place> = {}
  const strays: Stray[] = []
  for (const { name, value, start, valueStart } of node.attributes) {
    const lower = name.toLowerCase()
    if (names.includes(lower) && !Object.hasOwn(fields, lower)) {
      fields[lower] = value
      at[camelCase(lower)] = reading.place(valueStart)
    } else strays.push({ kind: 'attribute', name, text: value, place: reading.place(start) })
  }
  return { fields, at, strays }
}

export function writtenIn(node: Node, at: Places, strays: readonly Stray[], reading: Reading): Written {
  return { tag: node.name, place: reading.place(node.start), at, strays }
}

export function camelCase(name: string): string {
  return !name.includes('_') ? name : name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text)
}

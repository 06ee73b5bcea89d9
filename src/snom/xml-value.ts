/** Values that are XML themselves (context_key): from the tree that was read to the tree that is written. No I/O. */

import { createReport, Refused } from './read-report.js'
import { type Node, readTree } from './read-tree.js'
import { type Element, element, isXmlName, type Node as Writable } from './xml.js'

const anything = { isSection: () => false, holdsElements: () => true }

/** What an element holds. Whatever has a name that cannot be written is told, and left out. */
export function elementsIn(node: Node, tell: (name: string, offset: number) => void): readonly Writable[] {
  const hasElements = node.children.some(child => child.kind === 'element')
  return node.children.flatMap((child): readonly Writable[] => {
    if (child.kind === 'text') return hasElements && child.text.trim() === '' ? [] : [child.text]
    const made = elementOf(child, tell)
    return made === undefined ? [] : [made]
  })
}

/** The value's text as elements, to write them; undefined where it is no XML. */
export function parseXmlValue(value: string): readonly Writable[] | undefined {
  const report = createReport(value)
  try {
    const [root] = readTree(`<a>${value}</a>`, anything, report).roots
    const isWhole = root !== undefined && report.flaws.every(flaw => flaw.severity !== 'error')
    return isWhole ? elementsIn(root, () => undefined) : undefined
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
}

function elementOf(node: Node, tell: (name: string, offset: number) => void): Element | undefined {
  if (!isXmlName(node.name)) {
    tell(node.name, node.start)
    return undefined
  }
  const attributes = node.attributes.filter(({ name, start }) => {
    if (!isXmlName(name)) tell(name, start)
    return isXmlName(name)
  })
  const values = Object.fromEntries(attributes.map(({ name, value }) => [name, value]))
  return element(node.name, values, ...elementsIn(node, tell))
}

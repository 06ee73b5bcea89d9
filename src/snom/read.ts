/** Every kind of file that snom phones read or write, read with line and column: the way in for foreign bytes. No I/O. */

import type { Document, Flaw } from './document.js'
import { readText } from './read-bytes.js'
import { Reading } from './read-fields.js'
import { kindOf, readPart, rootTags, shape } from './read-parts.js'
import { isPlain, readPage, readPlain } from './read-plain.js'
import { createReport, Refused, type Report, refuse } from './read-report.js'
import { type Node, readTree } from './read-tree.js'

export interface Read {
  readonly document?: Document // missing where the file cannot or must not be read: a flaw of severity error says why
  readonly flaws: readonly Flaw[] // in the order of the file
}

/**
 * XML documents of all tags, plain files, saved pages. Never throws. Work and memory grow with the size only, which is
 * limited to 8 MiB; a string counts as decoded text.
 */
export function readDocument(bytes: Buffer | string): Read {
  const decoded = readText(bytes)
  if ('refused' in decoded) return { flaws: [decoded.refused] }
  const report = createReport(decoded.text)
  const document = attempt(decoded.text, report)
  return { ...(document !== undefined && { document }), flaws: [...decoded.flaws, ...report.flaws.toSorted(byPlace)] }
}

/** What was left open is found out last. */
function byPlace({ place: a }: Flaw, { place: b }: Flaw): number {
  return a.line - b.line || a.column - b.column
}

function attempt(text: string, report: Report): Document | undefined {
  try {
    return readAny(text, report)
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
}

const declaration = /<\?xml\s/i
const root = new RegExp(`^[ \\t]*<(?:${rootTags.join('|')})(?:[\\s/>]|$)`, 'im')
const html = /<(?:head|body|title|table|form|meta|script|!doctype\s+html)\b/i

function readAny(text: string, report: Report): Document {
  if (isDeclared(text) || root.test(text)) return readXml(text, report)
  const pre = text.search(/<pre\b/i)
  if (pre >= 0 && html.test(text.slice(0, pre))) return readPage(text, report)
  const isXml = pre < 0 && /^\s*</.test(text) && !isPlain(text)
  return isXml ? readXml(text, report) : readPlain(text, report)
}

/** Values of the plain form may hold `<?xml` too, but do not begin a line. */
function isDeclared(text: string): boolean {
  const at = text.search(declaration)
  return at >= 0 && (at === 0 || /[\r\n]/.test(text[at - 1] ?? '') || !isPlain(text.slice(0, at)))
}

function readXml(text: string, report: Report): Document {
  const start = Math.max(0, text.search(declaration))
  if (start > 0) {
    const message = `${JSON.stringify(text.slice(0, Math.min(start, 30)))} stands before <?xml; expected <?xml first`
    report.add(0, 'error', 'text-before-declaration', message)
  }
  const tree = readTree(text, shape, report)
  if (tree.declaration === undefined) {
    report.add(0, 'warning', 'missing-declaration', 'no <?xml version="1.0" encoding="utf-8"?> stands first')
  }
  const found = tree.roots.flatMap(rootsIn)
  const [first, second] = found
  const document = first === undefined ? undefined : readPart(first, new Reading(text, report))
  if (document === undefined)
    return refuse(report, tree.roots[0]?.start ?? 0, 'unknown-root', unknownRoot(tree.roots[0]))
  if (second !== undefined)
    report.add(second.start, 'error', 'second-root', `<${second.name}> after the end of the document`)
  for (const { text: junk, start: at } of tree.outside) {
    if ((at > start || tree.declaration === undefined) && junk.trim() !== '')
      report.add(at, 'error', 'stray-text', 'text outside of the document')
  }
  return document
}

/** A document within a web page is taken out of it. */
function rootsIn(node: Node): readonly Node[] {
  if (kindOf(node.name) !== undefined) return [node]
  return node.children.flatMap(child => (child.kind === 'element' ? rootsIn(child) : []))
}

function unknownRoot(node: Node | undefined): string {
  if (node === undefined) return 'no element; expected a document such as <settings> or lines of name!: value'
  return `<${node.name.slice(0, 40)}> is no document of the phones; expected <${rootTags.join('>, <')}>`
}

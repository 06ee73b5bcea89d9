/** A writer for XML 1.0 in which escaping cannot be forgotten: documents are values, text is always a string. No I/O. */

export type Node = string | Element

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Node[]
}

/** XML 1.0 §2.3, kept to ASCII and without the colon: no phone needs more. */
const nameForm = /^[A-Za-z_][A-Za-z0-9_.-]*$/

/** Whether the text can name an element. */
export function isXmlName(text: string): boolean {
  return nameForm.test(text)
}

/** Throws TypeError when a name is no XML name: names are ours or were checked, unlike text. */
export function element(name: string, attributes: Readonly<Record<string, string>>, ...children: Node[]): Element {
  checkName(name)
  for (const attribute of Object.keys(attributes)) checkName(attribute)
  return { name, attributes, children }
}

function checkName(name: string): void {
  if (!isXmlName(name)) throw new TypeError(`${JSON.stringify(name)} cannot name an XML element or attribute`)
}

/** The whole document. The declaration comes first: firmware 7 wants nothing before it. */
export function writeXml(root: Element): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${write(root, '')}\n`
}

/** The same without declaration and root, as it may stand in an element. */
export function writeFragment(nodes: readonly Node[]): string {
  return nodes.map(writeInline).join('')
}

function write(node: Element, indent: string): string {
  let open = `${indent}<${node.name}`
  for (const [name, value] of Object.entries(node.attributes)) open += ` ${name}="${escapeAttribute(value)}"`
  if (node.children.length === 0) return `${open}/>`
  if (node.children.some(child => typeof child === 'string')) {
    return `${open}>${node.children.map(writeInline).join('')}</${node.name}>`
  }
  const inner = node.children.map(child => (typeof child === 'string' ? child : write(child, `${indent}  `)))
  return `${open}>\n${inner.join('\n')}\n${indent}</${node.name}>`
}

/** Beside text no blank may be added: it would be part of the value. */
function writeInline(node: Node): string {
  return typeof node === 'string' ? escapeText(node) : write(node, '')
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;', // needed in ]]> only, harmless elsewhere
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** Most text has nothing to escape: one look tells. (A surrogate here may be half of a pair; the slow way knows.) */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
const doubtful = /[&<>"\0-\x1f\ud800-\udfff\ufffe\uffff]/

/** A bare CR would be read as LF (XML 1.0 §2.11); a line break at an end, as indentation. */
function escapeText(text: string): string {
  if (!doubtful.test(text)) return text
  const isLaidOut = /^\s|\s$/.test(text)
  return clean(text).replaceAll(isLaidOut ? /[&<>\r\n]/g : /[&<>\r]/g, reference)
}

/** Blanks other than the space would be read as spaces (XML 1.0 §3.3.3). */
function escapeAttribute(text: string): string {
  if (!doubtful.test(text)) return text
  return clean(text).replaceAll(/[&<>"\t\n\r]/g, reference)
}

function reference(character: string): string {
  return escapes[character] ?? character
}

/**
 * Characters XML 1.0 §2.2 cannot hold, not even as references: controls, lone surrogates, U+FFFE and U+FFFF.
 * They become U+FFFD, so that a value that lost something shows it.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
const unwritable = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/gu

function clean(text: string): string {
  return text.replaceAll(unwritable, '\ufffd')
}

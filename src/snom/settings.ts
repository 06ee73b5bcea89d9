/** The XML setting file: `<settings>` with phone settings, function keys, phone book and dial plan. No I/O. */

import { type BookEntry, type Content, type DialTemplate, inOrder, type Key, keyText, type Setting } from './content.js'
import { type Element, element, writeXml } from './xml.js'

/** How the two XML dialects differ. `e="2"` says that character references may name any of Unicode. */
interface Tags {
  readonly keys: string
  readonly book: string
  readonly section: Readonly<Record<string, string>>
  readonly wholeBook: Readonly<Record<string, string>>
}

const tags: Readonly<Record<'v7' | 'v8', Tags>> = {
  v7: { keys: 'function-keys', book: 'phone-book', section: {}, wholeBook: {} },
  // A phone book entry can only be deleted by sending the whole book anew and saying so.
  v8: { keys: 'functionKeys', book: 'tbook', section: { e: '2' }, wholeBook: { complete: 'true' } },
}

/** The document. Sections that would be empty are left out: an empty phone book would wipe the phone's own. */
export function writeSettings(content: Content, dialect: 'v7' | 'v8'): string {
  const { keys, book, section, wholeBook } = tags[dialect]
  const { phoneBook, dialplan } = content
  const sections = [element('phone-settings', section, ...inOrder(content.settings).map(settingElement))]
  if (content.keys.length > 0) sections.push(element(keys, section, ...content.keys.map(keyElement)))
  if (phoneBook.length > 0) sections.push(element(book, { ...section, ...wholeBook }, ...phoneBook.map(bookItem)))
  if (dialplan.length > 0) sections.push(element('dialplan', section, ...dialplan.map(templateElement)))
  return writeXml(element('settings', {}, ...sections))
}

function settingElement({ name, index, flag, value }: Setting): Element {
  const idx: Readonly<Record<string, string>> = index === undefined ? {} : { idx: String(index) }
  return element(name, { ...idx, perm: flag }, value)
}

function keyElement(key: Key): Element {
  const label: Readonly<Record<string, string>> = key.label === undefined ? {} : { label: key.label }
  const attributes = { idx: String(key.idx), context: key.context, ...label, perm: key.flag }
  return element('fkey', attributes, keyText(key))
}

/** Firmware before 8.2.20 tells entries apart by number, later ones by index: both are unique here. */
function bookItem({ name, number }: BookEntry, index: number): Element {
  const attributes = { context: 'active', type: 'none', index: String(index) }
  return element('item', attributes, element('name', {}, name), element('number', {}, number))
}

function templateElement({ match, timeout, user, rewrite }: DialTemplate): Element {
  const type: Readonly<Record<string, string>> = user === '' ? {} : { User: user }
  return element('TEMPLATE', { MATCH: match, Timeout: String(timeout), ...type, Rewrite: rewrite })
}

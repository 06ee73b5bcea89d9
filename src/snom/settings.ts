/** The XML setting file: `<settings>` with phone settings, function keys, phone book and dial plan. No I/O. */

import { type BookEntry, type Content, type DialTemplate, inOrder } from './content.js'
import { itemElement, keyElement, settingElement, templateElement } from './elements.js'
import { type Element, element, writeXml } from './xml.js'

/** How the two XML dialects differ. `e="2"` says that character references may name any of Unicode. */
interface Tags {
  readonly keys: string
  readonly book: string
  readonly section: Readonly<Record<string, string>>
  readonly wholeBook: Readonly<Record<string, string>>
}

export const tags: Readonly<Record<'v7' | 'v8', Tags>> = {
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
  if (phoneBook.length > 0) sections.push(element(book, { ...section, ...wholeBook }, ...bookItems(phoneBook)))
  if (dialplan.length > 0) sections.push(element('dialplan', section, ...dialplan.map(templateOf)))
  return writeXml(element('settings', {}, ...sections))
}

/** Firmware before 8.2.20 tells entries apart by number, later ones by index: both are unique here. */
function bookItems(entries: readonly BookEntry[]): readonly Element[] {
  const taken = new Set(entries.map(entry => entry.index))
  let next = 0
  return entries.map(entry => {
    while (entry.index === undefined && taken.has(next)) next++
    const index = entry.index ?? next++
    return itemElement({ context: 'active', type: 'none', ...entry, index })
  })
}

function templateOf({ user, ...template }: DialTemplate): Element {
  return templateElement(user === '' ? template : { ...template, user })
}

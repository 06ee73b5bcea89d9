/** From a document that was read to what the writers say: the same, without places and spellings. No I/O. */

import type { BookEntry, Content, DialTemplate, Flag, Key, Setting } from './content.js'
import type { Document, Section, WrittenBookItem, WrittenKey, WrittenSetting, WrittenTemplate } from './document.js'
import { given } from './given.js'

/**
 * Nothing for documents that hold no settings. What a file leaves open is said here: a value without a flag, or with
 * one that means nothing, gets `$`; a key belongs to the active identity; a dial template waits no second.
 */
export function contentOf(document: Document): Content {
  const sections = sectionsOf(document)
  return {
    settings: sections.flatMap(section => (section.kind === 'phone-settings' ? section.settings.map(settingOf) : [])),
    keys: sections.flatMap(section => (section.kind === 'function-keys' ? section.keys.map(keyOf) : [])),
    phoneBook: sections.flatMap(section => (section.kind === 'phone-book' ? section.items.flatMap(entriesOf) : [])),
    dialplan: sections.flatMap(section => (section.kind === 'dialplan' ? section.templates.map(templateOf) : [])),
  }
}

function sectionsOf(document: Document): readonly Section[] {
  switch (document.kind) {
    case 'settings':
      return document.sections
    case 'phone-settings':
    case 'function-keys':
    case 'phone-book':
    case 'dialplan':
      return [document]
    case 'firmware-settings':
    case 'setting-files':
    case 'gui-languages':
    case 'web-languages':
    case 'phrases':
    case 'w_phrases':
      return []
  }
}

function settingOf({ name, index, flag, value, isXml, isVolatile, action }: WrittenSetting): Setting {
  return { name, ...given({ index }), flag: flagOf(flag), value, ...given({ isXml, isVolatile, action }) }
}

function flagOf(flag: Flag | undefined): Flag {
  return flag ?? '$'
}

/** A key without a number is the one at its place in the file. */
function keyOf(key: WrittenKey, place: number): Key {
  const { idx = place, context = 'active', type, argument, label, shortLabel, defaultText, lp, clp, flag } = key
  const labels = given({ label, shortLabel, defaultText, lp, clp })
  return { idx, context, type, value: argument, ...labels, flag: flagOf(flag) }
}

/** A contact has several numbers: an entry for each. */
function entriesOf(item: WrittenBookItem): readonly BookEntry[] {
  const { context, type, index, fav, mod, number = '', numberType, firstName, lastName, numbers } = item
  const { title, organization, email, note, group, birthday, photo } = item
  const name = item.name ?? [firstName, lastName].filter(part => part !== undefined).join(' ')
  const person = { firstName, lastName, title, organization, email, note, group, birthday, photo }
  const fields = given({ context, type, index, fav, mod, ...person })
  if (numbers === undefined) return [{ name, number, ...given({ numberType }), ...fields }]
  return numbers.map(each => ({ name, number: each.no, ...given({ numberType: each.type }), ...fields }))
}

function templateOf({ match = '', timeout = 0, user = '', rewrite = '', scheme }: WrittenTemplate): DialTemplate {
  return { match, timeout, user, rewrite, ...given({ scheme }) }
}

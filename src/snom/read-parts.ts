/** From an element of the phones' XML to what it says, by its tag. No I/O. */

import type {
  Document,
  Languages,
  Phrases,
  Places,
  Section,
  SettingFiles,
  WrittenImage,
  WrittenPhrase,
  WrittenUrl,
} from './document.js'
import { given } from './given.js'
import { readPermission } from './permission.js'
import { fieldsIn, type Reading, writtenIn } from './read-fields.js'
import { readBookItem, readKey, readSetting, readTemplate } from './read-items.js'
import type { Node } from './read-tree.js'

export type Kind = Document['kind']

const kinds: Readonly<Record<string, Kind>> = {
  settings: 'settings',
  'phone-settings': 'phone-settings',
  'function-keys': 'function-keys',
  functionkeys: 'function-keys',
  'phone-book': 'phone-book',
  tbook: 'phone-book',
  dialplan: 'dialplan',
  'dial-plan': 'dialplan',
  'firmware-settings': 'firmware-settings',
  'setting-files': 'setting-files',
  'gui-languages': 'gui-languages',
  'web-languages': 'web-languages',
  phrases: 'phrases',
  w_phrases: 'w_phrases',
}

/** The kind that a root or section tag names, in any case; undefined for all other elements. */
export function kindOf(tag: string): Kind | undefined {
  const lower = tag.toLowerCase()
  return Object.hasOwn(kinds, lower) ? kinds[lower] : undefined
}

export const rootTags: readonly string[] = Object.keys(kinds)

const holders = new Set(['item', 'contact', 'numbers', 'html', 'body', 'uploads', 'certificates'])

export const shape = {
  isSection: (tag: string) => kindOf(tag) !== undefined && kindOf(tag) !== 'settings',
  holdsElements: (tag: string) => kindOf(tag) !== undefined || holders.has(tag.toLowerCase()),
}

/** The document whose root that element is; undefined when its tag names none. */
export function readPart(node: Node, reading: Reading): Document | undefined {
  const kind = kindOf(node.name)
  switch (kind) {
    case undefined:
      return undefined
    case 'settings':
      return readSettings(node, reading)
    case 'phone-settings':
    case 'function-keys':
    case 'phone-book':
    case 'dialplan':
      return readSection(node, kind, reading)
    case 'firmware-settings': {
      const { part, items } = open(node, reading, () => true)
      return { kind, ...part, images: items.map(item => readImage(item, reading)) }
    }
    case 'setting-files':
      return readSettingFiles(node, kind, reading)
    case 'gui-languages':
    case 'web-languages':
      return readLanguages(node, kind, reading)
    case 'phrases':
    case 'w_phrases':
      return readPhrases(node, kind, reading)
  }
}

function readSettings(node: Node, reading: Reading): Document {
  const isSection = (tag: string) => {
    const kind = kindOf(tag)
    return kind === 'phone-settings' || kind === 'function-keys' || kind === 'phone-book' || kind === 'dialplan'
  }
  const { part, items } = open(node, reading, isSection)
  const sections = items.flatMap(item => {
    const kind = kindOf(item.name)
    const isOne = kind === 'phone-settings' || kind === 'function-keys' || kind === 'phone-book' || kind === 'dialplan'
    return isOne ? [readSection(item, kind, reading)] : []
  })
  return { kind: 'settings', form: 'xml', ...part, sections }
}

function readSection(node: Node, kind: Section['kind'], reading: Reading): Section {
  switch (kind) {
    case 'phone-settings': {
      const { part, items } = open(node, reading, () => true)
      return { kind, ...part, settings: items.map(item => readSetting(item, reading)) }
    }
    case 'function-keys': {
      const { part, items } = open(node, reading, tag => tag === 'fkey')
      return { kind, ...part, keys: items.map(item => readKey(item, reading)) }
    }
    case 'phone-book': {
      const { part, items, fields } = open(node, reading, tag => tag === 'item' || tag === 'contact', [
        'complete',
        'version',
      ])
      const { complete, version } = fields
      return { kind, ...part, ...given({ complete, version }), items: items.map(item => readBookItem(item, reading)) }
    }
    case 'dialplan': {
      const { part, items } = open(node, reading, tag => tag === 'template')
      return { kind, ...part, templates: items.map(item => readTemplate(item, reading)) }
    }
  }
}

/** What all parts have, and the elements that belong in it; others become strays. Tags are told in lower case. */
function open(node: Node, reading: Reading, belongs: (tag: string) => boolean, names: readonly string[] = []) {
  const { fields, at, strays } = fieldsIn(node, ['e', ...names], reading)
  const items: Node[] = []
  for (const child of node.children) {
    if (child.kind === 'text') reading.strayText(child, node)
    else if (belongs(child.name.toLowerCase())) items.push(child)
    else strays.push(reading.strayElement(child))
  }
  const { e } = fields
  return { part: { ...writtenIn(node, at, strays, reading), ...given({ e }) }, items, fields }
}

function readImage(node: Node, reading: Reading): WrittenImage {
  const { fields, at, strays } = fieldsIn(node, ['perm'], reading)
  const url = reading.textIn(node, strays)
  const places: Places = { ...at, url: reading.valuePlace(node) }
  return { ...writtenIn(node, places, strays, reading), name: node.name, ...readPermission(fields.perm), url }
}

function readSettingFiles(node: Node, kind: SettingFiles['kind'], reading: Reading): SettingFiles {
  const { part, items } = open(node, reading, tag => tag === 'file')
  return { kind, ...part, files: items.map(item => readUrl(item, reading)) }
}

function readUrl(node: Node, reading: Reading): WrittenUrl {
  const { fields, at, strays } = fieldsIn(node, ['url'], reading)
  const { url } = fields
  reading.textIn(node, strays)
  return { ...writtenIn(node, at, strays, reading), ...given({ url }) }
}

function readLanguages(node: Node, kind: Languages['kind'], reading: Reading): Languages {
  const { part, items } = open(node, reading, tag => tag === 'language')
  const languages = items.map(item => {
    const { fields, at, strays } = fieldsIn(item, ['url', 'name'], reading)
    const { url, name } = fields
    reading.textIn(item, strays)
    return { ...writtenIn(item, at, strays, reading), ...given({ url, name }) }
  })
  return { kind, ...part, languages }
}

function readPhrases(node: Node, kind: Phrases['kind'], reading: Reading): Phrases {
  const { part, items } = open(node, reading, tag => tag === 'phrase' || tag === 'w_phrase' || tag === 'language')
  const all = items.map(item => readPhrase(item, reading))
  const language = all.find(({ tag }) => tag.toLowerCase() === 'language')
  return { kind, ...part, ...given({ language }), phrases: all.filter(({ tag }) => tag.toLowerCase() !== 'language') }
}

function readPhrase(node: Node, reading: Reading): WrittenPhrase {
  const { fields, at, strays } = fieldsIn(node, ['i', 'n', 't'], reading)
  const { n, t } = fields
  const i = reading.number(node, 'i', fields.i, strays)
  reading.textIn(node, strays)
  return { ...writtenIn(node, at, strays, reading), ...given({ i, n, t }) }
}

/** A document of any kind as text, in the dialect that a phone's firmware reads. No I/O. */

import { inOrder } from './content.js'
import type { Dialect } from './dialect.js'
import type {
  Document,
  FirmwareSettings,
  Permission,
  Phrases,
  Section,
  WrittenKey,
  WrittenPhrase,
  WrittenSetting,
} from './document.js'
import { itemElement, keyElement, settingElement, templateElement, written } from './elements.js'
import { writeLines } from './plain.js'
import { tags } from './settings.js'
import { type Element, element, isXmlName, writeXml } from './xml.js'

/**
 * The document; undefined where the plain form cannot say it: book, dial plan, containers, languages. Strays, and
 * settings with names that no phone could read, are left out. readDocument() reads the same document from it.
 */
export function writeDocument(document: Document, dialect: Dialect): string | undefined {
  return dialect === 'plain' ? writeAsPlain(document) : writeXml(rootOf(document, dialect))
}

function rootOf(document: Document, dialect: 'v7' | 'v8'): Element {
  const { e } = document
  switch (document.kind) {
    case 'settings':
      return element('settings', written({ e }), ...document.sections.map(section => sectionOf(section, dialect)))
    case 'phone-settings':
    case 'function-keys':
    case 'phone-book':
    case 'dialplan':
      return sectionOf(document, dialect)
    case 'firmware-settings':
      return element(document.kind, written({ e }), ...imagesOf(document))
    case 'setting-files':
      return element(
        document.kind,
        written({ e }),
        ...document.files.map(({ url }) => element('file', written({ url }))),
      )
    case 'gui-languages':
    case 'web-languages': {
      const languages = document.languages.map(({ url, name }) => element('language', written({ url, name })))
      return element(document.kind, written({ e }), ...languages)
    }
    case 'phrases':
    case 'w_phrases':
      return element(document.kind, written({ e }), ...phrasesOf(document, dialect))
  }
}

function sectionOf(section: Section, dialect: 'v7' | 'v8'): Element {
  const { keys, book, section: own } = tags[dialect]
  const attributes = { ...own, ...written({ e: section.e }) }
  switch (section.kind) {
    case 'phone-settings':
      return element('phone-settings', attributes, ...writable(section.settings).map(settingElement))
    case 'function-keys':
      return element(keys, attributes, ...section.keys.map(key => keyElement({ ...key, value: key.argument })))
    case 'phone-book': {
      const { complete, version } = section
      return element(book, { ...attributes, ...written({ complete, version }) }, ...section.items.map(itemElement))
    }
    case 'dialplan':
      return element('dialplan', attributes, ...section.templates.map(templateElement))
  }
}

function writable(settings: readonly WrittenSetting[]): readonly WrittenSetting[] {
  return inOrder(settings).filter(({ name }) => isXmlName(name))
}

function imagesOf({ images }: FirmwareSettings): readonly Element[] {
  const named = images.filter(({ name }) => isXmlName(name))
  return named.map(({ name, perm, url }) => element(name, written({ perm }), url))
}

/** Firmware 7 has the language last and calls every phrase a phrase. */
function phrasesOf({ kind, language, phrases }: Phrases, dialect: 'v7' | 'v8'): readonly Element[] {
  const tag = kind === 'w_phrases' && dialect === 'v8' ? 'w_phrase' : 'phrase'
  const own = language === undefined ? [] : [phraseOf('language', language)]
  const all = phrases.map(phrase => phraseOf(tag, phrase))
  return dialect === 'v8' ? [...own, ...all] : [...all, ...own]
}

function phraseOf(tag: string, { i, n, t }: WrittenPhrase): Element {
  return element(tag, written({ i, n, t }))
}

function writeAsPlain(document: Document): string | undefined {
  switch (document.kind) {
    case 'settings':
      return linesOf(document.sections)
    case 'phone-settings':
    case 'function-keys':
      return linesOf([document])
    case 'firmware-settings':
      return writeLines(
        document.images.map(({ name, url }) => ({ name, flag: '', value: url })),
        [],
      )
    case 'phone-book':
    case 'dialplan':
    case 'setting-files':
    case 'gui-languages':
    case 'web-languages':
    case 'phrases':
    case 'w_phrases':
      return undefined
  }
}

function linesOf(sections: readonly Section[]): string {
  const settings = sections.flatMap(section => (section.kind === 'phone-settings' ? section.settings : []))
  const keys = sections.flatMap(section => (section.kind === 'function-keys' ? section.keys : []))
  return writeLines(
    writable(settings).flatMap(setting => (setting.isXml ? [] : [{ ...setting, flag: plainFlag(setting) }])),
    keys.flatMap(keyLines),
  )
}

/** A key without a number has no name in the plain form. */
function keyLines(key: WrittenKey) {
  const { idx, context, type, argument, label } = key
  if (idx === undefined) return []
  const more = { ...(context !== undefined && { context }), ...(label !== undefined && { label }) }
  return [{ idx, ...more, type, value: argument, flag: plainFlag(key) }]
}

/** No flag says read only here; what XML leaves open becomes changeable. */
function plainFlag({ perm, flag = '$' }: Permission): string {
  return perm === undefined && flag === '&' ? '' : flag
}

/** One document as a phone reads it: XML by its tags, anything else as plain lines. No I/O. */

import { readPlain } from './plain.js'
import { emptyReading, type Flag, type Reading, type ReadKey, type ReadSetting } from './reading.js'
import { type Element, parseXml, Unreadable } from './xml.js'

/** Throws Unreadable, with the place, where a phone of that format would give up. */
export function readDocument(bytes: Buffer): Reading {
  const text = decode(bytes)
  if (!looksLikeXml(text)) return readPlain(text)
  // FreePBX once sent a comment first: firmware 7 wants the header as the very first bytes.
  if (!/^<\?xml\s/.test(text)) throw new Unreadable('1:0: expected the XML header <?xml version="1.0" …?>')
  const reading = emptyReading()
  readElement(parseXml(text), reading)
  return reading
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    if (looksLikeXml(bytes.toString('latin1'))) throw new Unreadable('1:0: is not UTF-8 throughout')
    return bytes.toString('latin1')
  }
}

function looksLikeXml(text: string): boolean {
  return /^\s*<(?!(?:html|pre|head|body)\b)/i.test(text)
}

function readElement(element: Element, reading: Reading): void {
  if (element.name !== 'settings') reading.roots.push(element.name)
  const reader = readers.get(element.name)
  if (reader === undefined) reading.unknown.push(element.name)
  else reader(element, reading)
}

type Reader = (element: Element, reading: Reading) => void

const readSettings: Reader = (element, reading) => {
  for (const child of element.children) readElement(child, reading)
}
const readFiles: Reader = ({ children }, reading) => {
  for (const file of named(children, 'file')) reading.files.push(attribute(file, 'url').trim())
}
const readPhoneSettings: Reader = ({ children }, reading) => {
  for (const child of children) reading.settings.push(readSetting(child))
}
const readKeys: Reader = ({ children }, reading) => {
  for (const fkey of named(children, 'fkey')) reading.keys.push(readKey(fkey))
}
const readBook: Reader = ({ children }, reading) => {
  for (const item of named(children, 'item')) {
    reading.book.push({ name: textOf(item, 'name'), number: textOf(item, 'number') })
  }
}
const readDialplan: Reader = ({ children }, reading) => {
  for (const template of named(children, 'template')) {
    reading.templates.push({ match: attribute(template, 'match'), rewrite: attribute(template, 'rewrite') })
  }
}
const readLanguages: Reader = ({ name, children }, reading) => {
  const of = name === 'gui-languages' ? 'gui' : 'web'
  for (const language of named(children, 'language')) {
    reading.languages.push({ of, name: attribute(language, 'name'), url: attribute(language, 'url') })
  }
}
const readFirmware: Reader = ({ children }, reading) => {
  for (const firmware of named(children, 'firmware')) reading.firmware.push(firmware.text.trim())
}
const passOver: Reader = () => undefined

const readers = new Map<string, Reader>([
  ['settings', readSettings],
  ['setting-files', readFiles],
  ['phone-settings', readPhoneSettings],
  ['function-keys', readKeys],
  ['functionkeys', readKeys],
  ['phone-book', readBook],
  ['tbook', readBook],
  ['dialplan', readDialplan],
  ['dial-plan', readDialplan],
  ['gui-languages', readLanguages],
  ['web-languages', readLanguages],
  ['firmware-settings', readFirmware],
  ['phrases', passOver],
  ['w_phrases', passOver],
  ['replacementplan', passOver],
  ['uploads', passOver],
  ['certificates', passOver],
])

function named(elements: readonly Element[], name: string): readonly Element[] {
  return elements.filter(element => element.name === name)
}

function attribute(element: Element, name: string): string {
  return element.attributes.get(name) ?? ''
}

function readSetting(element: Element): ReadSetting {
  const name = `${element.name}${attribute(element, 'idx')}`
  return { name, flag: xmlFlag(element.attributes.get('perm')), value: element.text.trim() }
}

// Unlike in the plain format, an empty flag means writable; R and a blank are other spellings of &. V is volatile.
function xmlFlag(perm: string | undefined): Flag {
  const flag = perm?.replace('V', '')
  if (flag === '!') return '!'
  return flag === '&' || flag === 'R' || flag === ' ' ? '&' : '$'
}

function readKey(element: Element): ReadKey {
  return {
    idx: Number(attribute(element, 'idx')),
    context: attribute(element, 'context'),
    label: attribute(element, 'label'),
    value: element.text.trim(),
  }
}

function textOf(element: Element, name: string): string {
  return named(element.children, name)[0]?.text.trim() ?? ''
}

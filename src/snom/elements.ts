/** The elements of the setting file's sections, from what an inventory says or from what was read. No I/O. */

import { type Flag, keyText } from './content.js'
import type { WrittenNumber } from './document.js'
import { type Element, element } from './xml.js'
import { parseXmlValue } from './xml-value.js'

/** A flag as written goes before its meaning. */
export interface Permitted {
  readonly perm?: string
  readonly flag?: Flag
  readonly isVolatile?: true
}

export interface SettingSource extends Permitted {
  readonly name: string
  readonly index?: number
  readonly value: string
  readonly isXml?: true
  readonly action?: string
}

export interface KeySource extends Permitted {
  readonly idx?: number
  readonly context?: string
  readonly type: string
  readonly value: string
  readonly label?: string
  readonly shortLabel?: string
  readonly defaultText?: string
  readonly lp?: string
  readonly clp?: string
}

export interface ItemSource {
  readonly context?: string
  readonly type?: string
  readonly index?: number
  readonly fav?: string
  readonly mod?: string
  readonly name?: string
  readonly number?: string
  readonly numberType?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly title?: string
  readonly organization?: string
  readonly email?: string
  readonly note?: string
  readonly group?: string
  readonly birthday?: string
  readonly photo?: string
  readonly vip?: string
  readonly blocked?: string
  readonly numbers?: readonly WrittenNumber[] // makes it a contact
}

export interface TemplateSource {
  readonly match?: string
  readonly timeout?: number
  readonly user?: string
  readonly rewrite?: string
  readonly scheme?: string
}

/** Throws TypeError when the name is no XML name. A value that claims to be XML and is not is written as text. */
export function settingElement(setting: SettingSource): Element {
  const { name, index, value, isXml, action } = setting
  const attributes = written({ idx: index, action, perm: permOf(setting) })
  const inner = isXml ? parseXmlValue(value) : undefined
  return element(name, attributes, ...(inner ?? [value]))
}

export function keyElement(key: KeySource): Element {
  const { idx, context, label, shortLabel, defaultText, lp, clp } = key
  const labels = { label, short_label: shortLabel, default_text: defaultText, lp, clp }
  return element('fkey', written({ idx, context, ...labels, perm: permOf(key) }), keyText(key))
}

export function itemElement(item: ItemSource): Element {
  const { context, type, index, fav, mod, vip, blocked, numbers } = item
  const attributes = written({ context, type, index, fav, mod, vip, blocked })
  const fields = fieldsOf(item)
  if (numbers === undefined) return element('item', attributes, ...fields)
  const all = numbers.map(({ no, type, outgoingId }) =>
    element('number', written({ no, type, outgoing_id: outgoingId })),
  )
  return element('contact', attributes, ...fields, element('numbers', {}, ...all))
}

export function templateElement({ match, timeout, user, rewrite, scheme }: TemplateSource): Element {
  return element('TEMPLATE', written({ MATCH: match, Timeout: timeout, User: user, Rewrite: rewrite, scheme }))
}

/** Attributes that have a value. */
export function written(fields: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const name in fields) {
    const value = fields[name]
    if (value !== undefined) attributes[name] = String(value)
  }
  return attributes
}

export function permOf({ perm, flag, isVolatile }: Permitted): string | undefined {
  return perm ?? (flag === undefined ? undefined : `${flag}${isVolatile ? 'V' : ''}`)
}

/** The fields of an item that are elements of their own, in the order of the maker's reference. */
const itemFields = [
  ['name', 'name'],
  ['number', 'number'],
  ['number_type', 'numberType'],
  ['first_name', 'firstName'],
  ['last_name', 'lastName'],
  ['title', 'title'],
  ['organization', 'organization'],
  ['email', 'email'],
  ['note', 'note'],
  ['group', 'group'],
  ['birthday', 'birthday'],
  ['photo', 'photo'],
] as const

function fieldsOf(item: ItemSource): readonly Element[] {
  const elements: Element[] = []
  for (const [tag, field] of itemFields) {
    const value = item[field]
    if (value !== undefined) elements.push(element(tag, {}, value))
  }
  return elements
}

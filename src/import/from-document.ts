/** A document as items of an inventory; whatever an inventory has no place for is said. No I/O. */

import { parseMac } from '../address/mac.js'
import type { Place } from '../config/finding.js'
import type {
  DialPlan,
  Document,
  FirmwareSettings,
  FunctionKeys,
  Permission,
  PhoneBook,
  PhoneSettings,
  Section,
  Written,
  WrittenBookItem,
  WrittenKey,
  WrittenSetting,
  WrittenTemplate,
} from '../snom/document.js'
import { given } from '../snom/given.js'
import { parsePhoneType } from '../snom/phone-type.js'
import type { Item } from './draft.js'

/** Takes what a document says. */
export interface Taker {
  readonly isPhone: boolean // the document is one phone's own
  put(item: Item, place: Place): void
  lose(place: Place, message: string): void
  warn(place: Place, rule: string, message: string): void
}

export function takeDocument(document: Document, taker: Taker): void {
  switch (document.kind) {
    case 'settings':
      takeStrays(document, taker)
      for (const section of document.sections) takeSection(section, taker)
      warnOfNoFlag(document.sections, taker)
      break
    case 'phone-settings':
    case 'function-keys':
    case 'phone-book':
    case 'dialplan':
      takeSection(document, taker)
      warnOfNoFlag([document], taker)
      break
    case 'firmware-settings':
      takeStrays(document, taker)
      takeFirmware(document, taker)
      break
    case 'setting-files':
      taker.warn(document.place, 'names-files', 'only names other files; import those')
      break
    case 'gui-languages':
    case 'web-languages':
      taker.warn(document.place, 'names-files', 'only lists language files; option66 lists those in www/lang itself')
      break
    case 'phrases':
    case 'w_phrases':
      taker.warn(document.place, 'language-file', 'is a language file; option66 languages add puts it in its place')
      break
  }
}

function takeSection(section: Section, taker: Taker): void {
  takeStrays(section, taker)
  switch (section.kind) {
    case 'phone-settings':
      takeSettings(section, taker)
      break
    case 'function-keys':
      takeKeys(section, taker)
      break
    case 'phone-book':
      takeBook(section, taker)
      break
    case 'dialplan':
      takeDialPlan(section, taker)
      break
  }
}

function takeSettings({ settings }: PhoneSettings, taker: Taker): void {
  for (const setting of settings) {
    takeStrays(setting, taker)
    if (!saysWhose(setting, taker.isPhone)) takeSetting(setting, taker)
  }
}

/** The phone's own name for itself is the key of its section, and its model: to set it would do harm. */
function saysWhose({ name, index, value }: WrittenSetting, isPhone: boolean): boolean {
  if (!isPhone || index !== undefined) return false
  if (name === 'mac') return parseMac(value.trim()) !== undefined
  return name === 'phone_type' && parsePhoneType(value.trim()) !== undefined
}

function takeSetting(setting: WrittenSetting, taker: Taker): void {
  const { name, index, value, place } = setting
  const shown = `setting ${name}${index === undefined ? '' : ` ${index}`}`
  if (setting.isXml) taker.lose(place, `${shown}: its value is XML, which an inventory cannot hold`)
  else if (setting.action !== undefined) taker.lose(place, `${shown}: its action is not carried over`)
  else {
    const flag = flagOf(setting, place, shown, taker)
    taker.put({ kind: 'setting', value: { name, ...(index !== undefined && { index }), flag, value } }, place)
  }
}

function takeKeys({ keys }: FunctionKeys, taker: Taker): void {
  for (const key of keys) {
    takeStrays(key, taker)
    if (key.idx === undefined) taker.lose(key.place, 'this key has no number (idx)')
    else takeKey(key, key.idx, taker)
  }
}

function takeKey(key: WrittenKey, idx: number, taker: Taker): void {
  const { context = 'active', type, argument, label, shortLabel, defaultText, lp, clp, place } = key
  const flag = flagOf(key, place, `key ${idx}`, taker)
  const texts = given({ label, shortLabel, defaultText, lp, clp })
  const value = { idx, context, type, value: argument, ...texts, flag }
  taker.put({ kind: 'key', value }, place)
}

function takeBook({ items }: PhoneBook, taker: Taker): void {
  const isOwnOrder = items.some(({ index }, position) => index !== undefined && index !== position)
  for (const item of items) {
    takeStrays(item, taker)
    takeBookItem(item, isOwnOrder, taker)
  }
}

/** A contact of version 2.0 has several numbers: an entry for each. */
function takeBookItem(item: WrittenBookItem, isOwnOrder: boolean, taker: Taker): void {
  const { place, firstName, lastName, number, numberType, vip, blocked } = item
  const name = item.name ?? [firstName, lastName].filter(part => part !== undefined).join(' ')
  const own = number === undefined ? [] : [{ no: number, type: numberType }]
  const numbers = [...own, ...(item.numbers ?? [])]
  const shown = `phone book entry ${JSON.stringify(name.slice(0, 60))}`
  if (numbers.length === 0) taker.lose(place, `${shown} has no number`)
  const outgoing = item.numbers?.find(({ outgoingId }) => outgoingId !== undefined)?.outgoingId
  loseFields(shown, { vip, blocked, outgoing_id: outgoing }, place, taker)
  const fields = fieldsOf(item, isOwnOrder)
  for (const { no, type } of numbers) {
    taker.put({ kind: 'entry', value: { name, number: no, ...given({ numberType: type }), ...fields } }, place)
  }
}

/** What an entry has besides a name and numbers, unless it is what every entry is given. */
function fieldsOf(item: WrittenBookItem, isOwnOrder: boolean) {
  const { firstName, lastName, title, organization, email, note, group, birthday, photo, fav, mod } = item
  return given({
    context: item.context === 'active' ? undefined : item.context,
    type: item.type === 'none' ? undefined : item.type,
    index: isOwnOrder ? item.index : undefined,
    ...{ fav, mod, firstName, lastName, title, organization, email, note, group, birthday, photo },
  })
}

function takeDialPlan({ templates }: DialPlan, taker: Taker): void {
  for (const template of templates) {
    takeStrays(template, taker)
    if (template.match === undefined) taker.lose(template.place, 'this dial template has no pattern (match)')
    else takeTemplate(template, template.match, taker)
  }
}

function takeTemplate(template: WrittenTemplate, match: string, taker: Taker): void {
  const { timeout, user = '', rewrite = '', scheme, place } = template
  const shown = `dial pattern ${JSON.stringify(match.slice(0, 60))}`
  if (timeout === undefined) taker.warn(place, 'no-timeout', `${shown} has no timeout; it becomes 0, dial at once`)
  const value = { match, timeout: timeout ?? 0, user: user.toLowerCase(), rewrite, ...given({ scheme }) }
  taker.put({ kind: 'template', value }, place)
}

function takeFirmware({ images }: FirmwareSettings, taker: Taker): void {
  for (const image of images) {
    takeStrays(image, taker)
    const file = fileOf(image.url)
    if (image.name !== 'firmware') taker.lose(image.place, `${image.name}: an inventory names no such image`)
    else taker.put({ kind: 'firmware', value: file }, image.place)
  }
}

function fileOf(url: string): string {
  const name = url.trim().split(/[?#]/, 1)[0]?.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name // put() tells what is wrong with it
  }
}

function flagOf({ perm, flag, isVolatile }: Permission, place: Place, shown: string, taker: Taker) {
  if (isVolatile) taker.warn(place, 'volatile', `${shown}: V (volatile) is left out of its flag`)
  else if (flag === undefined && perm !== undefined) {
    taker.warn(place, 'unknown-flag', `${shown}: flag ${JSON.stringify(perm.slice(0, 20))} means nothing; it becomes $`)
  }
  return flag ?? '$'
}

/** What a phone makes of an element without perm is nowhere said; one line for all of them. */
function warnOfNoFlag(sections: readonly Section[], taker: Taker): void {
  const bare = sections
    .flatMap((section): readonly (Written & Permission)[] => {
      if (section.kind === 'phone-settings') return section.settings
      return section.kind === 'function-keys' ? section.keys : []
    })
    .filter(({ perm, flag }) => perm === undefined && flag === undefined)
  const [first] = bare
  if (first === undefined) return
  taker.warn(
    first.place,
    'no-flag',
    `${bare.length} values have no flag, this one first; they become $ (overwritten at each boot)`,
  )
}

function takeStrays({ tag, strays }: Written, taker: Taker): void {
  for (const { kind, name, place } of strays) {
    taker.lose(
      place,
      kind === 'attribute' ? `attribute ${name} of ${tag} means nothing here` : `<${name}> means nothing here`,
    )
  }
}

function loseFields(
  shown: string,
  fields: Readonly<Record<string, string | undefined>>,
  place: Place,
  taker: Taker,
): void {
  const names = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (names.length > 0) taker.lose(place, `${shown}: ${names.join(', ')} cannot stand in an inventory`)
}

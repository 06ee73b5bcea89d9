/** The items of the four sections of `<settings>`: settings, keys, book items and dial templates. No I/O. */

import type {
  Places,
  Stray,
  WrittenBookItem,
  WrittenKey,
  WrittenNumber,
  WrittenSetting,
  WrittenTemplate,
} from './document.js'
import { given } from './given.js'
import { readPermission } from './permission.js'
import { camelCase, type Fields, fieldsIn, type Reading, writtenIn } from './read-fields.js'
import type { Node } from './read-tree.js'

export function readSetting(node: Node, reading: Reading): WrittenSetting {
  const { fields, at, strays } = fieldsIn(node, ['idx', 'perm', 'action'], reading)
  const index = reading.number(node, 'idx', fields.idx, strays)
  const isXml = node.children.some(child => child.kind === 'element')
  const value = isXml ? reading.sourceIn(node) : reading.textIn(node, strays)
  const { action } = fields
  return {
    ...writtenIn(node, placesOf(node, at, reading), strays, reading),
    name: node.name,
    ...given({ index }),
    ...readPermission(fields.perm),
    value,
    ...(isXml && { isXml: true as const }),
    ...given({ action }),
  }
}

export function readKey(node: Node, reading: Reading): WrittenKey {
  const names = ['idx', 'context', 'perm', 'label', 'short_label', 'default_text', 'lp', 'clp']
  const { fields, at, strays } = fieldsIn(node, names, reading)
  const idx = reading.number(node, 'idx', fields.idx, strays)
  const { context, label, short_label: shortLabel, default_text: defaultText, lp, clp } = fields
  const { type, argument } = splitKeyText(reading.textIn(node, strays))
  const places = placesOf(node, at, reading)
  return {
    ...writtenIn(node, { ...places, type: reading.valuePlace(node) }, strays, reading),
    ...given({ idx, context }),
    ...readPermission(fields.perm),
    type,
    argument,
    ...given({ label, shortLabel, defaultText, lp, clp }),
  }
}

/** `dest <sip:423@tst.org>` → its first word and the rest, without blanks around them. */
export function splitKeyText(text: string): { readonly type: string; readonly argument: string } {
  const whole = text.trim()
  const end = whole.search(/\s/)
  return end < 0 ? { type: whole, argument: '' } : { type: whole.slice(0, end), argument: whole.slice(end).trim() }
}

const itemAttributes = ['context', 'type', 'index', 'fav', 'mod', 'vip', 'blocked']
const itemElements = [
  ...['name', 'number', 'number_type', 'first_name', 'last_name', 'title', 'organization', 'email', 'note', 'group'],
  ...['birthday', 'photo'],
]

export function readBookItem(node: Node, reading: Reading): WrittenBookItem {
  const { fields, at, strays } = fieldsIn(node, itemAttributes, reading)
  const index = reading.number(node, 'index', fields.index, strays)
  const { context, type, fav, mod, vip, blocked } = fields
  const inner = elementFields(node, strays, reading)
  const numbers = numbersIn(node, strays, reading)
  return {
    ...writtenIn(node, { ...at, ...inner.at }, strays, reading),
    ...given({ context, type, index, fav, mod, vip, blocked }),
    ...inner.fields,
    ...given({ numbers }),
  }
}

/** The fields of an item that are elements of their own. */
function elementFields(node: Node, strays: Stray[], reading: Reading) {
  const found = new Map<string, string>()
  const at: Record<string, Places[string]> = {}
  for (const child of node.children) {
    if (child.kind === 'text') reading.strayText(child, node)
    else {
      const name = child.name.toLowerCase()
      if (name === 'numbers') continue
      if (!itemElements.includes(name) || found.has(name)) strays.push(reading.strayElement(child))
      else {
        const own = fieldsIn(child, [], reading)
        found.set(name, reading.textIn(child, own.strays))
        strays.push(...own.strays)
        at[camelCase(name)] = reading.valuePlace(child)
      }
    }
  }
  return { fields: namedFields(found), at }
}

function namedFields(found: ReadonlyMap<string, string>) {
  return given({
    name: found.get('name'),
    number: found.get('number'),
    numberType: found.get('number_type'),
    firstName: found.get('first_name'),
    lastName: found.get('last_name'),
    title: found.get('title'),
    organization: found.get('organization'),
    email: found.get('email'),
    note: found.get('note'),
    group: found.get('group'),
    birthday: found.get('birthday'),
    photo: found.get('photo'),
  })
}

/** `<numbers>` of a contact; undefined without one. */
function numbersIn(node: Node, strays: Stray[], reading: Reading): readonly WrittenNumber[] | undefined {
  const lists = node.children.flatMap(child => {
    return child.kind === 'element' && child.name.toLowerCase() === 'numbers' ? [child] : []
  })
  if (lists.length === 0) return undefined
  return lists.flatMap(list =>
    list.children.flatMap((child): readonly WrittenNumber[] => {
      if (child.kind === 'text') return []
      const own: Fields = fieldsIn(child, ['no', 'type', 'outgoing_id'], reading)
      const { no, type, outgoing_id: outgoingId } = own.fields
      if (child.name.toLowerCase() !== 'number' || no === undefined) {
        strays.push(reading.strayElement(child))
        return []
      }
      strays.push(...own.strays)
      return [{ no, ...given({ type, outgoingId }) }]
    }),
  )
}

export function readTemplate(node: Node, reading: Reading): WrittenTemplate {
  const { fields, at, strays } = fieldsIn(node, ['match', 'timeout', 'user', 'rewrite', 'scheme'], reading)
  const timeout = reading.number(node, 'timeout', fields.timeout, strays)
  const { match, user, rewrite, scheme } = fields
  reading.textIn(node, strays)
  return { ...writtenIn(node, at, strays, reading), ...given({ match, timeout, user, rewrite, scheme }) }
}

/** `idx` is the index of a setting, and the idx of a key. */
function placesOf(node: Node, at: Places, reading: Reading): Places {
  const value = reading.valuePlace(node)
  return at.idx === undefined ? { ...at, value } : { ...at, index: at.idx, value }
}

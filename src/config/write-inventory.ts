/** An inventory as the text of a phones.yaml that reads as the same inventory. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { BookEntry, DialTemplate, Inventory, Key, Layer, Phone, Setting } from '../fleet/phone.js'
import { given } from '../snom/given.js'
import { identityWords } from './layer.js'
import { layerSchema, phoneSchema } from './phones-schema.js'
import { readTree } from './schema.js'
import type { Tree, TreeMap } from './tree.js'
import { writeYaml } from './write-yaml.js'

/** Sections that would be empty are left out; '' where all would be. */
export function writeInventory(inventory: Inventory): string {
  const tree = inventoryTree(inventory)
  return Object.keys(tree).length === 0 ? '' : writeYaml(tree)
}

/** What writeInventory() writes, for JSON. */
export function inventoryTree({ defaults, models, groups, phones }: Inventory): TreeMap {
  return {
    ...unlessEmpty('defaults', layerTree(defaults)),
    ...unlessEmpty('models', Object.fromEntries([...models].map(([type, layer]) => [type, layerTree(layer)]))),
    ...unlessEmpty('groups', Object.fromEntries([...groups].map(([name, layer]) => [name, layerTree(layer)]))),
    ...unlessEmpty('phones', Object.fromEntries([...phones].map(([mac, phone]) => [mac, phoneTree(phone)]))),
  }
}

/** `language$`, `codec1_name@2&`: the flag is always written. */
export function settingKey({ name, index, flag }: Pick<Setting, 'name' | 'index' | 'flag'>): string {
  return `${name}${index === undefined ? '' : `@${index}`}${flag}`
}

/** Why an inventory cannot hold what this layer holds, in the words of the first mistake; undefined where it can. */
export function whyUnwritable(layer: Layer): string | undefined {
  return readTree(layerSchema, layerTree(layer)).mistakes[0]?.message
}

/** The same for a phone. */
export function whyUnwritablePhone(phone: Phone): string | undefined {
  return readTree(phoneSchema, phoneTree(phone)).mistakes[0]?.message
}

function phoneTree({ model, name, address, groups, layer }: Phone): TreeMap {
  const { identities, others } = splitIdentities(layer.settings)
  return {
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
    ...(address !== undefined && { address: formatIpv4(address) }),
    ...(groups.length > 0 && { groups }),
    ...(identities.length > 0 && { identities }),
    ...layerTree({ ...layer, settings: others }),
  }
}

function layerTree({ settings, keys, phoneBook, dialplan, firmware, dialect }: Layer): TreeMap {
  return {
    ...(firmware !== undefined && { firmware }),
    ...(dialect !== undefined && { dialect }),
    ...unlessEmpty('settings', Object.fromEntries(settings.map(setting => [settingKey(setting), setting.value]))),
    ...(keys.length > 0 && { keys: keys.map(keyTree) }),
    ...(phoneBook.length > 0 && { 'phone-book': phoneBook.map(entryTree) }),
    ...(dialplan.length > 0 && { dialplan: dialplan.map(templateTree) }),
  }
}

function keyTree({ idx, context, type, value, label, shortLabel, defaultText, lp, clp, flag }: Key): TreeMap {
  return {
    idx,
    context: /^[1-9]\d?$/.test(context) ? Number(context) : context,
    type,
    ...(value !== '' && { value }),
    ...given({ label, 'short-label': shortLabel, 'default-text': defaultText, lp, clp }),
    ...(flag !== '$' && { perm: flag }),
  }
}

function entryTree({ numberType, firstName, lastName, ...others }: BookEntry): TreeMap {
  return { ...others, ...given({ 'number-type': numberType, 'first-name': firstName, 'last-name': lastName }) }
}

function templateTree({ match, timeout, user, rewrite, scheme }: DialTemplate): TreeMap {
  return { match, timeout, ...(user !== '' && { user }), ...(rewrite !== '' && { rewrite }), ...given({ scheme }) }
}

/** Settings of identities 1 to 12 that begin with user_ find their place there; all others keep their index in the key. */
function splitIdentities(settings: readonly Setting[]): { identities: readonly TreeMap[]; others: readonly Setting[] } {
  const isIdentity = ({ name, index = 0 }: Setting): boolean =>
    index >= 1 && index <= 12 && /^user_(?!user_)./.test(name)
  const ofIdentities = settings.filter(isIdentity)
  const count = ofIdentities.reduce((most, { index = 0 }) => Math.max(most, index), 0)
  return {
    identities: Array.from({ length: count }, (_, position) =>
      identityTree(ofIdentities.filter(({ index }) => index === position + 1)),
    ),
    others: settings.filter(setting => !isIdentity(setting)),
  }
}

function identityTree(settings: readonly Setting[]): TreeMap {
  const wordOf = ({ name, flag }: Setting): string | undefined =>
    flag === '$' ? identityWords.find(([, known]) => known === name)?.[0] : undefined
  const words = settings.flatMap(setting => {
    const word = wordOf(setting)
    return word === undefined ? [] : [[word, setting.value]]
  })
  const others = settings
    .filter(setting => wordOf(setting) === undefined)
    .map(({ name, flag, value }) => [settingKey({ name: name.slice('user_'.length), flag }), value])
  return { ...Object.fromEntries(words), ...unlessEmpty('settings', Object.fromEntries(others)) }
}

function unlessEmpty(name: string, tree: TreeMap): { readonly [key: string]: Tree } {
  return Object.keys(tree).length === 0 ? {} : { [name]: tree }
}

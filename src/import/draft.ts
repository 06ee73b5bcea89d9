/** An inventory in the making: takes one value after another, and takes down what it cannot hold. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Finding, Place } from '../config/finding.js'
import { settingKey, whyUnwritable, whyUnwritablePhone } from '../config/write-inventory.js'
import { emptyLayer } from '../fleet/layers.js'
import type { BookEntry, DialTemplate, Inventory, Key, Layer, Phone, Setting } from '../fleet/phone.js'

/** The layer that a value belongs to. */
export type Owner =
  | { readonly kind: 'defaults' }
  | { readonly kind: 'model'; readonly type: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'phone'; readonly mac: Mac }

export type Item =
  | { readonly kind: 'setting'; readonly value: Setting }
  | { readonly kind: 'key'; readonly value: Key }
  | { readonly kind: 'entry'; readonly value: BookEntry }
  | { readonly kind: 'template'; readonly value: DialTemplate }
  | { readonly kind: 'firmware'; readonly value: string }

/** What the inventory says of a phone itself. */
export interface Facts {
  readonly model?: string
  readonly name?: string
  readonly address?: Ipv4
}

export interface Source {
  readonly file: string
  readonly place: Place
}

interface Placed<T> {
  readonly value: T
  readonly source: Source
}

interface PhoneDraft {
  readonly facts: Map<keyof Facts, Placed<string | Ipv4>>
  readonly groups: Set<string>
}

// As many as the lists of an inventory hold.
const most = { setting: Number.POSITIVE_INFINITY, key: 256, entry: 1000, template: 1000, firmware: 1 } as const
const mostPhones = 65_536
const mostGroups = 32

export class Draft {
  readonly findings: Finding[] = []
  readonly #layers = new Map<string, { readonly owner: Owner; readonly items: Map<string, Placed<Item>> }>()
  readonly #phones = new Map<Mac, PhoneDraft>()

  /** A value that stands there already gives way; the same value twice is one. */
  put(owner: Owner, item: Item, source: Source): void {
    const items = this.#layerOf(owner, source)
    if (items === undefined) return
    const before = items.get(idOf(item))
    const why = before === undefined && isFull(items, item.kind) ? tooMany(item.kind) : whyUnwritable(layerWith([item]))
    if (why !== undefined) this.lose(source, `${nameOf(item)} cannot stand in an inventory: ${why}`)
    else {
      if (before !== undefined && !isSame(before.value, item)) this.#override(before.source, nameOf(item), source)
      items.set(idOf(item), { value: item, source })
    }
  }

  /** The phone is in the inventory from now on. */
  know(mac: Mac, facts: Facts, groups: readonly string[], source: Source): void {
    const phone = this.#phones.get(mac) ?? this.#addPhone(mac, source)
    if (phone === undefined) return
    for (const [name, value] of factsOf(facts)) {
      const why = whyUnwritablePhone({ mac, groups: [], layer: emptyLayer, [name]: value })
      const before = phone.facts.get(name)
      if (why !== undefined) this.lose(source, `phone ${mac}: ${why}`)
      else {
        if (before !== undefined && before.value !== value) {
          this.#override(before.source, `${name} of phone ${mac}`, source)
        }
        phone.facts.set(name, { value, source })
      }
    }
    for (const name of groups) this.#join(phone, name, source)
  }

  /** Something that will not be in the inventory. */
  lose(source: Source, message: string, rule = 'not-carried-over'): void {
    this.findings.push({ file: source.file, ...source.place, severity: 'error', rule, message })
  }

  /** Something that will be there in another way. */
  warn(source: Source, rule: string, message: string): void {
    this.findings.push({ file: source.file, ...source.place, severity: 'warning', rule, message })
  }

  inventory(): Inventory {
    const defaults = this.#layer({ kind: 'defaults' })
    const models = new Map<string, Layer>()
    const groups = new Map<string, Layer>()
    for (const { owner } of this.#layers.values()) {
      if (owner.kind === 'model') models.set(owner.type.toLowerCase(), this.#layer(owner))
      if (owner.kind === 'group') groups.set(owner.name, this.#layer(owner))
    }
    const phones = new Map([...this.#phones].map(([mac, draft]) => [mac, this.#phone(mac, draft)]))
    return { defaults, models, groups, phones }
  }

  #addPhone(mac: Mac, source: Source): PhoneDraft | undefined {
    if (this.#phones.size === mostPhones) {
      this.lose(source, `phone ${mac} is one too many: one appliance serves at most ${mostPhones}`)
      return undefined
    }
    const phone: PhoneDraft = { facts: new Map(), groups: new Set() }
    this.#phones.set(mac, phone)
    return phone
  }

  #join(phone: PhoneDraft, name: string, source: Source): void {
    const isTooMuch = name.length > 255 || phone.groups.size >= mostGroups
    if (isTooMuch) this.lose(source, `a phone has at most ${mostGroups} groups, with names of 255 characters`)
    else {
      phone.groups.add(name)
      this.#layerOf({ kind: 'group', name }, source) // it must exist
    }
  }

  #layerOf(owner: Owner, source: Source): Map<string, Placed<Item>> | undefined {
    if (owner.kind === 'phone' && !this.#phones.has(owner.mac) && this.#addPhone(owner.mac, source) === undefined) {
      return undefined
    }
    const name = JSON.stringify(owner)
    const layer = this.#layers.get(name) ?? { owner, items: new Map<string, Placed<Item>>() }
    this.#layers.set(name, layer)
    return layer.items
  }

  #override(before: Source, what: string, { file, place }: Source): void {
    this.lose(
      before,
      `${what} stands again at ${file}:${place.line}:${place.column}; the last one counts`,
      'overridden',
    )
  }

  #layer(owner: Owner): Layer {
    const items = this.#layers.get(JSON.stringify(owner))?.items.values() ?? []
    return layerWith([...items].map(({ value }) => value))
  }

  #phone(mac: Mac, { facts, groups }: PhoneDraft): Phone {
    const known: Facts = Object.fromEntries([...facts].map(([name, { value }]) => [name, value]))
    return { mac, ...known, groups: [...groups], layer: this.#layer({ kind: 'phone', mac }) }
  }
}

function factsOf({ model, name, address }: Facts): readonly (readonly [keyof Facts, string | Ipv4])[] {
  return [
    ...(model === undefined ? [] : [['model', model] as const]),
    ...(name === undefined ? [] : [['name', name] as const]),
    ...(address === undefined ? [] : [['address', address] as const]),
  ]
}

function layerWith(items: readonly Item[]): Layer {
  const firmware = items.find(item => item.kind === 'firmware')?.value
  return {
    settings: items.flatMap(item => (item.kind === 'setting' ? [item.value] : [])),
    keys: items.flatMap(item => (item.kind === 'key' ? [item.value] : [])),
    phoneBook: items.flatMap(item => (item.kind === 'entry' ? [item.value] : [])),
    dialplan: items.flatMap(item => (item.kind === 'template' ? [item.value] : [])),
    ...(firmware !== undefined && { firmware }),
  }
}

function tooMany(kind: Item['kind']): string {
  return `a list holds at most ${most[kind]}`
}

function isFull(items: ReadonlyMap<string, Placed<Item>>, kind: Item['kind']): boolean {
  const limit = most[kind]
  if (items.size < limit) return false // the usual case, without a count
  return [...items.values()].filter(({ value }) => value.kind === kind).length >= limit
}

function idOf(item: Item): string {
  switch (item.kind) {
    case 'setting':
      return `setting ${item.value.name} ${item.value.index ?? ''}`
    case 'key':
      return `key ${item.value.idx}`
    case 'entry':
      return `entry ${item.value.number}`
    case 'template':
      return `template ${item.value.match}`
    case 'firmware':
      return 'firmware '
  }
}

/** For a message; never a value that could be a secret. */
function nameOf(item: Item): string {
  switch (item.kind) {
    case 'setting':
      return `setting ${settingKey(item.value)}`
    case 'key':
      return `key ${item.value.idx}`
    case 'entry':
      return `phone book number ${JSON.stringify(item.value.number)}`
    case 'template':
      return `dial pattern ${JSON.stringify(item.value.match)}`
    case 'firmware':
      return `firmware ${JSON.stringify(item.value)}`
  }
}

function isSame(one: Item, other: Item): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Where each value of a phone comes from: its layer's name beside it. No I/O. */

import type { Mac } from '../address/mac.js'
import { settingKey } from '../config/write-inventory.js'
import { emptyLayer, type From, mergeWithOrigin, wholeLayers } from '../fleet/layers.js'
import type { Flag, Inventory } from '../fleet/phone.js'
import { keyText } from '../snom/content.js'

export interface Origin {
  readonly setting: string // language, user_name@1, key 0, phone book 42, dial plan 9,1., firmware
  readonly value: string
  readonly flag?: Flag
  readonly from: string // defaults, model snom370, group reception, phone 000413261234
}

export interface OriginGroups {
  readonly settings: readonly Origin[]
  readonly keys: readonly Origin[]
  readonly phoneBook: readonly Origin[]
  readonly dialplan: readonly Origin[]
  readonly firmware: readonly Origin[] // one at most
}

/** In the order of the document. A phone that is not listed has what its type has. */
export function originsOf(inventory: Inventory, mac: Mac, type: string | undefined): readonly Origin[] {
  const { settings, keys, phoneBook, dialplan, firmware } = originGroups(inventory, mac, type)
  return [...settings, ...keys, ...phoneBook, ...dialplan, ...firmware]
}

/** The same by kind. */
export function originGroups(inventory: Inventory, mac: Mac, type: string | undefined): OriginGroups {
  const phone = inventory.phones.get(mac) ?? { mac, groups: [], layer: emptyLayer }
  const { settings, keys, phoneBook, dialplan, firmware } = mergeWithOrigin(wholeLayers(inventory, phone, type))
  return {
    settings: settings.map(({ value: { flag, value, ...name }, from }) => {
      return { setting: settingKey({ ...name, flag }).slice(0, -1), value, flag, from }
    }),
    keys: keys.map(({ value: key, from }) => {
      const label = key.label === undefined ? '' : `, "${key.label}"`
      return { setting: `key ${key.idx}`, value: `${keyText(key)} on ${key.context}${label}`, flag: key.flag, from }
    }),
    phoneBook: phoneBook.map(({ value: { name, number }, from }) => {
      return { setting: `phone book ${number}`, value: name, from }
    }),
    dialplan: dialplan.map(({ value: { match, timeout, user, rewrite }, from }) => {
      const more = [user && `user ${user}`, rewrite && `rewrite ${rewrite}`].filter(part => part !== '')
      return { setting: `dial plan ${match}`, value: [`after ${timeout} s`, ...more].join(', '), from }
    }),
    firmware: firmwareOf(firmware),
  }
}

/** A line each, in columns; what could steer a terminal is replaced. */
export function originTable(origins: readonly Origin[]): string {
  const rows = [
    ['setting', 'value', 'flag', 'from'],
    ...origins.map(({ setting, value, flag = '', from }) => [setting, value, flag, from].map(printable)),
  ]
  // A long value pushes its own line out, not those of all others.
  const widths = [0, 1, 2].map(column =>
    rows.reduce((width, row) => Math.min(Math.max(width, row[column]?.length ?? 0), widest), 0),
  )
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map(row => `${line(row).trimEnd()}\n`).join('')
}

const widest = 40 // characters

function firmwareOf(firmware: From<string> | undefined): readonly Origin[] {
  return firmware === undefined ? [] : [{ setting: 'firmware', value: firmware.value, from: firmware.from }]
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

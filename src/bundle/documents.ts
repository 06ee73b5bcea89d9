/** Documents made from the inventory: who is told what, in which dialect. No I/O. */

import { generalLayer, ownLayer, wholeLayer } from '../fleet/layers.js'
import type { Inventory, Layer, Setting } from '../fleet/phone.js'
import type { Content } from '../snom/content.js'
import type { Dialect } from '../snom/dialect.js'
import { writeFirmwareSettings } from '../snom/firmware-settings.js'
import type { LanguageKind } from '../snom/languages.js'
import type { Asked } from '../snom/names.js'
import { writePlain, writePlainFirmware } from '../snom/plain.js'
import { isSecret } from '../snom/secrets.js'
import { writeSettingFiles } from '../snom/setting-files.js'
import { writeSettings } from '../snom/settings.js'
import { isXmlName } from '../snom/xml.js'
import { chooseImage } from './images.js'

/** What is asked for, made exact: a type is always there where a name has one. */
export interface Order {
  readonly asked: Asked
  readonly type: string | undefined // undefined: everything for a phone whose type nobody knows
  readonly dialect: Dialect
  readonly secrets: boolean // whether the asker may know them
  /** The absolute URL of a document, for this asker. */
  readonly urlOf: (asked: Asked) => string
  /** The absolute URL of the image chosen, where it is there to be fetched. */
  readonly imageUrl: string | undefined
  /** The language lists that would name something for this asker, or lie there made by hand. */
  readonly lists: readonly LanguageKind[]
  /** The list of languages that fit the asker's firmware, where there are any. */
  readonly writeList: (kind: LanguageKind) => string | undefined
}

export interface Document {
  readonly text: string
  readonly withheld: number
  readonly isContainer?: true // it names other documents, and tells nothing itself
  readonly settingServer?: string // URL of the server it sends its phone to
}

/** Undefined: there is no such document. A phone's own documents exist for listed phones only. */
export function makeDocument(inventory: Inventory, order: Order): Document | undefined {
  const { asked, type } = order
  switch (asked.kind) {
    case 'container':
      // Firmware 6 knows no containers: it gets at once what they would lead to.
      if (order.dialect === 'plain') return settingsOf(inventory, order, layerOf(inventory, asked, type))
      if (layerOf(inventory, asked, type) === undefined) return undefined
      return { text: writeSettingFiles(partsOf(order, asked)), withheld: 0, isContainer: true }
    case 'settings':
    case 'everything':
      return settingsOf(inventory, order, layerOf(inventory, asked, type))
    case 'firmware':
      if (order.imageUrl === undefined) return undefined
      return {
        text: (order.dialect === 'plain' ? writePlainFirmware : writeFirmwareSettings)(order.imageUrl),
        withheld: 0,
      }
    case 'languages':
      return listOf(order, asked.of)
  }
}

/** Languages are the same for all phones of a type, so the general container names them: after the settings. */
function partsOf(order: Order, asked: Asked & { readonly kind: 'container' }): readonly string[] {
  const { type } = asked
  const settings: Asked = { ...asked, kind: 'settings' }
  const lists = asked.mac === undefined ? order.lists : []
  return [settings, ...lists.map(of => ({ kind: 'languages', of, type }) as const)].map(order.urlOf)
}

/** Firmware 6 knows one language, its own. */
function listOf(order: Order, of: LanguageKind): Document | undefined {
  const text = order.dialect === 'plain' ? undefined : order.writeList(of)
  return text === undefined ? undefined : { text, withheld: 0 }
}

function layerOf(inventory: Inventory, asked: Asked, type: string | undefined): Layer | undefined {
  if (asked.mac === undefined) return generalLayer(inventory, type)
  const phone = inventory.phones.get(asked.mac)
  if (phone === undefined) {
    return asked.kind === 'everything' && type !== undefined ? generalLayer(inventory, type) : undefined
  }
  const whole = wholeLayer(inventory, phone, type)
  return asked.kind === 'everything' ? whole : withWholeLists(ownLayer(inventory, phone), whole)
}

/**
 * A phone's own phone book takes the place of the general one it fetched before, entries being told apart by their
 * place in it; and whether a second dial plan adds to the first is nowhere said. So both are always whole.
 */
function withWholeLists(own: Layer, whole: Layer): Layer {
  return {
    ...own,
    phoneBook: own.phoneBook.length === 0 ? [] : whole.phoneBook,
    dialplan: own.dialplan.length === 0 ? [] : whole.dialplan,
  }
}

function settingsOf(inventory: Inventory, order: Order, layer: Layer | undefined): Document | undefined {
  if (layer === undefined) return undefined
  const wanted = [
    ...layer.settings.filter(setting => isXmlName(setting.name)),
    ...firmwareStatus(inventory, order, layer),
  ]
  const settings = order.secrets ? wanted : wanted.filter(setting => !isSecret(setting.name))
  const content: Content = { ...layer, settings }
  const text = order.dialect === 'plain' ? writePlain(content) : writeSettings(content, order.dialect)
  const server = settings.find(({ name, index }) => name === 'setting_server' && index === undefined)?.value ?? ''
  return { text, withheld: wanted.length - settings.length, ...(server !== '' && { settingServer: server }) }
}

/** Only a site that says nothing of firmware_status itself gets ours. */
function firmwareStatus(inventory: Inventory, order: Order, layer: Layer): Setting[] {
  const image = chooseImage(inventory, order.asked, order.type)
  if (order.imageUrl === undefined || order.type === undefined || image === undefined) return []
  if (layer.settings.some(setting => setting.name === 'firmware_status')) return []
  const mac = image.mac === undefined ? {} : { mac: image.mac }
  return [{ name: 'firmware_status', flag: '$', value: order.urlOf({ kind: 'firmware', type: order.type, ...mac }) }]
}
